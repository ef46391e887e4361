import { startsWith } from '../formats/byte-view.js';
import { pngText, rawProfile } from '../formats/png-text.js';
import { requireSharp } from '../../native-parts.js';
import { PictureError } from '../picture-errors.js';
import type { PictureFormat } from '../picture-facts.js';
import type { CuttableFormat } from './cut.js';
import { withoutPrefix } from './exif-entries.js';
import { type ExifField, readExif, writeExif } from './exif-fields.js';
import { IPTC_MARK, iptcOf, PHOTOSHOP } from './iptc.js';
import { MARKER, readSegments } from './jpeg-segments.js';
import { readPngChunks } from './png-chunks.js';
import { readWebpChunks } from './webp-chunks.js';

/** Metadata of a picture, as it is in the file. */
export interface MetadataBlocks {
  /** A TIFF structure. */
  exif?: Uint8Array | undefined;
  /** A packet, not necessarily a sound one. */
  xmp?: Uint8Array | undefined;
  /** IPTC's own format, IIM. */
  iptc?: Uint8Array | undefined;
  /** Texts of a PNG, by their keyword ({@link PNG_CREDITS}). */
  texts?: ReadonlyMap<string, Uint8Array>;
  /** Whether there is more XMP than the packet. */
  hasMoreXmp?: boolean;
}

export const XMP_PREFIX = 'http://ns.adobe.com/xap/1.0/\0';
export const MORE_XMP_PREFIX = 'http://ns.adobe.com/xmp/extension/\0';
export const PNG_XMP = 'XML:com.adobe.xmp';

/** Keywords of texts of a PNG that say by whom it is, and when and of what. */
export const PNG_CREDITS = ['Author', 'Copyright', 'Description', 'Creation Time'] as const;

/** The metadata of a picture, as far as it can be read: what is broken counts as missing. */
export async function metadataBlocks(bytes: Uint8Array, format: PictureFormat): Promise<MetadataBlocks> {
  switch (format) {
    case 'jpeg':
    case 'png':
    case 'webp':
      return cuttableBlocks(bytes, format);
    case 'tiff':
      return tiffBlocks(bytes);
    case 'avif':
    case 'heic':
      return isoBlocks(bytes);
    case 'gif':
      return {};
  }
}

/** Metadata blocks of a format that a result can have. */
export function cuttableBlocks(bytes: Uint8Array, format: CuttableFormat): MetadataBlocks {
  return { jpeg: jpegBlocks, png: pngBlocks, webp: webpBlocks }[format](bytes);
}

function jpegBlocks(bytes: Uint8Array): MetadataBlocks {
  const blocks: MetadataBlocks = {};
  const resources: Uint8Array[] = [];
  for (const { marker, data } of untilDamaged(readSegments(bytes))) {
    if (marker === MARKER.sos) break;
    if (marker === MARKER.app1 && startsWith(data, 'Exif\0\0')) blocks.exif ??= withoutPrefix(data);
    else if (marker === MARKER.app1 && startsWith(data, XMP_PREFIX))
      blocks.xmp ??= data.subarray(XMP_PREFIX.length);
    else if (marker === MARKER.app1 && startsWith(data, MORE_XMP_PREFIX)) blocks.hasMoreXmp = true;
    else if (marker === MARKER.app13 && startsWith(data, PHOTOSHOP))
      resources.push(data.subarray(PHOTOSHOP.length));
  }
  // A resource may go on in the next segment.
  return { ...blocks, iptc: iptcOf(Buffer.concat(resources)) };
}

const PROFILES = ['exif', 'APP1', 'xmp', 'iptc'].map((kind) => `Raw profile type ${kind}`);

/** Only these texts are unpacked, each once: many packed ones could fill the memory. */
const READ_TEXTS = new Set([...PNG_CREDITS, ...PROFILES, PNG_XMP]);

function pngBlocks(bytes: Uint8Array): MetadataBlocks {
  let exif: Uint8Array | undefined;
  const texts = new Map<string, Uint8Array>();
  for (const { type, data } of untilDamaged(readPngChunks(bytes))) {
    if (type === 'eXIf') exif ??= withoutPrefix(data);
    const text = pngText(type, data);
    if (text === undefined || !READ_TEXTS.has(text.keyword) || texts.has(text.keyword)) continue;
    const unpacked = text.unpacked();
    if (unpacked !== undefined) texts.set(text.keyword, unpacked);
  }
  const profile = (kind: string) => {
    const text = texts.get(`Raw profile type ${kind}`);
    return text === undefined ? undefined : rawProfile(text);
  };
  // ImageMagick writes EXIF, XMP and IPTC as text.
  const app1 = profile('exif') ?? profile('APP1');
  exif ??= app1 === undefined ? undefined : withoutPrefix(app1);
  const iptc = profile('iptc');
  return {
    exif,
    xmp: texts.get(PNG_XMP) ?? profile('xmp'),
    iptc: iptc === undefined ? undefined : (iptcOf(iptc) ?? iptc),
    texts,
  };
}

function webpBlocks(bytes: Uint8Array): MetadataBlocks {
  const blocks: MetadataBlocks = {};
  for (const { type, data } of untilDamaged(readWebpChunks(bytes))) {
    if (type === 'EXIF') blocks.exif ??= withoutPrefix(data);
    else if (type === 'XMP ') blocks.xmp ??= data;
  }
  return blocks;
}

const TIFF_XMP = 0x02bc;
const TIFF_IPTC = 0x83bb;
const TIFF_RESOURCES = 0x8649;

/** Fields of a TIFF's first directory that describe the picture and not the file: texts, dates, the camera, its density. */
const DESCRIBING = new Set([
  ...[0x010e, 0x010f, 0x0110, 0x011a, 0x011b, 0x0128, 0x0131, 0x0132, 0x013b, 0x013c, 0x8298],
  ...[0x9c9b, 0x9c9c, 0x9c9d, 0x9c9e, 0x9c9f],
]);

/** A TIFF has the fields of EXIF among its own. */
function tiffBlocks(bytes: Uint8Array): MetadataBlocks {
  const fields = readExif(bytes);
  const own = (tag: number) => fields.find((field) => field.directory === 'image' && field.tag === tag)?.data;
  const describing = fields.filter(
    ({ directory, tag }: ExifField) => directory !== 'image' || DESCRIBING.has(tag),
  );
  const iptc = own(TIFF_IPTC);
  const resources = own(TIFF_RESOURCES);
  return {
    exif: describing.length === 0 ? undefined : writeExif(describing),
    xmp: own(TIFF_XMP),
    iptc:
      (iptc === undefined ? undefined : inOrder(iptc)) ??
      (resources === undefined ? undefined : iptcOf(resources)),
  };
}

/** IPTC is declared as numbers of four bytes, although it is text: in a big-endian TIFF they were turned around. */
function inOrder(iptc: Uint8Array): Uint8Array {
  if (iptc[0] === IPTC_MARK || iptc.length % 4 !== 0) return iptc;
  return Buffer.from(iptc).swap32();
}

/** Their items are in boxes that sharp finds without decoding a pixel. */
async function isoBlocks(bytes: Uint8Array): Promise<MetadataBlocks> {
  await requireSharp();
  const { default: sharp } = await import('sharp');
  const found = await sharp(bytes, { limitInputPixels: false })
    .metadata()
    .catch(() => undefined);
  return { exif: found?.exif === undefined ? undefined : withoutPrefix(found.exif), xmp: found?.xmp };
}

function* untilDamaged<T>(parts: Iterable<T>): Generator<T, void> {
  try {
    yield* parts;
  } catch (error) {
    if (!(error instanceof PictureError)) throw error;
  }
}
