import { startsWith } from './formats/byte-view.js';
import { DamagedPictureError, NotAPictureError } from './picture-errors.js';
import type { PictureFormat } from './picture-facts.js';
import { probeStrictly } from './probe.js';
import { extensionOf } from './received.js';
import { isSvg, readableText, unsupportedFile } from './unsupported-file.js';

/** A file that fal returned, by its bytes. */
export interface ResultFile {
  contentType: string;
  /** Without the dot. */
  ext: string;
  /** Undefined if it is no picture of pixels: such a file is saved as it is, and never decoded. */
  picture: { format: PictureFormat; width: number; height: number } | undefined;
  /** With its article, e.g. "a zip archive". */
  name: string;
}

type Kind = readonly [contentType: string, ext: string, name: string];

const SVG: Kind = ['image/svg+xml', 'svg', 'an SVG drawing'];
const ZIP: Kind = ['application/zip', 'zip', 'a zip archive'];

/** Other files that endpoints return, by their beginnings as Latin-1 text, which may stand further in. */
const KINDS: readonly (readonly [kind: Kind, sign: string, at?: number])[] = [
  [ZIP, 'PK\x03\x04'],
  [ZIP, 'PK\x05\x06'],
  [['application/gzip', 'gz', 'a gzip archive'], '\x1f\x8b'],
  [['application/x-7z-compressed', '7z', 'a 7z archive'], '7z\xbc\xaf\x27\x1c'],
  [['application/x-tar', 'tar', 'a tar archive'], 'ustar', 257],
  [['application/pdf', 'pdf', 'a PDF document'], '%PDF-'],
  [['image/jxl', 'jxl', 'a JPEG XL picture'], '\0\0\0\x0cJXL '],
  [['image/jxl', 'jxl', 'a JPEG XL picture'], '\xff\x0a'],
  [['image/jp2', 'jp2', 'a JPEG 2000 picture'], '\0\0\0\x0cjP  '],
  [['image/vnd.adobe.photoshop', 'psd', 'a Photoshop document'], '8BPS'],
  [['image/x-exr', 'exr', 'an OpenEXR picture'], '\x76\x2f\x31\x01'],
  [['image/vnd.radiance', 'hdr', 'a Radiance HDR picture'], '#?RADIANCE'],
  [['video/webm', 'webm', 'a video'], '\x1a\x45\xdf\xa3'],
  [['video/quicktime', 'mov', 'a video'], 'ftypqt', 4],
  [['video/mp4', 'mp4', 'a video'], 'ftyp', 4],
  [['model/gltf-binary', 'glb', 'a 3D model'], 'glTF'],
  [['application/octet-stream', 'npy', 'a NumPy array'], '\x93NUMPY'],
  [['application/octet-stream', 'safetensors', 'a safetensors file'], '{"', 8],
];

/** Texts and files without a sign of their own, by the content type that fal announced. */
const ANNOUNCED: readonly Kind[] = [
  ['application/json', 'json', 'a JSON document'],
  ['text/plain', 'txt', 'a text'],
  ['text/csv', 'csv', 'a table'],
  ['application/xml', 'xml', 'an XML document'],
  ['text/xml', 'xml', 'an XML document'],
];

const UNKNOWN: Kind = ['application/octet-stream', 'bin', 'a file of unknown type'];

/** A zip archive ends with this record and a comment of at most 64 KB. */
const ZIP_END = 'PK\x05\x06';
const ZIP_END_BYTES = 22 + 65_535;

/**
 * Recognises a file that fal returned and checks that it is whole, as far as its kind tells. Whatever is announced,
 * the bytes decide; a page or a message of a server is no result.
 *
 * @param announced content type in fal's answer
 * @throws NotAPictureError empty, or not what was announced
 * @throws DamagedPictureError cut short or broken
 */
export function recogniseResult(bytes: Uint8Array, announced: string | undefined): ResultFile {
  try {
    const { format, width, height, contentType } = probeStrictly(bytes);
    const picture = { format, width, height };
    return { contentType, ext: extensionOf(format), picture, name: `a ${format.toUpperCase()}` };
  } catch (error) {
    if (!(error instanceof NotAPictureError) || bytes.length === 0) throw error;
    const [contentType, ext, name] = otherKind(bytes, announced?.split(';', 1)[0]?.trim().toLowerCase());
    return { contentType, ext, picture: undefined, name };
  }
}

/** Text for the note on a file that is not a picture of pixels; undefined for one that is. */
export function otherFileText(file: string, { contentType, width }: OtherFacts): string | undefined {
  if (width != null || contentType == null) return undefined;
  const ext = file.slice(file.lastIndexOf('.') + 1);
  const kinds = [SVG, ...KINDS.map(([kind]) => kind), ...ANNOUNCED, UNKNOWN];
  const same = kinds.filter(([type]) => type === contentType);
  const [, , name] = same.find(([, usual]) => usual === ext) ?? same[0] ?? UNKNOWN;
  return `${file} is ${name}; it was saved as fal returned it.`;
}

interface OtherFacts {
  contentType?: string | null | undefined;
  width?: number | null | undefined;
}

/** Whether a saved file shows something: pixels, a drawing, or a picture in a format that is not decoded here. */
export function isPictureType(contentType: string | null | undefined): boolean {
  return contentType?.startsWith('image/') === true;
}

function otherKind(bytes: Uint8Array, announced: string | undefined): Kind {
  if (isSvg(bytes)) {
    const end = Buffer.from(bytes.subarray(-1024)).toString('latin1');
    if (!/<\/svg\s*>|<svg[^>]*\/>\s*$/i.test(end)) throw new DamagedPictureError('is cut short');
    return SVG;
  }
  const known = KINDS.find(([, sign, at]) => startsWith(bytes, sign, at))?.[0];
  if (
    known === ZIP &&
    Buffer.from(bytes.subarray(-ZIP_END_BYTES)).lastIndexOf(ZIP_END, undefined, 'latin1') < 0
  ) {
    throw new DamagedPictureError('is cut short');
  }
  if (known !== undefined) return known;
  const isText = readableText(bytes) !== undefined;
  const named = ANNOUNCED.find(([type]) => type === announced);
  if (isText && named !== undefined) return named;
  // A text that was not announced is the message of a server in trouble.
  if (isText || isPictureType(announced)) throw unsupportedFile(bytes);
  return UNKNOWN;
}
