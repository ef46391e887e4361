import type { Pixels } from './encode.js';

/** Five by five dots a letter, drawn as rectangles: a machine without fonts writes them too. */
const LETTERS = [
  ['.####', '#....', '.###.', '....#', '####.'],
  ['.###.', '#...#', '#####', '#...#', '#...#'],
  ['#...#', '##..#', '#.#.#', '#..##', '#...#'],
  ['####.', '#...#', '#...#', '#...#', '####.'],
  ['####.', '#...#', '####.', '#...#', '####.'],
  ['.###.', '#...#', '#...#', '#...#', '.###.'],
  ['#...#', '.#.#.', '..#..', '.#.#.', '#...#'],
];
const DOTS_WIDE = LETTERS.length * 6 + 3;
const DOTS_HIGH = 9;

/** Writes "sandbox" into the lower right corner, in place: nobody shall take the picture for a model's work. */
export function watermark(pixels: Pixels): void {
  const { width, height } = pixels;
  const dot = Math.max(1, Math.round(Math.min(width / 4.5 / DOTS_WIDE, height / 16 / DOTS_HIGH)));
  const margin = Math.min(dot * 3, Math.max(0, width - DOTS_WIDE * dot));
  const left = Math.max(0, width - DOTS_WIDE * dot - margin);
  const top = Math.max(0, height - DOTS_HIGH * dot - margin);
  fill(pixels, left, top, DOTS_WIDE * dot, DOTS_HIGH * dot, 16, 0.6);
  for (const [index, letter] of LETTERS.entries()) {
    for (const [y, line] of letter.entries()) {
      for (const [x, ink] of Array.from(line).entries()) {
        if (ink !== '#') continue;
        fill(pixels, left + (2 + index * 6 + x) * dot, top + (2 + y) * dot, dot, dot, 245, 0.95);
      }
    }
  }
}

/** Lays a grey rectangle over the picture. */
function fill(
  { data, width, height }: Pixels,
  left: number,
  top: number,
  wide: number,
  high: number,
  grey: number,
  opacity: number,
): void {
  for (let y = top; y < Math.min(height, top + high); y++) {
    const from = (y * width + left) * 3;
    const to = (y * width + Math.min(width, left + wide)) * 3;
    for (let at = from; at < to; at++) data[at] = (data[at] ?? 0) * (1 - opacity) + grey * opacity;
  }
}
