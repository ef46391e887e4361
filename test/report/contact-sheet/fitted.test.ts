import fc from 'fast-check';
import { expect, it, test } from 'vitest';
import { textBlock } from '../../../src/report/contact-sheet/canvas.js';
import { fitted, textWidth } from '../../../src/report/contact-sheet/fitted.js';

/** Every character is one wide. */
const widthOf = (text: string) => Array.from(text).length;

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
  expect(fitted(text, { width, lines }, widthOf)).toEqual(fit);
});

it('does not divide what a person sees as one character', () => {
  expect(fitted('👩‍👩‍👧‍👦👩‍👩‍👧‍👦', { width: 7, lines: 2 }, widthOf)).toEqual(['👩‍👩‍👧‍👦', '👩‍👩‍👧‍👦']);
});

it('has no more lines than there is room for, none wider, and loses nothing but spaces where all of it fits', () => {
  const word = fc.stringMatching(/^[a-z]{1,12}$/);
  fc.assert(
    fc.property(
      fc.array(word, { maxLength: 12 }),
      fc.integer({ min: 2, max: 20 }),
      fc.integer({ min: 1, max: 5 }),
      (words, width, lines) => {
        const fit = fitted(words.join(' '), { width, lines }, widthOf);
        expect(fit.length).toBeLessThanOrEqual(lines);
        for (const line of fit) expect(widthOf(line)).toBeLessThanOrEqual(width);
        if (!fit.join('').includes('…')) expect(fit.join('').replaceAll(' ', '')).toBe(words.join(''));
      },
    ),
  );
});

test('no letter of our font is wider than it is taken to be, and few are much narrower', async () => {
  for (const letter of [
    'i',
    'l',
    'r',
    't',
    'a',
    'n',
    'e',
    'm',
    'W',
    'M',
    '@',
    'A',
    'O',
    '0',
    '9',
    '…',
    'ж',
    'α',
  ]) {
    const { width } = await drawnWidth(letter);
    expect(width / 100, letter).toBeLessThanOrEqual(textWidth(letter));
    expect(width / 100, letter).toBeGreaterThan(textWidth(letter) / 2);
  }
});

/** Of a letter in a size of 100 pixels: from its middle to that of the next. */
async function drawnWidth(letter: string) {
  const length = async (times: number) => {
    const line = { text: letter.repeat(times), x: 10, baseline: 110, size: 100, anchor: 'start' } as const;
    const { data, width } = await textBlock({ width: 1200, height: 150 }, [{ ...line, colour: '#000' }]);
    let right = 0;
    for (let at = 0; at < data.length; at += 3)
      if (data[at]! < 128) right = Math.max(right, (at / 3) % width);
    return right;
  };
  return { width: ((await length(9)) - (await length(1))) / 8 };
}
