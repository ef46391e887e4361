import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { dots } from '../../../src/report/contact-sheet/dots.js';
import { fitted } from '../../../src/report/contact-sheet/fitted.js';

/** Every character is one wide. */
const letters = { width: (text: string) => Array.from(text).length };

test.each<[text: string, width: number, lines: number, fit: string[]]>([
  ['', 10, 3, []],
  [' \n\t', 10, 3, []],
  ['a cat', 10, 3, ['a cat']],
  ['a black cat', 7, 3, ['a black', 'cat']],
  ['a black cat', 8, 3, ['a black', 'cat']],
  ['a black cat', 7, 1, ['a blac…']],
  ['a black cat on a mat', 7, 2, ['a black', 'cat on…']],
  ['abcdefghij', 4, 3, ['abcd', 'efgh', 'ij']],
  ['abcdefghij', 4, 2, ['abcd', 'efg…']],
  ['ab', 0, 2, ['a', 'b']],
  ['日本語の猫', 3, 2, ['日本語', 'の猫']],
])('%j in %i x %i', (text, width, lines, fit) => {
  expect(fitted(text, { width, lines }, letters)).toEqual(fit);
});

it('does not divide what a person sees as one character', () => {
  expect(fitted('👩‍👩‍👧‍👦👩‍👩‍👧‍👦', { width: 7, lines: 2 }, letters)).toEqual(['👩‍👩‍👧‍👦', '👩‍👩‍👧‍👦']);
});

it('has no more lines than there is room for, none wider, and loses nothing but spaces where all of it fits', () => {
  const word = fc.stringMatching(/^[a-z]{1,12}$/);
  fc.assert(
    fc.property(
      fc.array(word, { maxLength: 12 }),
      fc.integer({ min: 2, max: 20 }),
      fc.integer({ min: 1, max: 5 }),
      (words, width, lines) => {
        const fit = fitted(words.join(' '), { width, lines }, letters);
        expect(fit.length).toBeLessThanOrEqual(lines);
        for (const line of fit) expect(letters.width(line)).toBeLessThanOrEqual(width);
        if (!fit.join('').includes('…')) expect(fit.join('').replaceAll(' ', '')).toBe(words.join(''));
      },
    ),
  );
});

describe('letters of dots', () => {
  const line = { x: 0, baseline: 10, size: 10, colour: '#000', anchor: 'start' } as const;
  const pathOf = (text: string) => dots.element({ ...line, text });
  const ASCII = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index));

  it('are all different', () => {
    expect(new Set(ASCII.map(pathOf)).size).toBe(95);
  });

  test.each(['é', '日', '👩', '\u007f', '\u0007'])('have a box for %j', (letter) => {
    expect(pathOf(letter)).toBe(pathOf('\u2603'));
  });

  it('are a path of numbers, whatever the text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(pathOf(text)).toMatch(/^<path fill="#000" d="[\dMhvz. -]*"\/>$/);
      }),
    );
  });

  it('stand in the middle where they are to', () => {
    expect(dots.width('abcd')).toBeCloseTo(2.4);
    expect(dots.element({ ...line, text: '|', anchor: 'middle', x: 3 })).toBe(pathOf('|'));
  });
});
