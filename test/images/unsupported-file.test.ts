import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NotAPictureError } from '../../src/images/picture-errors.js';
import { probePicture } from '../../src/images/probe.js';
import { unsupportedFile } from '../../src/images/unsupported-file.js';

const errorOf = (text: string): unknown => {
  try {
    return probePicture(Buffer.from(text, 'latin1'));
  } catch (error) {
    return error;
  }
};

const zeros = (count: number) => '\0'.repeat(count);

test.each([
  ['', 'is empty'],
  ['buy milk', 'is not a picture: it looks like text'],
  ['BMW and others', 'is not a picture: it looks like text'],
  ['P3 is a colour space', 'is not a picture: it looks like text'],
  ['\n<!DOCTYPE html><title>404</title>', 'is not a picture: it looks like HTML'],
  ['<?xml version="1.0"?><rss/>', 'is not a picture: it looks like XML'],
  ['{"detail":"not found"}', 'is not a picture: it looks like JSON'],
  ['PK\x03\x04', 'is not a picture: it looks like a zip archive'],
  ['\x1f\x8b\x08', 'is not a picture: it looks like a gzip archive'],
  ['ID3\x04', 'is not a picture: it looks like audio'],
  ['\x01\x02\x03\x80', 'is not a picture'],
])('%j %s', (text, problem) => {
  const error = errorOf(text);
  expect(error).toBeInstanceOf(NotAPictureError);
  expect(error).toMatchObject({ problem, hint: undefined });
});

const convert = (command: string) => `Convert it first: ${command}`;

test.each([
  ['BM\x46\0\0\0\0\0\0\0\x36\0', 'is a BMP picture', convert('magick in.bmp out.png')],
  ['%PDF-1.7\n', 'is a PDF document', convert('pdftoppm -png -r 150 in.pdf page')],
  ['%!PS-Adobe-3.0 EPSF-3.0', 'is a PostScript document', convert('magick -density 150 in.eps out.png')],
  ['\xff\x0a\xfa', 'is a JPEG XL picture', convert('djxl in.jxl out.png')],
  ['\0\0\0\x0cJXL \r\n\x87\n', 'is a JPEG XL picture', convert('djxl in.jxl out.png')],
  ['\0\0\0\x0cjP  \r\n\x87\n', 'is a JPEG 2000 picture', convert('opj_decompress -i in.jp2 -o out.png')],
  ['8BPS\0\x01', 'is a Photoshop document', convert("magick 'in.psd[0]' out.png")],
  ['gimp xcf v011', 'is a GIMP document', 'Export it from GIMP as PNG first.'],
  ['\0\0\x01\0\x01\0', 'is an icon file', convert("magick 'in.ico[0]' out.png")],
  ['II+\0\x08\0\0\0', 'is a BigTIFF picture', convert('magick in.tif out.png')],
  ['\x76\x2f\x31\x01\x02', 'is an OpenEXR picture', convert('magick in.exr out.png')],
  ['#?RADIANCE\n', 'is a Radiance HDR picture', convert('magick in.hdr out.png')],
  ['DDS |\0\0\0', 'is a DDS texture', convert('magick in.dds out.png')],
  ['qoif\0\0', 'is a QOI picture', convert('magick in.qoi out.png')],
  ['P6\n640 480\n255\n', 'is a PNM picture', convert('magick in.ppm out.png')],
  ['P7\nWIDTH 3\n', 'is a PNM picture', convert('magick in.ppm out.png')],
  ['PF\n640 480\n-1.0\n', 'is a PFM picture', convert('magick in.pfm out.png')],
  [`abc${zeros(60)}TRUEVISION-XFILE.\0`, 'is a TGA picture', convert('magick in.tga out.png')],
  [`\0\0\x02${zeros(9)}\x10\0\x10\0\x18 `, 'is a TGA picture', convert('magick in.tga out.png')],
  [`${zeros(128)}DICM`, 'is a DICOM picture', convert('dcmj2pnm --write-png in.dcm out.png')],
  [
    '<svg xmlns="http://www.w3.org/2000/svg"/>',
    'is an SVG drawing',
    convert('rsvg-convert in.svg -o out.png'),
  ],
  [
    '<?xml version="1.0"?>\n<!-- a --><!-- b -->\n<svg width="1"></svg>',
    'is an SVG drawing',
    convert('rsvg-convert in.svg -o out.png'),
  ],
  ['FUJIFILMCCD-RAW 0201', 'is a Fujifilm raw file (RAF)', 'Develop it first: darktable-cli in.raf out.jpg'],
  ['IIU\0\x18\0\0\0', 'is a Panasonic raw file (RW2)', 'Develop it first: darktable-cli in.rw2 out.jpg'],
  ['IIRO\x08\0\0\0', 'is an Olympus raw file (ORF)', 'Develop it first: darktable-cli in.orf out.jpg'],
  [
    '\0\0\0\x18ftypcrx \0\0\0\x01crx isom',
    'is a Canon raw file (CR3)',
    'Develop it first: darktable-cli in.cr3 out.jpg',
  ],
  [
    '\0\0\0\x10ftypmp42\0\0\0\0',
    'is not a picture: it looks like a video (MP4 or QuickTime)',
    convert('ffmpeg -i in.mp4 -frames:v 1 out.png'),
  ],
  [
    '\x1a\x45\xdf\xa3',
    'is not a picture: it looks like a video (WebM or Matroska)',
    convert('ffmpeg -i in.webm -frames:v 1 out.png'),
  ],
  [
    'RIFF\x10\0\0\0AVI LIST',
    'is not a picture: it looks like a video (AVI)',
    convert('ffmpeg -i in.avi -frames:v 1 out.png'),
  ],
])('%j %s', (text, problem, hint) => {
  const error = errorOf(text);
  expect(error).toBeInstanceOf(NotAPictureError);
  expect(error).toMatchObject({ problem, hint });
});

/** A camera's raw file: a TIFF with a maker, and a tag that says that it is raw. */
function rawTiff(maker: string, [tag, value]: readonly [number, number]): string {
  const directory = Buffer.alloc(2 + 2 * 12 + 4);
  directory.writeUInt16LE(2, 0);
  directory.writeUInt16LE(271, 2);
  directory.writeUInt16LE(2, 4);
  directory.writeUInt32LE(maker.length + 1, 6);
  directory.writeUInt32LE(8 + directory.length, 10);
  directory.writeUInt16LE(tag, 14);
  directory.writeUInt16LE(4, 16);
  directory.writeUInt32LE(1, 18);
  directory.writeUInt32LE(value, 22);
  return `II*\0\x08\0\0\0${directory.toString('latin1')}${maker}\0`;
}

const REDUCED = [254, 1] as const;
const SENSOR = [262, 32803] as const;

test.each([
  ['NIKON CORPORATION', REDUCED, 'is a Nikon raw file (NEF)', 'nef'],
  ['SONY', REDUCED, 'is a Sony raw file (ARW)', 'arw'],
  ['PENTAX Corporation', SENSOR, 'is a Pentax raw file (PEF)', 'pef'],
  ['SAMSUNG', SENSOR, 'is a Samsung raw file (SRW)', 'srw'],
  ['Apple', [50706, 0x0401] as const, 'is a DNG raw file', 'dng'],
  ['Somebody', REDUCED, "is a camera's raw file", 'raw'],
])('a raw file of %s', (maker, sign, problem, extension) => {
  const hint = `Develop it first: darktable-cli in.${extension} out.jpg`;
  expect(errorOf(rawTiff(maker, sign))).toMatchObject({ problem, hint });
});

test('is never about a damaged file, whatever the bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      const error = unsupportedFile(bytes);
      expect(error).toBeInstanceOf(NotAPictureError);
      expect(error.problem).not.toMatch(/damaged/);
    }),
  );
});
