import { harmlessName, printable } from '../../images/names.js';

/** Position of a cell on an axis. */
export type Step = readonly [axis: string, value: string];

/** Most characters of a value in a name: a prompt may be very long. */
const LONGEST_VALUE = 40;
const LONGEST_ID = 160;
/** Longest name; leaves room for a number and a template's additions. */
const LONGEST_NAME = 140;

/** Makes names unique, even on file systems that ignore case. */
export function namer(
  taken: Iterable<string> = [],
): (wanted: string, numbered: (n: number) => string) => string {
  const used = new Set(Array.from(taken, (name) => name.toLowerCase()));
  const next = new Map<string, number>();
  return (wanted, numbered) => {
    let number = next.get(wanted) ?? 1;
    let name = number === 1 ? wanted : numbered(number);
    while (used.has(name.toLowerCase())) name = numbered(++number);
    used.add(name.toLowerCase());
    next.set(wanted, number + 1);
    return name;
  };
}

/** Name of a cell in messages and on pages: `strength 0.3, guidance 2.5, seed 1`. */
export function cellId(steps: readonly Step[]): string {
  const words = steps.map(([axis, value]) =>
    axis === 'picture' ? printable(value) : `${axis} ${cut(value)}`,
  );
  return cutTo(words.join(', '), LONGEST_ID);
}

/** Name of a cell's picture, without extension: `photo-strength-0.3-guidance-2.5-seed-1`. */
export function cellName(picture: string, steps: readonly Step[]): string {
  const words = [picture, ...steps.flatMap(([axis, value]) => [axis, cut(value).replace(/…$/, '')])];
  const name = words.map((word) => word.replace(/[\s{}]+/g, '_')).join('-');
  return cutTo(harmlessName(name), LONGEST_NAME);
}

function cut(value: string): string {
  const line = value.replace(/\s+/g, ' ').trim();
  return line.length > LONGEST_VALUE ? `${cutTo(line, LONGEST_VALUE - 1)}…` : line;
}

/** Shortens a text without splitting a character. */
function cutTo(text: string, longest: number): string {
  return text.length <= longest ? text : text.slice(0, longest).replace(/\p{Cs}$/u, '');
}
