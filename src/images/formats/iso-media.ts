import { NotAPictureError } from '../picture-errors.js';
import { PLAIN, type Probe } from '../picture-facts.js';
import { ByteView, startsWith } from './byte-view.js';

interface Box {
  type: string;
  /** Start and end of its content. */
  start: number;
  end: number;
}

/** Whether it is a file of boxes: AVIF, HEIC, or a film. */
export const isIsoMedia = (bytes: Uint8Array) => startsWith(bytes, 'ftyp', 4);

const AVIF_BRANDS = new Set(['avif', 'avis']);
const HEIC_BRANDS = new Set(['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'mif1', 'msf1']);
const SEQUENCE_BRANDS = new Set(['avis', 'hevc', 'hevx', 'msf1']);

/**
 * Walks the top-level boxes, which must lie within the file, and finds the size in the properties of the
 * pictures. The largest one counts: the others are thumbnails and tiles. Rotation properties are ignored:
 * the decoder applies them.
 */
export function probeIsoMedia(bytes: Uint8Array): Probe {
  const view = new ByteView(bytes, 'the file');
  const boxes = [...readBoxes(view, 0, bytes.length)];
  const [fileType] = boxes;
  if (fileType === undefined) throw view.damaged('has no content');
  const { major, format } = brandsOf(view, fileType);
  const meta = boxes.find(({ type }) => type === 'meta');
  // "meta" starts with a version and flags, like "ispe".
  const inMeta = meta === undefined ? [] : [...readBoxes(view, meta.start + 4, meta.end)];
  const hasData = boxes.some(({ type }) => type === 'mdat') || inMeta.some(({ type }) => type === 'idat');
  if (!hasData) throw view.damaged('has no picture data');

  let width = 0;
  let height = 0;
  for (const { start } of propertiesOf(view, inMeta)) {
    const size = { width: view.u32(start + 4), height: view.u32(start + 8) };
    if (size.width * size.height > width * height) ({ width, height } = size);
  }
  if (width === 0) throw view.damaged('has no width or no height');
  return {
    ...PLAIN,
    format,
    contentType: `image/${format}`,
    width,
    height,
    orientation: 1,
    animated: SEQUENCE_BRANDS.has(major),
    colour: 'rgb',
  };
}

function brandsOf(view: ByteView, { start, end }: Box): { major: string; format: 'avif' | 'heic' } {
  const major = view.ascii(start, 4);
  const brands = [major];
  for (let at = start + 8; at + 4 <= end && brands.length < 64; at += 4) brands.push(view.ascii(at, 4));
  if (brands.some((brand) => AVIF_BRANDS.has(brand))) return { major, format: 'avif' };
  if (brands.some((brand) => HEIC_BRANDS.has(brand))) return { major, format: 'heic' };
  if (major === 'crx ') throw new NotAPictureError("is a camera's raw file", true);
  throw new NotAPictureError('is not a picture: it looks like a video (MP4 or QuickTime)');
}

function propertiesOf(view: ByteView, inMeta: readonly Box[]): Box[] {
  return inMeta
    .filter(({ type }) => type === 'iprp')
    .flatMap(({ start, end }) => [...readBoxes(view, start, end)])
    .filter(({ type }) => type === 'ipco')
    .flatMap(({ start, end }) => [...readBoxes(view, start, end)])
    .filter(({ type }) => type === 'ispe');
}

/** Far more than a picture has; limits the memory that a file of empty boxes can take. */
const MAX_BOXES = 10_000;

function* readBoxes(view: ByteView, from: number, to: number): Generator<Box, void> {
  let count = 0;
  for (let at = from; at < to;) {
    if (++count > MAX_BOXES) throw view.damaged('has too many boxes');
    const short = view.u32(at);
    const type = view.ascii(at + 4, 4);
    // 1: the length follows in 64 bits. 0: up to the end.
    const header = short === 1 ? 16 : 8;
    const length = short === 1 ? view.u64(at + 8) : short === 0 ? to - at : short;
    if (length < header) throw view.damaged('has a box without a length');
    if (at + length > to) throw view.damaged('is cut short');
    yield { type, start: at + header, end: at + length };
    at += length;
  }
}
