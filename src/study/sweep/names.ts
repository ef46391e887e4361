import { harmlessName, printable } from '../../images/names.js';

/** Position of a cell on an axis. */
export type Step = readonly [axis: string, value: string];

/** Characters of a value that a name shows: a prompt may be a book. */
const LONGEST_VALUE = 40;
const LONGEST_ID = 160;
/** Leaves room for a number and for the additions of a template. */
const LONGEST_NAME = 140;

/** Makes unique names, on file systems that ignore case too. */
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

/** The name of a cell in messages and on pages: `strength 0.3, guidance 2.5, seed 1`. */
export function cellId(steps: readonly Step[]): string {
  const words = steps.map(([axis, value]) =>
    axis === 'picture' ? printable(value) : `${axis} ${cut(value)}`,
  );
  return cutTo(words.join(', '), LONGEST_ID);
}

/** The name of its picture, without extension: `photo-strength-0.3-guidance-2.5-seed-1`. */
export function cellName(picture: string, steps: readonly Step[]): string {
  const words = [picture, ...steps.flatMap(([axis, value]) => [axis, cut(value).replace(/…$/, '')])];
  const name = words.map((word) => word.replace(/[\s{}]+/g, '_')).join('-');
  return cutTo(harmlessName(name), LONGEST_NAME);
}

function cut(value: string): string {
  const line = value.replace(/\s+/g, ' ').trim();
  return line.length > LONGEST_VALUE ? `${cutTo(line, LONGEST_VALUE - 1)}…` : line;
}

/** Never through the middle of a character. */
function cutTo(text: string, longest: number): string {
  return text.length <= longest ? text : text.slice(0, longest).replace(/\p{Cs}$/u, '');
}
