import { startsWith } from './formats/byte-view.js';
import { NotAPictureError } from './picture-errors.js';

/** A kind of file that is recognised but not supported, and how to make a supported picture of it. */
interface Kind {
  name: string;
  /** Undefined if it is no picture. */
  hint?: string;
}

/** Latin-1 text with which a kind begins, or that it has elsewhere. */
type Sign = string | readonly [text: string, at: number];

/** A command that anyone can type who has the tool; ImageMagick by default, which reads most kinds. */
const convertBy = (command: string) => `Convert it first: ${command}`;
const magick = (extension: string) => convertBy(`magick in.${extension} out.png`);
const first = (extension: string) => convertBy(`magick 'in.${extension}[0]' out.png`);

const firstFrame = (extension: string) => convertBy(`ffmpeg -i in.${extension} -frames:v 1 out.png`);

const develop = (extension: string) => `Develop it first: darktable-cli in.${extension} out.jpg`;

const raw = (maker: string, extension: string): Kind => ({
  name: `${/^[AEIOU]/.test(maker) ? 'an' : 'a'} ${maker} raw file (${extension.toUpperCase()})`,
  hint: develop(extension),
});

const PICTURES: readonly (readonly [kind: Kind, ...signs: Sign[]])[] = [
  [raw('Canon', 'crw'), 'II\x1a\0\0\0HEAPCCDR'],
  [raw('Fujifilm', 'raf'), 'FUJIFILMCCD-RAW'],
  [raw('Olympus', 'orf'), 'IIRO', 'IIRS', 'MMOR'],
  [raw('Panasonic', 'rw2'), 'IIU\0'],
  [raw('Sigma', 'x3f'), 'FOVb'],
  [raw('Minolta', 'mrw'), '\0MRM'],
  [{ name: 'a JPEG XL picture', hint: convertBy('djxl in.jxl out.png') }, '\0\0\0\x0cJXL ', '\xff\x0a'],
  [
    { name: 'a JPEG 2000 picture', hint: convertBy('opj_decompress -i in.jp2 -o out.png') },
    '\0\0\0\x0cjP  ',
    '\xff\x4f\xff\x51',
  ],
  [{ name: 'a Photoshop document', hint: first('psd') }, '8BPS'],
  [{ name: 'a GIMP document', hint: 'Export it from GIMP as PNG first.' }, 'gimp xcf'],
  [{ name: 'a PDF document', hint: convertBy('pdftoppm -png -r 150 in.pdf page') }, '%PDF-'],
  [
    { name: 'a PostScript document', hint: convertBy('magick -density 150 in.eps out.png') },
    '%!PS',
    '\xc5\xd0\xd3\xc6',
  ],
  [{ name: 'an icon file', hint: first('ico') }, '\0\0\x01\0'],
  [{ name: 'a BigTIFF picture', hint: magick('tif') }, 'II+\0', 'MM\0+'],
  [{ name: 'an OpenEXR picture', hint: magick('exr') }, '\x76\x2f\x31\x01'],
  [{ name: 'a Radiance HDR picture', hint: magick('hdr') }, '#?RADIANCE', '#?RGBE'],
  [{ name: 'a DDS texture', hint: magick('dds') }, 'DDS '],
  [{ name: 'a TGA picture', hint: magick('tga') }, '\0\0\x02\0\0\0\0\0', '\0\0\x0a\0\0\0\0\0'],
  [{ name: 'a QOI picture', hint: magick('qoi') }, 'qoif'],
  [{ name: 'a FLIF picture', hint: convertBy('flif -d in.flif out.png') }, 'FLIF'],
  [{ name: 'a BPG picture', hint: convertBy('bpgdec -o out.png in.bpg') }, 'BPG\xfb'],
  [{ name: 'a DPX picture', hint: magick('dpx') }, 'SDPX', 'XPDS'],
  [{ name: 'a PCX picture', hint: magick('pcx') }, '\x0a\x05\x01\x08'],
  [{ name: 'an SGI picture', hint: magick('sgi') }, '\x01\xda\0', '\x01\xda\x01'],
  [{ name: 'a MNG animation', hint: first('mng') }, '\x8aMNG\r\n\x1a\n'],
  [{ name: 'a DICOM picture', hint: convertBy('dcmj2pnm --write-png in.dcm out.png') }, ['DICM', 128]],
  [{ name: 'a macOS icon file', hint: convertBy('sips -s format png in.icns --out out.png') }, 'icns'],
];

const OTHERS: readonly (readonly [kind: Kind, ...signs: Sign[]])[] = [
  [{ name: 'a zip archive' }, 'PK\x03\x04', 'PK\x05\x06'],
  [{ name: 'a gzip archive' }, '\x1f\x8b'],
  [{ name: 'a 7z archive' }, '7z\xbc\xaf\x27\x1c'],
  [{ name: 'a RAR archive' }, 'Rar!\x1a\x07'],
  [{ name: 'a video (WebM or Matroska)', hint: firstFrame('webm') }, '\x1a\x45\xdf\xa3'],
  [{ name: 'a video (AVI)', hint: firstFrame('avi') }, ['AVI LIST', 8]],
  [{ name: 'a video (MPEG)', hint: firstFrame('mpg') }, '\0\0\x01\xba', '\0\0\x01\xb3'],
  [{ name: 'a video (WMV)', hint: firstFrame('wmv') }, '\x30\x26\xb2\x75\x8e\x66\xcf\x11'],
  [{ name: 'a video (Flash)', hint: firstFrame('flv') }, 'FLV\x01'],
  [{ name: 'audio' }, 'ID3', 'fLaC', 'OggS', ['WAVEfmt ', 8]],
  [{ name: 'text' }, '\xff\xfe', '\xfe\xff'],
];

/** The root element, after declarations and comments; no part of it can match in two ways. */
const SVG = /^(?:\s|<\?xml[^>]*>|<!--(?:(?!-->)[^])*-->|<!doctype svg[^>]*>)*<svg[\s>]/i;

/** Bytes of a text that are checked. */
const SAMPLE_BYTES = 4096;

/** Error for bytes in none of the probed formats; it names what they look like. */
export function unsupportedFile(bytes: Uint8Array): NotAPictureError {
  const picture = kindOf(bytes, PICTURES) ?? looseKind(bytes);
  if (picture !== undefined) return new NotAPictureError(`is ${picture.name}`, picture.hint);
  const other = kindOf(bytes, OTHERS);
  if (other !== undefined) return lookingLike(other.name, other.hint);

  const text = readableText(bytes);
  if (text === undefined) return new NotAPictureError('is not a picture');
  if (SVG.test(text)) {
    return new NotAPictureError('is an SVG drawing', convertBy('rsvg-convert in.svg -o out.png'));
  }
  if (/^\s*(?:<!doctype html|<html|<head|<body)/i.test(text)) return lookingLike('HTML');
  if (/^\s*<\?xml/i.test(text)) return lookingLike('XML');
  return lookingLike(/^\s*[{[]/.test(text) ? 'JSON' : 'text');
}

/** Whether the bytes are an SVG drawing. */
export function isSvg(bytes: Uint8Array): boolean {
  const text = readableText(bytes);
  return text !== undefined && SVG.test(text);
}

/** Beginning of a text in UTF-8; undefined for other bytes. */
export function readableText(bytes: Uint8Array): string | undefined {
  return textOf(bytes.subarray(0, SAMPLE_BYTES));
}

/** The error for a film in boxes, as MP4 and QuickTime have them. */
export const filmOfBoxes = () => lookingLike('a video (MP4 or QuickTime)', firstFrame('mp4'));

const lookingLike = (what: string, hint?: string) =>
  new NotAPictureError(`is not a picture: it looks like ${what}`, hint);

function kindOf(bytes: Uint8Array, kinds: typeof PICTURES): Kind | undefined {
  return kinds.find(([, ...signs]) =>
    signs.some((sign) =>
      typeof sign === 'string' ? startsWith(bytes, sign) : startsWith(bytes, sign[0], sign[1]),
    ),
  )?.[0];
}

/** Makers of cameras whose raw files look like TIFF, by the beginning of their name in it. */
const MAKERS: readonly (readonly [beginning: string, kind: Kind])[] = [
  ['NIKON', raw('Nikon', 'nef')],
  ['SONY', raw('Sony', 'arw')],
  ['CANON', raw('Canon', 'cr2')],
  ['PENTAX', raw('Pentax', 'pef')],
  ['RICOH', raw('Pentax', 'pef')],
  ['SAMSUNG', raw('Samsung', 'srw')],
  ['HASSELBLAD', raw('Hasselblad', '3fr')],
  ['PHASE ONE', raw('Phase One', 'iiq')],
  ['KODAK', raw('Kodak', 'dcr')],
  ['EASTMAN KODAK', raw('Kodak', 'dcr')],
  ['SEIKO EPSON', raw('Epson', 'erf')],
  ['MAMIYA', raw('Mamiya', 'mef')],
];

/** Error for a camera's raw file, by the maker that it names and whether it says that it is a DNG. */
export function rawFile(maker: string, isDng = false): NotAPictureError {
  if (isDng) return new NotAPictureError('is a DNG raw file', develop('dng'));
  const kind = MAKERS.find(([beginning]) => maker.toUpperCase().startsWith(beginning))?.[1];
  return new NotAPictureError(`is ${kind?.name ?? "a camera's raw file"}`, kind?.hint ?? develop('raw'));
}

/** Error for the raw files of Canon's newer cameras, which are files of boxes. */
export const canonRawFile = () => new NotAPictureError('is a Canon raw file (CR3)', develop('cr3'));

const TARGA_END = 'TRUEVISION-XFILE.\0';

/** Kinds that a fixed beginning does not tell. */
function looseKind(bytes: Uint8Array): Kind | undefined {
  // "BM" could also begin a text, so the two reserved fields must be zero.
  if (startsWith(bytes, 'BM') && startsWith(bytes, '\0\0\0\0', 6)) {
    return { name: 'a BMP picture', hint: magick('bmp') };
  }
  const beginning = String.fromCharCode(...bytes.subarray(0, 32));
  if (/^P[1-7]\s+(?:#|\d|WIDTH)/.test(beginning)) {
    return { name: 'a PNM picture', hint: magick('ppm') };
  }
  if (/^P[Ff]\n\d/.test(beginning)) return { name: 'a PFM picture', hint: magick('pfm') };
  if (startsWith(bytes, TARGA_END, bytes.length - TARGA_END.length)) {
    return { name: 'a TGA picture', hint: magick('tga') };
  }
  return undefined;
}

/** UTF-8 without control characters; a character cut by the end of the sample is left out. */
function textOf(sample: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(sample, { stream: true });
    return /[^\P{Cc}\t\n\v\f\r]/u.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}
