import { changeOfPixels } from '../../images/metrics/change.js';
import { uprightSize } from '../../images/picture-facts.js';
import { once } from '../../models/once.js';
import type { Measured } from '../rows/result-row.js';
import { isBlank } from './blank.js';
import { EXPECTATION_NAMES, type Expectations } from './expectations.js';
import { inputDrawer, type DrawInput } from './input-pixels.js';
import { pictureReader, type PictureReader } from './picture-reader.js';

/** One picture of a result. */
export interface ResultPicture {
  /** Absolute. */
  path: string;
  /** From 0. */
  index: number;
}

/** Measures one expectation on one picture. */
type Gauge = () => Promise<Omit<Measured, 'image'>>;

/**
 * Measures every picture of a result against its expectations, in the order of pictures and then of names. An
 * expectation that cannot be measured, because the picture cannot be decoded or the input is missing, is a miss with
 * `found: null`, never an error.
 *
 * @param input reads the bytes of the first input picture as it was drawn; undefined if it is missing. Called at most
 * once, and only to measure change; if it rejects, the input counts as missing
 * @param background colour behind transparent pixels, white by default; that of the upload
 * @throws the InterruptedError that `input` rejects with
 */
export async function measure(
  pictures: readonly ResultPicture[],
  input: (() => Promise<Uint8Array>) | undefined,
  expectations: Expectations,
  background?: string,
): Promise<Measured[]> {
  const drawInput = inputDrawer(input);
  const measured: Measured[] = [];
  // One at a time: several large pictures could exhaust memory.
  for (const { path, index } of pictures) {
    const gauges = gaugesFor(expectations, pictureReader(path, background), drawInput);
    for (const gauge of gauges) measured.push({ ...(await gauge()), image: index });
  }
  return measured;
}

function gaugesFor(
  { minWidth, maxBytes, format, maxChange, minChange, notBlank }: Expectations,
  picture: PictureReader,
  drawInput: DrawInput,
): Gauge[] {
  const change = once(() => changeFrom(drawInput, picture));
  return [
    gauge('minWidth', minWidth, () => widthOf(picture), atLeast),
    gauge('maxBytes', maxBytes, () => sizeOf(picture), atMost),
    gauge('format', format, () => formatOf(picture), equal),
    gauge('maxChange', maxChange, change, atMost),
    gauge('minChange', minChange, change, atLeast),
    gauge('notBlank', notBlank === true ? true : undefined, () => showsSomething(picture), equal),
  ].flat();
}

const atLeast = (found: number, wanted: number) => found >= wanted;
const atMost = (found: number, wanted: number) => found <= wanted;
const equal = (found: unknown, wanted: unknown) => found === wanted;

/** No measurement for an absent expectation. */
function gauge<T extends number | string | boolean>(
  key: keyof Expectations,
  wanted: T | undefined,
  find: () => Promise<T | null>,
  isMet: (found: T, wanted: T) => boolean,
): Gauge[] {
  if (wanted === undefined) return [];
  return [
    async () => {
      const found = await find();
      const met = found !== null && isMet(found, wanted);
      return { expectation: EXPECTATION_NAMES[key], wanted, found, met };
    },
  ];
}

async function widthOf({ structure }: PictureReader): Promise<number | null> {
  const probe = await structure();
  return probe === null ? null : uprightSize(probe).width;
}

async function sizeOf({ bytes }: PictureReader): Promise<number | null> {
  return (await bytes())?.length ?? null;
}

async function formatOf({ structure }: PictureReader): Promise<string | null> {
  return (await structure())?.format ?? null;
}

async function showsSomething({ pixels }: PictureReader): Promise<boolean | null> {
  const output = await pixels();
  return output === null ? null : !(await isBlank(output));
}

async function changeFrom(drawInput: DrawInput, { pixels }: PictureReader): Promise<number | null> {
  const output = await pixels();
  if (output === null) return null;
  const input = await drawInput(output);
  return input === null ? null : await changeOfPixels(input, output);
}
