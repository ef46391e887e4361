/* Pictures with alpha, in all formats. What shows through is white unless the user says otherwise. */
import {
  asRgb,
  base,
  DISPLAY_P3,
  greyBase,
  inSpace,
  mapped,
  onWhite,
  withAlpha,
  type Colours,
} from './making/colours.js';
import { gif, indexed, reduced, TRANSPARENT } from './making/gif.js';
import { webpWith } from './making/metadata.js';
import { iccp, palettePng, png } from './making/png.js';
import { tiff } from './making/tiff.js';
import { avif, fixture, LOSSY, rowOf, webp, type Sample } from './sample.js';

const SIZE = { width: 48, height: 32 };

export async function transparency(): Promise<Sample[]> {
  return [...(await withChannel()), ...withColour(), ...(await opaque())];
}

async function withChannel(): Promise<Sample[]> {
  const row = rowOf('alpha');
  const colours = withAlpha(base());
  const truth = onWhite(colours);
  const grey = withAlpha(greyBase());
  const greyTruth = asRgb(onWhite(grey));
  const p3 = inSpace(colours, DISPLAY_P3);
  const before = [iccp(DISPLAY_P3.profile)];
  const multiplied = mapped(colours, ([r = 0, g = 0, b = 0, a = 0]) => [r * a, g * a, b * a, a]);
  return [
    row('alpha.png', png(colours), truth),
    row('alpha-16.png', png(colours, { bits: 16 }), truth),
    row('alpha-interlaced.png', png(colours, { interlaced: true }), truth),
    row('grey-alpha.png', png(grey), greyTruth),
    row('grey-alpha-16.png', png(grey, { bits: 16 }), greyTruth),
    row('alpha-p3.png', png(p3, { before }), truth),
    row('alpha-p3-16.png', png(p3, { bits: 16, before }), truth),
    row('alpha.tif', tiff(colours, { alpha: 2 }), truth),
    row('alpha-16.tif', tiff(colours, { alpha: 2, bits: 16 }), truth),
    row('alpha-multiplied.tif', tiff(multiplied, { alpha: 1 }), truth),
    row('alpha.webp', await webp(colours, { lossless: true }), truth),
    row('alpha-lossy.webp', await webp(colours), truth, { goal: LOSSY }),
    row(
      'alpha-p3.webp',
      webpWith(await webp(p3, { lossless: true }), { ...SIZE, alpha: true, profile: DISPLAY_P3.profile }),
      truth,
    ),
    row('alpha.avif', await avif(colours), truth, { goal: LOSSY }),
    row('alpha.heic', fixture('base-alpha.heic'), onWhite(withAlpha(base(96, 64))), { goal: LOSSY }),
  ];
}

/** A palette, and colours of it that are transparent. */
function withColour(): Sample[] {
  const row = rowOf('palette');
  const plain = indexed(base());
  const truth = reduced(base());
  // The left fifth is transparent.
  const isHole = (index: number) => index % SIZE.width < 10;
  const holed = {
    ...plain,
    indices: plain.indices.map((colour, index) => (isHole(index) ? TRANSPARENT : colour)),
  };
  const palette = [...plain.palette, [200, 0, 200] as const];
  const hole: Colours = {
    ...truth,
    values: truth.values.map((value, at) => (isHole(Math.floor(at / 3)) ? 1 : value)),
  };
  const half: Colours = {
    ...truth,
    values: truth.values.map((value, at) => {
      const strange = [200, 0, 200][at % 3] ?? 0;
      return isHole(Math.floor(at / 3)) ? ((strange / 255) * 128 + 127) / 255 : value;
    }),
  };
  const alphas = (last: number) => Buffer.from([...plain.palette.map(() => 255), last]);
  const magenta = Buffer.from([0, 200, 0, 0, 0, 200]);
  const marked = {
    ...truth,
    values: truth.values.map((value, at) =>
      isHole(Math.floor(at / 3)) ? ([200, 0, 200][at % 3] ?? 0) / 255 : value,
    ),
  };
  const grey = greyBase();
  const marks = { ...grey, values: grey.values.map((value, at) => (isHole(at) ? 0 : Math.max(value, 0.1))) };
  const greyHole = asRgb({ ...marks, values: marks.values.map((value) => (value === 0 ? 1 : value)) });
  return [
    row('palette.png', palettePng(plain), truth, { fate: 'sent' }),
    row(
      'palette-transparent.png',
      palettePng({ ...holed, palette }, { before: [['tRNS', alphas(0)]] }),
      hole,
    ),
    row('palette-half.png', palettePng({ ...holed, palette }, { before: [['tRNS', alphas(128)]] }), half),
    row('colour-transparent.png', png(marked, { before: [['tRNS', magenta]] }), hole),
    row('grey-transparent.png', png(marks, { before: [['tRNS', Buffer.from([0, 0])]] }), greyHole),
    row('still.gif', gif([plain]), truth),
    row('transparent.gif', gif([{ ...holed, transparent: TRANSPARENT }]), hole),
  ];
}

/** Alpha that hides nothing. */
async function opaque(): Promise<Sample[]> {
  const row = rowOf('alpha, all opaque');
  const truth = base();
  const colours = mapped(truth, (pixel) => [...pixel, 1]);
  return [
    row('opaque.png', png(colours), truth, { fate: 'sent' }),
    row('opaque-16.png', png(colours, { bits: 16 }), truth),
    row('opaque.tif', tiff(colours, { alpha: 2 }), truth),
    row('opaque.webp', await webp(colours, { lossless: true }), truth, { fate: 'sent' }),
  ];
}
