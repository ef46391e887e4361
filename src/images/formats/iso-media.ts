import { fittingProfile } from '../colour/icc.js';
import { NotAPictureError } from '../picture-errors.js';
import { type CodePoints, codedColours } from '../colour/code-points.js';
import { type PictureColour, PLAIN, type Probe } from '../picture-facts.js';
import { canonRawFile, filmOfBoxes } from '../unsupported-file.js';
import { ByteView, startsWith } from './byte-view.js';
import { type Box, type Items, readBoxes, readItems } from './iso-boxes.js';

/** Whether it is a file of boxes: AVIF, HEIC, or a film. */
export const isIsoMedia = (bytes: Uint8Array) => startsWith(bytes, 'ftyp', 4);

const AVIF_BRANDS = new Set(['avif', 'avis']);
const HEIC_BRANDS = new Set(['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'mif1', 'msf1']);
const SEQUENCE_BRANDS = new Set(['avis', 'hevc', 'hevx', 'msf1']);

/**
 * Walks the top-level boxes, which must lie within the file, and reads what describes the picture that viewers show:
 * the primary item. Its size is the one that a decoder returns, which applies rotations and crops itself; EXIF
 * orientation does not count.
 *
 * sharp opens an animated AVIF only once its major brand ("avis", at offset 8) is overwritten with "avif".
 */
export function probeIsoMedia(bytes: Uint8Array): Probe {
  const view = new ByteView(bytes, 'the file');
  const boxes = [...readBoxes(view, 0, bytes.length)];
  const [fileType] = boxes;
  if (fileType === undefined) throw view.damaged('has no content');
  const { major, format: brand } = brandsOf(view, fileType);
  const meta = boxes.find(({ type }) => type === 'meta');
  // "meta" starts with a version and flags.
  const inMeta = meta === undefined ? [] : [...readBoxes(view, meta.start + 4, meta.end)];
  const hasData = boxes.some(({ type }) => type === 'mdat') || inMeta.some(({ type }) => type === 'idat');
  if (!hasData) throw view.damaged('has no picture data');

  const items = readItems(view, inMeta);
  const { primary } = items;
  const properties = primary === undefined ? items.properties : items.propertiesOf(primary);
  const [part] = primary === undefined ? [] : items.partsOf(primary);
  // A grid leaves some facts to its tiles.
  const partProperties = part === undefined ? [] : items.propertiesOf(part);
  const { width, height } = sizeOf(view, properties);
  if (width === 0 || height === 0) throw view.damaged('has no width or no height');
  const described = [...properties, ...partProperties];
  const { bits, colour } = samplesOf(view, described);
  const format = formatOf(codingOf(items)) ?? brand;
  return {
    ...PLAIN,
    format,
    contentType: `image/${format}`,
    width,
    height,
    orientation: 1,
    animated: SEQUENCE_BRANDS.has(major),
    colour,
    bits,
    alpha: primary !== undefined && hasAlpha(view, items, primary),
    ...coloursOf(view, described, colour),
  };
}

function brandsOf(view: ByteView, { start, end }: Box): { major: string; format: 'avif' | 'heic' } {
  const major = view.ascii(start, 4);
  const brands = [major];
  for (let at = start + 8; at + 4 <= end && brands.length < 64; at += 4) brands.push(view.ascii(at, 4));
  if (brands.some((brand) => AVIF_BRANDS.has(brand))) return { major, format: 'avif' };
  if (brands.some((brand) => HEIC_BRANDS.has(brand))) return { major, format: 'heic' };
  if (major === 'crx ') throw canonRawFile();
  throw filmOfBoxes();
}

/** Code of the primary picture's coding; that of its parts if it is derived from them. */
function codingOf({ primary, typeOf, partsOf }: Items): string | undefined {
  if (primary === undefined) return undefined;
  const [part] = partsOf(primary);
  return typeOf(part ?? primary);
}

const FORMATS: Readonly<Record<string, 'avif' | 'heic'>> = { av01: 'avif', hvc1: 'heic', hev1: 'heic' };

const HEIF_HINT = 'Convert it first: heif-convert in.heif out.png';

/** Codings of HEIF pictures that neither decoder knows. */
const OTHER_CODINGS: Readonly<Record<string, string>> = {
  avc1: 'AVC',
  vvc1: 'VVC',
  evc1: 'EVC',
  jpeg: 'JPEG',
  j2k1: 'JPEG 2000',
  unci: 'no compression',
};

function formatOf(coding: string | undefined): 'avif' | 'heic' | undefined {
  if (coding === undefined) return undefined;
  const other = OTHER_CODINGS[coding];
  if (other !== undefined) throw new NotAPictureError(`is a HEIF picture with ${other} inside`, HEIF_HINT);
  return FORMATS[coding];
}

interface Size {
  width: number;
  height: number;
}

/** Size after the crops and rotations, in their order. Of several sizes the largest counts: no primary is named. */
function sizeOf(view: ByteView, properties: readonly Box[]): Size {
  let size: Size = { width: 0, height: 0 };
  for (const { type, start } of properties) {
    if (type === 'ispe') {
      const next = { width: view.u32(start + 4), height: view.u32(start + 8) };
      if (next.width * next.height > size.width * size.height) size = next;
    } else if (type === 'clap') {
      size = { width: fraction(view, start) ?? size.width, height: fraction(view, start + 8) ?? size.height };
    } else if (type === 'irot' && (view.u8(start) & 1) === 1) {
      size = { width: size.height, height: size.width };
    }
  }
  return size;
}

function fraction(view: ByteView, at: number): number | undefined {
  const value = Math.round(view.u32(at) / view.u32(at + 4));
  return Number.isFinite(value) && value > 0 ? value : undefined;
}

/** Bits and colour from the pixel information, else from the configuration of the coding. */
function samplesOf(view: ByteView, properties: readonly Box[]): { bits: number; colour: PictureColour } {
  const find = (type: string) => properties.find((box) => box.type === type)?.start;
  const pixi = find('pixi');
  if (pixi !== undefined) {
    const channels = view.u8(pixi + 4);
    const bits = Array.from({ length: channels }, (_, index) => view.u8(pixi + 5 + index));
    return { bits: Math.max(8, ...bits), colour: channels === 1 ? 'grey' : 'rgb' };
  }
  const av1 = find('av1C');
  if (av1 !== undefined) {
    const flags = view.u8(av1 + 2);
    return {
      bits: (flags & 0x40) === 0 ? 8 : (flags & 0x20) === 0 ? 10 : 12,
      colour: (flags & 0x10) === 0 ? 'rgb' : 'grey',
    };
  }
  const hevc = find('hvcC');
  if (hevc === undefined) return { bits: 8, colour: 'rgb' };
  // Two bits for the chroma format, of which 0 is grey, then the depth of luma minus eight.
  return {
    bits: 8 + (view.u8(hevc + 17) & 7),
    colour: (view.u8(hevc + 16) & 3) === 0 ? 'grey' : 'rgb',
  };
}

/**
 * Colours and whether detail is lost. An ICC profile goes before the numbers of a colour space. Nothing outside of the
 * coded data says that it is lossless, but encoders then store red, green and blue as they are, and else never.
 */
function coloursOf(view: ByteView, properties: readonly Box[], colour: PictureColour) {
  let profile: Uint8Array | undefined;
  let coded: (CodePoints & { matrix: number }) | undefined;
  for (const { type, start, end } of properties) {
    if (type !== 'colr') continue;
    const kind = view.ascii(start, 4);
    if (kind === 'prof' || kind === 'rICC') profile ??= view.slice(start + 4, end - start - 4);
    else if (kind === 'nclx') {
      coded ??= {
        primaries: view.u16(start + 4),
        transfer: view.u16(start + 6),
        matrix: view.u16(start + 8),
      };
    }
  }
  const lossy = coded?.matrix !== 0;
  const fitting = fittingProfile(profile, colour);
  if (fitting !== undefined || coded === undefined) return { lossy, profile: fitting };
  const stated = codedColours(coded, colour === 'grey');
  return { lossy, ...stated, profileIsMade: stated.profile !== undefined };
}

const ALPHA_KINDS = ['urn:mpeg:mpegB:cicp:systems:auxiliary:alpha', 'urn:mpeg:hevc:2015:auxid:1'];

/** Whether an auxiliary item is the picture's alpha channel: version and flags, then a URN. */
function hasAlpha(view: ByteView, items: Items, primary: number): boolean {
  return items
    .auxiliariesOf(primary)
    .slice(0, 16)
    .flatMap((item) => items.propertiesOf(item))
    .filter(({ type }) => type === 'auxC')
    .some(({ start }) => ALPHA_KINDS.some((kind) => startsWith(view.bytes, `${kind}\0`, start + 4)));
}
