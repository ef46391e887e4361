import { fieldError } from '../../errors/error.js';

/** Decimal numbers at equal distances, counted without generating them. */
export interface Range {
  count: number;
  first: string;
  values: () => string[];
}

const NUMBER = String.raw`[+-]?(?:\d+(?:\.\d*)?|\.\d+)`;
const RANGE = new RegExp(String.raw`^(${NUMBER})\.\.(${NUMBER})(?::(${NUMBER}))?$`);
const BEGINS_LIKE_ONE = new RegExp(String.raw`^${NUMBER}\.\.`);

/** Most decimals of a number: no setting needs more. */
const MOST_DECIMALS = 12;

/**
 * Parses `from..to:step`, in either direction; includes both ends if a step reaches them. Computes in integers of the
 * smallest decimal, so that 0.3..0.9:0.1 contains 0.8, not 0.7999999999999999.
 *
 * @param where name of the axis in messages
 * @returns undefined if the text is not a range
 * @throws FalEditError (usage): no step, a zero step, a step away from the end, or a malformed range
 */
export function parseRange(text: string, where: string): Range | undefined {
  const [, from = '', to = '', step] = RANGE.exec(text) ?? [];
  if (from === '') {
    if (!BEGINS_LIKE_ONE.test(text)) return undefined;
    throw fieldError(where, `"${text}" is not a range. Write from..to:step.`, EXAMPLE);
  }
  if (step === undefined) {
    throw fieldError(where, `the range ${text} has no step.`, `For example: ${text}:${someStep(from, to)}`);
  }
  const decimals = Math.max(...[from, to, step].map(decimalsOf));
  if (decimals > MOST_DECIMALS) {
    throw fieldError(where, `${text} has more than ${MOST_DECIMALS} decimals.`);
  }
  const [first, last, by] = [from, to, step].map((number) => scaled(number, decimals)) as [
    bigint,
    bigint,
    bigint,
  ];
  if (by === 0n) throw fieldError(where, `the range ${text} has a step of zero.`, EXAMPLE);
  // `0.9..0.3:0.1` goes down: the sign is optional, but a wrong one is an error.
  const stride = last < first && by > 0n ? -by : by;
  if (first !== last && stride < 0n !== last < first) {
    throw fieldError(where, `the range ${text} is empty: its step leads away from ${to}.`, EXAMPLE);
  }
  const steps = (last - first) / stride;
  return {
    count: Number(steps) + 1,
    first: decimalText(first, decimals),
    values: () =>
      Array.from({ length: Number(steps) + 1 }, (_, index) =>
        decimalText(first + BigInt(index) * stride, decimals),
      ),
  };
}

const EXAMPLE = 'For example: 0.3..0.9:0.1';

function someStep(from: string, to: string): string {
  return [from, to].every((number) => decimalsOf(number) === 0) ? '1' : '0.1';
}

function decimalsOf(number: string): number {
  return number.split('.')[1]?.length ?? 0;
}

function scaled(number: string, decimals: number): bigint {
  const [whole = '', fraction = ''] = number.replace(/^[+-]/, '').split('.');
  const digits = BigInt(`${whole}${fraction.padEnd(decimals, '0')}`);
  return number.startsWith('-') ? -digits : digits;
}

function decimalText(number: bigint, decimals: number): string {
  const digits = String(number < 0n ? -number : number).padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals);
  const fraction = digits.slice(digits.length - decimals).replace(/0+$/, '');
  return `${number < 0n ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}
