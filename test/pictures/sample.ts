import { readFileSync } from 'node:fs';
import sharp from 'sharp';
import { samples, type Colours } from './making/colours.js';
import { codedOf, type Coded } from './making/iso-media.js';

/** What has to become of a file: its own pixels are sent, it is converted, or it is refused before anything is sent. */
export type Fate = 'sent' | 'converted' | 'refused';

/** What a person sees: colours, or what a colour engine (lcms) or Chromium makes of the file if arithmetic cannot say. */
export type Truth = Colours | 'lcms' | 'browser';

/** A file of the corpus, and what is known of it from how it was made. */
export interface Sample {
  /** Name of its file. */
  name: string;
  bytes: Buffer;
  /** Row of the table in docs/pictures.md that it counts in. */
  row: string;
  fate: Fate;
  /** Undefined for files that are refused. */
  truth?: Truth;
  /** What the engine or the browser is given instead of the file. */
  judgedBy?: Buffer;
  /** How far from the truth it may be on average, of 255. */
  goal: number;
  /** Whether Chromium shows it as a person's viewer does. */
  inBrowser: boolean;
}

export const LOSSLESS = 1.5;
export const LOSSY = 3;

/** Pictures that a browser does not know, or knows by their EXIF only. */
type Extra = Partial<Pick<Sample, 'fate' | 'goal' | 'inBrowser'>>;

/** A maker of samples for a row of the table. */
export const rowOf =
  (row: string, common: Extra = {}) =>
  (name: string, bytes: Buffer, truth: Truth, extra: Extra = {}): Sample => ({
    ...{ name, bytes, row, truth },
    ...{ fate: 'converted', goal: LOSSLESS, inBrowser: !/\.(tif|heic)$/.test(name) },
    ...common,
    ...extra,
  });

export const refused = (name: string, bytes: Buffer): Sample => ({
  ...{ name, bytes, row: 'refused', fate: 'refused', goal: 0, inBrowser: false },
});

/** The numbers of a picture as sharp takes them, to be encoded as they are. */
const open = (colours: Colours) =>
  sharp(samples(colours), {
    raw: { width: colours.width, height: colours.height, channels: colours.channels as 1 | 3 | 4 },
  });

export const jpeg = (colours: Colours): Promise<Buffer> => {
  const picture = colours.channels === 1 ? open(colours).toColourspace('b-w') : open(colours);
  return picture.jpeg({ quality: 95, chromaSubsampling: '4:4:4' }).toBuffer();
};

export const webp = (colours: Colours, { lossless = false } = {}): Promise<Buffer> =>
  open(colours).webp({ lossless, exact: true, quality: 95, smartSubsample: true }).toBuffer();

export const avif = (colours: Colours): Promise<Buffer> =>
  open(colours).avif({ quality: 95, effort: 0 }).toBuffer();

/** The coded pixels of an AVIF, 8 bits or 10. */
export async function av1(colours: Colours, bits: 8 | 10 = 8): Promise<Coded> {
  const { width, height } = colours;
  const input = samples(colours, 16).swap16();
  const sixteen = new Uint16Array(input.buffer, input.byteOffset, input.length / 2);
  const picture =
    bits === 8
      ? open(colours)
      : sharp(sixteen, { raw: { width, height, channels: 3 } }).toColourspace('rgb16');
  return codedOf(await picture.avif({ quality: 95, effort: 0, bitdepth: bits }).toBuffer());
}

/**
 * What cannot be encoded here. base-*.heic: PNGs of `base(96, 64)`, in the numbers of Display P3 too, by `heif-enc -q 95`,
 * with `-b 10` for 10 bits. arithmetic.jpg: `base()` by `cjpeg -quality 95 -sample 1x1 -arithmetic`.
 */
export const fixture = (name: string): Buffer =>
  readFileSync(new URL(`../fixtures/pictures/${name}`, import.meta.url));
