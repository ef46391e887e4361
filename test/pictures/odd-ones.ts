/* Files as people have them: animations, several pages, small defects, much metadata; and files that nobody can read. */
import sharp from 'sharp';
import { pngChunk, withSegment } from '../images/samples.js';
import { base, DISPLAY_P3, inSpace, mapped, type Colours } from './making/colours.js';
import { gif, indexed, reduced } from './making/gif.js';
import { codedOf, isoMedia } from './making/iso-media.js';
import { losslessJpeg } from './making/lossless-jpeg.js';
import {
  exif,
  jpegExif,
  jpegProfile,
  jpegXmp,
  pngXmp,
  rawProfile,
  SECRET,
  text,
  webpWith,
  xmp,
} from './making/metadata.js';
import { animationChunks, iccp, png } from './making/png.js';
import { tiff } from './making/tiff.js';
import { av1, fixture, jpeg, LOSSY, refused, rowOf, webp, type Sample } from './sample.js';

const SIZE = { width: 48, height: 32 };
const truth = base();
const negative = mapped(truth, (pixel) => pixel.map((value) => 1 - value));
const PNG = png(truth);
const JPEG = await jpeg(truth);
const WEBP = await webp(truth, { lossless: true });

export async function oddOnes(): Promise<Sample[]> {
  return [
    ...(await several()),
    ...(await forgiven()),
    ...(await personal()),
    ...(await packed()),
    ...(await unreadable()),
  ];
}

/** More than one picture in a file: the first one counts. */
async function several(): Promise<Sample[]> {
  const row = rowOf('several frames or pages');
  const frames = animationChunks(negative);
  const [sign, , second] = [frames.before, frames.after, frames.after];
  const [control] = sign;
  const ofFirst = indexed(truth);
  const small = { ...indexed(truth), left: 6, top: 4 };
  const framed = onCanvas(reduced(truth), { width: 60, height: 40 }, small);
  const joined = sharp([PNG, png(negative)], { join: { animated: true } });
  return [
    row('animated.png', png(truth, frames), truth),
    // Its default picture is no part of the animation, which browsers show instead.
    row('default-apart.png', png(truth, { before: control ? [control] : [], after: second }), truth, {
      inBrowser: false,
    }),
    row('animated.gif', gif([ofFirst, indexed(negative)]), reduced(truth)),
    row('offset.gif', gif([small], { screen: { width: 60, height: 40 } }), framed),
    row('offset-animated.gif', gif([small, ofFirst], { screen: { width: 60, height: 40 } }), framed),
    row('animated.webp', await joined.clone().webp({ lossless: true }).toBuffer(), truth),
    row('pages.tif', tiff([truth, negative]), truth),
    row('pages-16.tif', tiff([truth, negative], { bits: 16 }), truth),
  ];
}

function onCanvas(picture: Colours, { width, height }: typeof SIZE, { left = 0, top = 0 }): Colours {
  const values = new Float64Array(width * height * 3).fill(1);
  const line = picture.width * 3;
  for (let row = 0; row < picture.height; row++) {
    values.set(picture.values.subarray(row * line, (row + 1) * line), ((row + top) * width + left) * 3);
  }
  return { width, height, channels: 3, values };
}

const JPEG_END = 2;

/** Defects that every viewer forgives. */
async function forgiven(): Promise<Sample[]> {
  const row = rowOf('small defects that viewers forgive', { goal: LOSSY });
  const film = Buffer.from(`${SECRET} in a film`);
  const scan = JPEG.indexOf(Buffer.from([0xff, 0xda]));
  const strange = Buffer.from(JPEG);
  // The last coefficient of a sequential scan is 63; phones of Samsung have written 0.
  strange[scan + 2 + strange.readUInt16BE(scan + 2) - 2] = 0;
  const plain = indexed(truth);
  const animated = fixture('animated.avif');
  const still = Buffer.from(animated);
  still.write('avif', 8, 'latin1');
  return [
    row('invalid-sos.jpg', strange, truth),
    // Chromium waits for more of it.
    row('no-end.jpg', JPEG.subarray(0, -JPEG_END), truth, { inBrowser: false }),
    row('no-end-but-film.jpg', Buffer.concat([JPEG.subarray(0, -JPEG_END), film]), truth),
    row('film.jpg', Buffer.concat([JPEG, film]), truth, { fate: 'sent' }),
    row('second-picture.jpg', Buffer.concat([JPEG, await jpeg(negative)]), truth, { fate: 'sent' }),
    row(
      'stray-bytes.jpg',
      Buffer.concat([JPEG.subarray(0, 2), JPEG.subarray(2, 20), Buffer.alloc(3, 1), JPEG.subarray(20)]),
      truth,
    ),
    row(
      'fill-bytes.jpg',
      Buffer.concat([JPEG.subarray(0, 2), Buffer.alloc(5, 0xff), JPEG.subarray(2)]),
      truth,
      { fate: 'sent' },
    ),
    row('no-end.png', PNG.subarray(0, -12), truth),
    row('film.png', Buffer.concat([PNG, film]), truth, { fate: 'sent' }),
    row('no-end.gif', gif([plain], { trailer: false }), reduced(truth)),
    row('film.gif', Buffer.concat([gif([plain]), film]), reduced(truth)),
    row('film.webp', Buffer.concat([WEBP, film]), truth, { fate: 'sent' }),
    row('samsung.jpg', fixture('samsung.jpg'), 'browser'),
    // Its animation has other colours than its still picture, which is what is sent.
    { ...row('animated.avif', animated, 'browser'), judgedBy: still },
  ];
}

/** Everything that may say who took a picture, and where. */
async function personal(): Promise<Sample[]> {
  const row = rowOf('full of metadata', { fate: 'sent' });
  const p3 = inSpace(truth, DISPLAY_P3);
  const block = exif(1, { personal: true });
  const turned = exif(6, { personal: true });
  const packet = xmp(1);
  const film = Buffer.from(`${SECRET} in a film`);
  const comment = Buffer.from(SECRET);
  const iptc = Buffer.concat([
    Buffer.from('Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0', 'latin1'),
    Buffer.from([SECRET.length + 5, 0x1c, 2, 80, 0, SECRET.length]),
    comment,
  ]);
  const laden = (bytes: Buffer) =>
    Buffer.concat([
      jpegExif(jpegXmp(withSegment(withSegment(bytes, 0xfe, comment), 0xed, iptc), packet), block),
      film,
    ]);
  const texts = [
    text('Author', SECRET),
    text('parameters', `${SECRET}, steps: 20`),
    pngXmp(packet),
    rawProfile('iptc', comment),
    ['eXIf', block],
    ['tIME', Buffer.from([0x07, 0xe8, 5, 1, 12, 0, 0])],
  ] as const;
  const two = 2 ** 21;
  return [
    row('personal.jpg', laden(JPEG), truth, { goal: LOSSY }),
    row('personal-p3.jpg', laden(jpegProfile(await jpeg(p3), DISPLAY_P3.profile)), truth, {
      goal: LOSSY,
      fate: 'converted',
    }),
    row('personal.png', Buffer.concat([png(truth, { before: [...texts] }), film]), truth),
    row('personal-16.png', png(truth, { bits: 16, before: [...texts] }), truth, { fate: 'converted' }),
    row('personal-after.png', png(truth, { after: [...texts] }), truth),
    row('personal.webp', Buffer.concat([webpWith(WEBP, { ...SIZE, exif: block, xmp: packet }), film]), truth),
    row('personal.avif', isoMedia(await av1(truth), { ...SIZE, colours: [1, 13, 6], exif: turned }), truth, {
      goal: LOSSY,
      fate: 'converted',
    }),
    row(
      'personal.heic',
      isoMedia(codedOf(fixture('base-srgb.heic')), {
        width: 96,
        height: 64,
        colours: [1, 13, 6],
        exif: turned,
      }),
      base(96, 64),
      { goal: LOSSY, fate: 'converted' },
    ),
    row('text-2-mb.png', png(truth, { before: [text('Comment', 'x'.repeat(two))] }), truth),
    row(
      'packed-text-2-mb.png',
      png(truth, { before: [rawProfile('comment', Buffer.alloc(two, 120))] }),
      truth,
    ),
    row('archive.jpg', Buffer.concat([JPEG, Buffer.from(`PK\x03\x04${SECRET}`)]), truth, { goal: LOSSY }),
    row('document.png', png(truth, { before: [text('Comment', `%PDF-1.7 ${SECRET}`)] }), truth),
    row('page.gif', gif([indexed(truth)], { comment: `<script>${SECRET}</script>` }), reduced(truth), {
      fate: 'converted',
    }),
    row('profile-and-text.png', png(p3, { before: [iccp(DISPLAY_P3.profile), ...texts] }), truth, {
      fate: 'converted',
    }),
  ];
}

/** Ways to store pixels that need more of a decoder. */
async function packed(): Promise<Sample[]> {
  const row = rowOf('other compressions');
  const picture = () => sharp(PNG);
  return [
    row(
      'progressive.jpg',
      await picture().jpeg({ progressive: true, quality: 95, chromaSubsampling: '4:4:4' }).toBuffer(),
      truth,
      { fate: 'sent', goal: LOSSY },
    ),
    row('subsampled.jpg', await picture().jpeg({ quality: 95 }).toBuffer(), truth, {
      fate: 'sent',
      goal: LOSSY,
    }),
    row('arithmetic.jpg', fixture('arithmetic.jpg'), truth, { goal: LOSSY, inBrowser: false }),
    row('lossless.jpg', losslessJpeg(truth), truth, { inBrowser: false }),
    row('interlaced.png', png(truth, { interlaced: true }), truth, { fate: 'sent' }),
    row('lzw.tif', await picture().tiff({ compression: 'lzw', predictor: 'horizontal' }).toBuffer(), truth),
    row('deflate.tif', await picture().tiff({ compression: 'deflate' }).toBuffer(), truth),
    row('jpeg.tif', await picture().tiff({ compression: 'jpeg', quality: 95 }).toBuffer(), truth, {
      goal: LOSSY,
    }),
    row(
      'tiles.tif',
      await picture().tiff({ tile: true, tileWidth: 16, tileHeight: 16, compression: 'lzw' }).toBuffer(),
      truth,
    ),
    row(
      'pyramid.tif',
      await picture()
        .tiff({ tile: true, tileWidth: 16, tileHeight: 16, pyramid: true, compression: 'lzw' })
        .toBuffer(),
      truth,
    ),
  ];
}

/** Files that no plain reader opens, or whose numbers nobody can read as colours. */
async function unreadable(): Promise<Sample[]> {
  const long = await jpeg(base(480, 320));
  const frame = JPEG.indexOf(Buffer.from([0xff, 0xc0]));
  const patched = (offset: number, value: number) => {
    const copy = Buffer.from(JPEG);
    copy[frame + offset] = value;
    return copy;
  };
  const pixels = PNG.indexOf('IDAT') + 4;
  const garbled = Buffer.from(PNG);
  garbled.fill(0x55, pixels + 40, pixels + 80);
  const broken = Buffer.concat([
    PNG.subarray(0, pixels - 8),
    pngChunk('IDAT', garbled.subarray(pixels, -16)),
    PNG.subarray(-12),
  ]);
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="48" height="32"/>';
  return [
    refused('twelve-bit.jpg', patched(4, 12)),
    refused('hierarchical.jpg', patched(1, 0xc5)),
    refused('cut-short.jpg', long.subarray(0, long.length / 2)),
    refused('cut-short.png', PNG.subarray(0, PNG.length / 2)),
    refused('cut-short.webp', WEBP.subarray(0, WEBP.length / 2)),
    refused('cut-short.tif', tiff(truth).subarray(0, 2000)),
    refused('cut-short.avif', isoMedia(await av1(truth), SIZE).subarray(0, -100)),
    refused('cut-short.heic', fixture('base-srgb.heic').subarray(0, -400)),
    refused('cut-short.gif', gif([indexed(truth)]).subarray(0, -600)),
    refused('broken-pixels.png', broken),
    refused('wrong-checksum.png', garbled),
    refused('float.tif', tiff(truth, { bits: 32 })),
    refused('drawing.png', Buffer.from(svg)),
    refused('drawing.svg', Buffer.from(`<?xml version="1.0"?>\n${svg}`)),
    refused('text.jpg', Buffer.from('no picture at all')),
    refused('nothing.png', Buffer.alloc(0)),
    refused('leaflet.png', Buffer.from('%PDF-1.7\n1 0 obj')),
    refused('photoshop.jpg', Buffer.from('8BPS\0\x01\0\0\0\0\0\0\0\x03', 'latin1')),
    refused(
      'bitmap.png',
      Buffer.concat([Buffer.from('BM\x36\x12\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0', 'latin1'), Buffer.alloc(40)]),
    ),
  ];
}
