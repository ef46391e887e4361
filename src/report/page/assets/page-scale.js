/** No figure of an edit is as small as that. */
const NOTHING = 1e-12;
/** Binary fractions of one and the same number differ by less. */
const DUST = 1e-9;

/**
 * Round steps over a range, about as many as wanted, from at or below its beginning to at or above its end.
 *
 * @param {number} low
 * @param {number} high
 * @param {number} wanted
 */
export function ticks(low, high, wanted) {
  const size = Math.max(Math.abs(low), Math.abs(high));
  const span = high - low;
  // A level line: as much room as it is high, so that there is something to read off.
  if (size < NOTHING) return ticks(0, 1, wanted);
  if (span < size * DUST) return ticks(low, low + size, wanted);
  const rough = span / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 2.5, 5].find((one) => one * power >= rough * 0.999) ?? 10) * power;
  const first = Math.floor(low / step + 1e-9);
  const last = Math.max(first + 1, Math.ceil(high / step - 1e-9));
  // Multiplied, not added up: sums of 0.1 have dust in them.
  return Array.from({ length: last - first + 1 }, (_, index) =>
    Number(((first + index) * step).toPrecision(12)),
  );
}

/**
 * Where the values of an axis stand, from 0 to 1: numbers by their size, words at equal distances.
 *
 * @param {readonly (number | string)[]} values
 */
export function positions(values) {
  const numbers = values.map(Number);
  const low = Math.min(...numbers);
  const span = Math.max(...numbers) - low;
  if (values.some((value) => value === '') || !Number.isFinite(span) || span === 0) {
    return values.map((_, index) => (values.length < 2 ? 0.5 : index / (values.length - 1)));
  }
  return numbers.map((number) => (number - low) / span);
}

/**
 * The stretches of a line that are known: a null breaks it.
 *
 * @param {readonly (number | null)[]} values
 * @returns {{ index: number, value: number }[][]}
 */
export function stretches(values) {
  /** @type {{ index: number, value: number }[][]} */
  const found = [];
  values.forEach((value, index) => {
    if (value === null) return;
    const last = found.at(-1);
    if (last?.at(-1)?.index === index - 1) last.push({ index, value });
    else found.push([{ index, value }]);
  });
  return found;
}
