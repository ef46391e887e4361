import { describe, expect, it, test } from 'vitest';
import { decodeText, textProblem } from '../src/text.js';

const utf16 = (text: string): Buffer => Buffer.from(text, 'utf16le');
const swapped = (text: string): Buffer => utf16(text).swap16();

describe('bytes as text', () => {
  test.each<[string, Uint8Array, ReturnType<typeof decodeText>]>([
    ['UTF-8', Buffer.from('Straße\n'), { text: 'Straße\n' }],
    ['nothing', Buffer.alloc(0), { text: '' }],
    ['a byte order mark', Buffer.from('\ufeffa'), { text: 'a' }],
    ['only a byte order mark', Buffer.from('\ufeff'), { text: '' }],
    ['U+FFFD itself', Buffer.from('\ufffd'), { text: '\ufffd' }],
    [
      'Latin-1',
      Buffer.from('a\nStra\xdfe', 'latin1'),
      { problem: 'is not UTF-8. Save it as UTF-8', line: 2 },
    ],
    ['half a character', Buffer.from([0x61, 0xc3]), { problem: 'is not UTF-8. Save it as UTF-8', line: 1 }],
    ['a NUL', Buffer.from('a\nb\n\0'), { problem: 'contains a NUL character', line: 3 }],
  ])('%s', (_, bytes, expected) => {
    expect(decodeText(bytes)).toEqual(expected);
  });

  test.each<[string, Uint8Array, RegExp]>([
    ['with a mark', utf16('\ufeffa cat'), /^is UTF-16\. .*iconv -f UTF-16 -t UTF-8$/],
    ['with a mark, big-endian', swapped('\ufeffa cat'), /iconv -f UTF-16 -t UTF-8$/],
    ['without a mark', utf16('a cat'), /iconv -f UTF-16LE -t UTF-8$/],
    ['without a mark, big-endian', swapped('a cat'), /iconv -f UTF-16BE -t UTF-8$/],
  ])('UTF-16 %s is named', (_, bytes, problem) => {
    expect(decodeText(bytes)).toEqual({ problem: expect.stringMatching(problem) });
  });

  it('is decoded from a part of a larger buffer', () => {
    expect(decodeText(Buffer.from('xabcx').subarray(1, 4))).toEqual({ text: 'abc' });
  });
});

test.each([
  ['a cat', undefined],
  ['日本語 😀', undefined],
  ['a\0cat', /NUL/],
  ['Stra\ufffde', /U\+FFFD/],
  ['half of \ud83d', /U\+FFFD/],
])('what is wrong with %j', (text, problem) => {
  if (problem === undefined) expect(textProblem(text)).toBeUndefined();
  else expect(textProblem(text)).toMatch(problem);
});
