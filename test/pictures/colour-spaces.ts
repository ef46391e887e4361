/* Pictures in all colour spaces and depths, in all formats. */
import sharp from 'sharp';
import {
  asRgb,
  base,
  DISPLAY_P3,
  GREY_PROFILE,
  greyBase,
  inGreyProfile,
  inHdr,
  inLab,
  inSpace,
  PROPHOTO,
  SPACES,
  SRGB,
  storedFor,
  withGamma,
  type Colours,
  type Space,
} from './making/colours.js';
import { codedOf, isoMedia } from './making/iso-media.js';
import { exif, jpegExif, jpegProfile, webpWith, withoutProfile } from './making/metadata.js';
import { iccp, png } from './making/png.js';
import { tiff } from './making/tiff.js';
import { av1, fixture, jpeg, LOSSY, rowOf, webp, type Sample } from './sample.js';

export async function colourSpaces(): Promise<Sample[]> {
  const groups = [
    untagged(),
    ...SPACES.map((space) => tagged(space)),
    cmykUntagged(),
    hdr(),
    heics(),
    greys(),
    cmyk(),
    byNumbers(),
    Promise.resolve(labs()),
  ];
  return (await Promise.all(groups)).flat();
}

/** No standard says how a screen of ordinary range shows it. */
const HDR = 8;

const SIZE = { width: 48, height: 32 };

async function untagged(): Promise<Sample[]> {
  const row = rowOf('untagged');
  const truth = base();
  return [
    row('untagged.png', png(truth), truth, { fate: 'sent' }),
    row('untagged-16.png', png(truth, { bits: 16 }), truth),
    row('untagged.tif', tiff(truth), truth),
    row('untagged-16.tif', tiff(truth, { bits: 16 }), truth),
    row('untagged.webp', await webp(truth, { lossless: true }), truth, { fate: 'sent' }),
    row('untagged-lossy.webp', await webp(truth), truth, { fate: 'sent', goal: LOSSY }),
    row('untagged.jpg', await jpeg(truth), truth, { fate: 'sent', goal: LOSSY }),
    row('untagged.avif', isoMedia(await av1(truth), SIZE), truth, { goal: LOSSY }),
    row('untagged-10.avif', isoMedia(await av1(truth, 10), { ...SIZE, bits: 10 }), truth, { goal: LOSSY }),
  ];
}

/** A picture in a space and all formats; the names of its files begin with the prefix. */
export async function tagged(space: Space, truth = base(), prefix = ''): Promise<Sample[]> {
  const { profile, name } = space;
  const file = prefix + name.replace(/\W+/g, '-').toLowerCase();
  const stored = inSpace(truth, space);
  const turned = inSpace(storedFor(6, truth), space);
  const size = { width: truth.width, height: truth.height };
  const fate = space === SRGB ? 'sent' : 'converted';
  const lossless = rowOf(`${prefix && 'a photo in '}${name}, lossless`);
  const lossy = rowOf(`${prefix && 'a photo in '}${name}, lossy`, { goal: LOSSY });
  const before = [iccp(profile)];
  const webps = await Promise.all([webp(stored, { lossless: true }), webp(stored)]);
  const [plain, small] = [webpWith(webps[0], { ...size, profile }), webpWith(webps[1], { ...size, profile })];
  const avif = isoMedia(await av1(stored), { ...size, colours: profile });
  const deep = isoMedia(await av1(stored, 10), { ...size, bits: 10, colours: profile });
  return [
    lossless(`${file}.png`, png(stored, { before }), truth, { fate }),
    lossless(`${file}-interlaced.png`, png(stored, { before, interlaced: true }), truth, { fate }),
    lossless(`${file}-16.png`, png(stored, { bits: 16, before }), truth),
    lossless(`${file}.tif`, tiff(stored, { profile }), truth),
    lossless(`${file}-16.tif`, tiff(stored, { bits: 16, profile }), truth),
    lossless(`${file}-16-turned.tif`, tiff(turned, { bits: 16, profile, orientation: 6 }), truth),
    lossless(`${file}.webp`, plain, truth, { fate }),
    lossy(`${file}-lossy.webp`, small, truth, { fate }),
    lossy(`${file}.jpg`, jpegProfile(await jpeg(stored), profile), truth, { fate }),
    lossy(`${file}-turned.jpg`, jpegExif(jpegProfile(await jpeg(turned), profile), exif(6)), truth),
    lossy(`${file}.avif`, avif, truth),
    lossy(`${file}-10.avif`, deep, truth),
  ];
}

function heics(): Promise<Sample[]> {
  const truth = base(96, 64);
  const size = { width: 96, height: 64 };
  const row = rowOf('HEIC', { goal: LOSSY });
  const made = (name: string, options: Partial<Parameters<typeof isoMedia>[1]>) =>
    isoMedia(codedOf(fixture(name)), { ...size, ...options });
  return Promise.resolve([
    row('untagged.heic', made('base-srgb.heic', {}), truth),
    row('numbers.heic', made('base-srgb.heic', { colours: [1, 13, 6] }), truth),
    row('srgb.heic', made('base-srgb.heic', { colours: SRGB.profile }), truth),
    row('display-p3.heic', made('base-p3.heic', { colours: DISPLAY_P3.profile }), truth),
    row('display-p3-numbers.heic', made('base-p3.heic', { colours: [12, 13, 6] }), truth),
    row(
      'display-p3-turned.heic',
      made('base-p3.heic', { colours: DISPLAY_P3.profile, orientation: 6 }),
      storedFor(8, truth),
    ),
    row('untagged-10.heic', made('base-srgb-10-bit.heic', { bits: 10 }), truth),
    row('display-p3-10.heic', made('base-p3-10-bit.heic', { bits: 10, colours: DISPLAY_P3.profile }), truth),
  ]);
}

async function greys(): Promise<Sample[]> {
  const grey = greyBase();
  const truth = asRgb(grey);
  const stored = inGreyProfile(grey);
  const plain = rowOf('grey');
  const profiled = rowOf('grey with a profile');
  const profile = GREY_PROFILE;
  const before = [iccp(profile)];
  return [
    plain('grey.png', png(grey), truth, { fate: 'sent' }),
    plain('grey-16.png', png(grey, { bits: 16 }), truth),
    plain('grey.tif', tiff(grey), truth),
    plain('grey-16.tif', tiff(grey, { bits: 16 }), truth),
    plain('grey.jpg', await jpeg(grey), truth, { fate: 'sent', goal: LOSSY }),
    profiled('grey-profile.png', png(stored, { before }), truth),
    profiled('grey-profile-16.png', png(stored, { bits: 16, before }), truth),
    profiled('grey-profile.tif', tiff(stored, { profile }), truth),
    profiled('grey-profile-16.tif', tiff(stored, { bits: 16, profile }), truth),
    profiled('grey-profile.jpg', jpegProfile(await jpeg(stored), profile), truth, { goal: LOSSY }),
  ];
}

const inCmyk = (colours: Colours) => sharp(png(colours)).withIccProfile('cmyk').toColourspace('cmyk');

/** In the numbers of libvips' CMYK profile. Chromium shows them by a formula, not by a profile. */
async function cmyk(): Promise<Sample[]> {
  const row = rowOf('CMYK with a profile', { goal: LOSSY, inBrowser: false });
  const picture = inCmyk(base());
  const turned = inCmyk(storedFor(6, base())).withExif({ IFD0: { Orientation: '6' } });
  const jpg = { quality: 98, chromaSubsampling: '4:4:4' };
  return [
    row('cmyk.jpg', await picture.clone().jpeg(jpg).toBuffer(), 'lcms'),
    row('cmyk-turned.jpg', await turned.clone().jpeg(jpg).toBuffer(), 'lcms'),
    row('cmyk.tif', await picture.clone().tiff({ compression: 'lzw' }).toBuffer(), 'lcms'),
    row('cmyk-plain.tif', await picture.clone().tiff({ compression: 'none' }).toBuffer(), 'lcms'),
  ];
}

/** The same numbers without it, as many files from printers are. */
async function cmykUntagged(): Promise<Sample[]> {
  const row = rowOf('CMYK without a profile', { goal: LOSSY, inBrowser: false });
  const picture = inCmyk(base());
  const jpg = await picture.clone().jpeg({ quality: 98, chromaSubsampling: '4:4:4' }).toBuffer();
  const { icc: profile } = await sharp(jpg).metadata();
  const { data, info } = await picture.clone().raw().toBuffer({ resolveWithObject: true });
  const numbers = {
    ...SIZE,
    channels: info.channels,
    values: Float64Array.from(data, (value) => value / 255),
  };
  const knownTiff = tiff(numbers, { photometric: 5, ...(profile === undefined ? {} : { profile }) });
  return [
    { ...row('cmyk-untagged.tif', tiff(numbers, { photometric: 5 }), 'lcms'), judgedBy: knownTiff },
    { ...row('cmyk-untagged.jpg', withoutProfile(jpg), 'lcms'), judgedBy: jpg },
  ];
}

/** A high dynamic range, of which the picture uses as much as paper would. Chromium says how a screen shows it. */
async function hdr(): Promise<Sample[]> {
  const row = rowOf('HDR', { goal: HDR });
  const [pq, hlg] = [inHdr(base(), 'pq'), inHdr(base(), 'hlg')];
  return [
    row('pq-16.png', png(pq, { bits: 16, before: [['cICP', Buffer.from([9, 16, 0, 1])]] }), 'browser'),
    row('hlg-16.png', png(hlg, { bits: 16, before: [['cICP', Buffer.from([9, 18, 0, 1])]] }), 'browser'),
    row('pq.avif', isoMedia(await av1(pq, 10), { ...SIZE, bits: 10, colours: [9, 16, 6] }), 'browser'),
    row('hlg.avif', isoMedia(await av1(hlg, 10), { ...SIZE, bits: 10, colours: [9, 18, 6] }), 'browser'),
  ];
}

/** Colours that are described by numbers instead of a profile. */
async function byNumbers(): Promise<Sample[]> {
  const row = rowOf('colours by gAMA, cHRM or cICP');
  const truth = base();
  const p3 = inSpace(truth, DISPLAY_P3);
  const gamma = Buffer.alloc(4);
  gamma.writeUInt32BE(100_000 / 1.6);
  const usual = Buffer.alloc(4);
  usual.writeUInt32BE(45_455);
  const chromaticities = Buffer.alloc(32);
  // White, red, green and blue of Display P3.
  [31_270, 32_900, 68_000, 32_000, 26_500, 69_000, 15_000, 6_000].forEach((value, index) =>
    chromaticities.writeUInt32BE(value, index * 4),
  );
  return [
    row('gama-1.6.png', png(inSpace(truth, withGamma(SRGB, 1.6)), { before: [['gAMA', gamma]] }), truth),
    row('gama-usual.png', png(truth, { before: [['gAMA', usual]] }), truth, { fate: 'sent' }),
    row(
      'srgb-chunk.png',
      png(truth, {
        before: [
          ['sRGB', Buffer.from([0])],
          ['gAMA', usual],
        ],
      }),
      truth,
      { fate: 'sent' },
    ),
    row(
      'chrm-p3.png',
      png(inSpace(truth, withGamma(DISPLAY_P3, 2.2)), {
        before: [
          ['gAMA', usual],
          ['cHRM', chromaticities],
        ],
      }),
      truth,
    ),
    row('cicp-srgb.png', png(truth, { before: [['cICP', Buffer.from([1, 13, 0, 1])]] }), truth, {
      fate: 'sent',
    }),
    row('cicp-p3.png', png(p3, { before: [['cICP', Buffer.from([12, 13, 0, 1])]] }), truth),
    row('cicp-p3-16.png', png(p3, { bits: 16, before: [['cICP', Buffer.from([12, 13, 0, 1])]] }), truth),
    row(
      'profile-and-gama.png',
      png(inSpace(truth, PROPHOTO), { before: [iccp(PROPHOTO.profile), ['gAMA', gamma]] }),
      truth,
    ),
    row('numbers-p3.avif', isoMedia(await av1(p3), { ...SIZE, colours: [12, 13, 6] }), truth, {
      goal: LOSSY,
    }),
  ];
}

/** L from 0 to 100 in as many bits as there are, a and b as signed numbers (TIFF 6.0, section 23). */
function labs(): Sample[] {
  const row = rowOf('Lab');
  const truth = base();
  const lab = inLab(truth);
  const scaled = (light: number, colour: number) => ({
    ...lab,
    values: lab.values.map((value, index) => value * (index % 3 === 0 ? light : colour)),
  });
  return [
    row('lab.tif', tiff(scaled(2.55, 1), { photometric: 8, raw: true }), truth),
    row('lab-16.tif', tiff(scaled(655.35, 256), { photometric: 8, raw: true, bits: 16 }), truth),
  ];
}
