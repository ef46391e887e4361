import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { shellWords } from '../src/shell-words.js';

/** The words that a POSIX shell makes of a command line. */
function readByShell(line: string): string[] {
  const script = `for word in "$@"; do printf '%s\\0' "$word"; done`;
  const output = execFileSync('/bin/sh', ['-c', `set -- ${line}\n${script}`], { encoding: 'utf8' });
  return output.split('\0').slice(0, -1);
}

describe('Words on a command line', () => {
  test.each([
    [['fal-edit', 'photo.jpg', '--strength=0.5'], 'fal-edit photo.jpg --strength=0.5'],
    [['a b', "it's", ''], `'a b' 'it'\\''s' ''`],
    [['https://example.com/a.png?x=1&y=2'], `'https://example.com/a.png?x=1&y=2'`],
    [['owner/style@0.8', '50%', 'a+b,c:d_e'], 'owner/style@0.8 50% a+b,c:d_e'],
    [['~', '*', '$HOME', '`id`', '!', '#', '\\'], `'~' '*' '$HOME' '\`id\`' '!' '#' '\\'`],
    [['a\nb', 'a\n'], `'a\nb' 'a\n'`],
    [['größe', '🐈'], `'größe' '🐈'`],
    [[], ''],
  ])('%j: %s', (words, line) => {
    expect(shellWords(words)).toBe(line);
  });

  it.skipIf(process.platform === 'win32')('are read by a shell as exactly these', () => {
    const letter = fc.constantFrom(
      ...`ab '"\\$\`!*?[]{}()<>|&;#~=%@\n\t-+,:./_^`.split(''),
      'ä',
      '🐈',
      '\u202e',
      '\u001b',
    );
    const word = fc.array(letter, { maxLength: 12 }).map((letters) => letters.join(''));
    fc.assert(
      fc.property(fc.array(word, { maxLength: 6 }), (words) => {
        expect(readByShell(shellWords(words))).toEqual(words);
      }),
      { numRuns: 60 },
    );
  });
});
