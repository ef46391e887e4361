/* Judges of uploads that share no code with sharp, and the table of what they found. */
import { table } from '../../scripts/docs/table.js';
import { CHROMIUM } from '../support/chromium.js';
import { readByLcms, readByPillow } from '../support/other-readers.js';
import { readByChromium, type Shown } from './browser.js';
import { samples } from './making/colours.js';
import type { Sample } from './sample.js';

/** A file of the corpus, and what was uploaded of it. */
export interface Upload {
  sample: Sample;
  bytes: Buffer;
  /** What the program said of it. */
  notes: string[];
}

/** Distance of two pictures, of 255; a text if they cannot be compared. */
export type Distance = { mean: number; max: number } | string;

export interface Judged {
  sample: Sample;
  isConverted: boolean;
  /** Whether Pillow reads the same pixels from the upload as from the file; undefined if it does not read the file. */
  isUnchanged: boolean | undefined;
  /** What Pillow reads from the upload, against the truth. */
  model: Distance;
  /** The same against what Chromium shows of the file; undefined if it does not show it as viewers do. */
  browser: Distance | undefined;
}

export async function judge(uploads: readonly Upload[]): Promise<Judged[]> {
  const files = uploads.map(({ sample }) => sample);
  const read = await readByPillow(uploads.map(({ bytes }) => bytes));
  const before = await readByPillow(files.map(({ bytes }) => bytes));
  const shown = await each(files, ({ inBrowser }) => inBrowser && CHROMIUM !== undefined, readByChromium);
  const engine = await each(files, ({ truth }) => truth === 'lcms', readByLcms);
  return uploads.map(({ sample, notes }, index) => {
    const { truth } = sample;
    const person = shown[index];
    const known =
      typeof truth === 'object'
        ? { ...truth, pixels: samples(truth) }
        : truth === 'lcms'
          ? engine[index]
          : person;
    return {
      ...{ sample, isConverted: notes.length > 0, isUnchanged: isSame(read[index], before[index]) },
      model: distance(read[index], known),
      browser: sample.inBrowser && CHROMIUM !== undefined ? distance(read[index], person) : undefined,
    };
  });
}

type Reading = Shown | Error | undefined;

/** Has some of the files read, each in its place. */
async function each(
  files: readonly Sample[],
  isOne: (file: Sample) => boolean,
  read: (pictures: Buffer[]) => Promise<Reading[]>,
): Promise<Reading[]> {
  const some = files.filter(isOne);
  const readings = some.length === 0 ? [] : await read(some.map(({ bytes, judgedBy }) => judgedBy ?? bytes));
  const byFile = new Map(some.map((file, index) => [file, readings[index]]));
  return files.map((file) => byFile.get(file));
}

/** Distance of what two readers see. */
export function distance(one: Reading, other: Reading): Distance {
  if (one === undefined || other === undefined) return 'not read';
  if (one instanceof Error) return one.message;
  if (other instanceof Error) return other.message;
  if (one.width !== other.width || one.height !== other.height) {
    return `${one.width}x${one.height} instead of ${other.width}x${other.height}`;
  }
  let [sum, max] = [0, 0];
  one.pixels.forEach((value, index) => {
    const step = Math.abs(value - (other.pixels[index] ?? 0));
    sum += step;
    max = Math.max(max, step);
  });
  return { mean: sum / one.pixels.length, max };
}

function isSame(upload: Reading, file: Reading): boolean | undefined {
  if (file === undefined || file instanceof Error) return undefined;
  const found = distance(upload, file);
  return typeof found !== 'string' && found.max === 0;
}

/** What is wrong with it: it cannot be compared, or is too far away. */
export function fault(name: string, found: Distance, goal: number): string[] {
  if (typeof found === 'string') return [`${name}: ${found}`];
  return found.mean <= goal ? [] : [`${name}: ${found.mean.toFixed(2)} of 255, more than ${goal}`];
}

/** The figures of each kind of file. */
export function tableOf(judged: readonly Judged[]): string {
  const rows = [...new Set(judged.map(({ sample }) => sample.row))].map((row) => {
    const some = judged.filter(({ sample }) => sample.row === row);
    const converted = some.filter(({ isConverted }) => isConverted).length;
    return [
      row,
      String(some.length),
      String(converted),
      ...figures(some.map(({ model }) => model)),
      ...figures(some.map(({ browser }) => browser).filter((found) => found !== undefined)),
    ];
  });
  const head = ['pictures', 'files', 'converted', 'to the truth: mean', 'max', 'to Chromium: mean', 'max'];
  return table(head, rows);
}

/** The mean and the largest difference of several. */
function figures(found: readonly Distance[]): [mean: string, max: string] {
  const numbers = found.filter((one) => typeof one !== 'string');
  if (numbers.length === 0) return ['', ''];
  const mean = numbers.reduce((sum, one) => sum + one.mean, 0) / numbers.length;
  return [mean.toFixed(2), String(Math.max(...numbers.map(({ max }) => max)))];
}
