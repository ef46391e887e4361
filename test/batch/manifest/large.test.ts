import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it, test } from 'vitest';
import type { Entry } from '../../../src/batch/manifest/entry.js';
import { openRows, type ManifestFormat } from '../../../src/batch/manifest/open.js';
import { tempDir } from '../../support/temp-dir.js';
import { all, neverAborted, opened, rowsIn, seen } from './reading.js';

const MB = 1024 * 1024;
const TOO_LONG = 'is longer than 4 MB, the limit for a row. Use files instead of data: URIs.';
const NOT_CLOSED = 'A closing quote may be missing.';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** A stream, and the most memory that was in use while it was read, beyond what was in use before. */
function watched(chunks: Iterable<string>) {
  const inUse = () => {
    collectGarbage();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  const before = inUse();
  const seen = { chunks: 0, bytes: 0, most: 0 };
  function* watch() {
    for (const chunk of chunks) {
      if (seen.chunks++ % 64 === 0) seen.most = Math.max(seen.most, inUse() - before);
      const bytes = Buffer.from(chunk);
      seen.bytes += bytes.length;
      yield bytes;
    }
  }
  return { stdin: Readable.from(watch(), { highWaterMark: 1 }), seen };
}

function* repeated(begin: string, piece: string, times: number, end: string): Generator<string> {
  yield begin;
  for (let count = 0; count < times; count++) yield piece;
  yield end;
}

async function open(stdin: Readable, format: ManifestFormat): Promise<AsyncIterable<Entry>> {
  const context = { cwd: '/', stdin, signal: neverAborted };
  return (await openRows(['-'], { recursive: false, format }, context)).rows();
}

const PIECE = 'x'.repeat(64 * 1024);
const TIMES = (50 * MB) / PIECE.length;

/** A row of 50 MB between two others, and what is wrong with it. */
const HUGE: [string, ManifestFormat, Iterable<string>, unknown[]][] = [
  [
    'a JSON line',
    'jsonl',
    repeated('{"a":1}\n{"a":"', PIECE, TIMES, '"}\n{"a":3}'),
    [[1, { a: 1 }], `2: ${TOO_LONG}`, [3, { a: 3 }]],
  ],
  [
    'a CSV cell',
    'csv',
    repeated('a\n1\n', PIECE, TIMES, '\n3'),
    [[2, { a: '1' }], `3: ${TOO_LONG}`, [4, { a: '3' }]],
  ],
  [
    'a CSV cell between quotes',
    'csv',
    repeated('a\n1\n"', PIECE, TIMES, '"\n3'),
    [[2, { a: '1' }], `3: ${TOO_LONG}`, [4, { a: '3' }]],
  ],
  [
    'a CSV row of many lines',
    'csv',
    repeated('a\n1\n"', `${PIECE}\n`, TIMES, '"\n3'),
    [[2, { a: '1' }], `3: ${TOO_LONG} ${NOT_CLOSED}`, [TIMES + 4, { a: '3' }]],
  ],
  [
    'a line within quotes, which are taken to end with it',
    'csv',
    repeated('a\n1\n"2\n', PIECE, TIMES, '"\n3'),
    [[2, { a: '1' }], `3: ${TOO_LONG}`, [5, { a: '3' }]],
  ],
  [
    'a CSV header',
    'csv',
    repeated('a,', PIECE, TIMES, '\n1'),
    [expect.stringMatching(/^1: is longer than 4 MB.* No row was read\.$/)],
  ],
];

test.each(HUGE)('50 MB in %s are told, passed over and not held', async (_, format, chunks, expected) => {
  const { stdin, seen: found } = watched(chunks);
  const entries: Entry[] = [];
  for await (const entry of await open(stdin, format)) entries.push(entry);
  expect(seen(entries)).toEqual(expected);
  expect(found.most).toBeLessThan(20 * MB);
});

test('Newlines count as well: 5 MB of them in one CSV cell', async () => {
  const { stdin } = watched(repeated('a\n1\n"', '\n'.repeat(MB), 5, '"\n3'));
  const entries: Entry[] = [];
  for await (const entry of await open(stdin, 'csv')) entries.push(entry);
  expect(seen(entries)).toEqual([[2, { a: '1' }], `3: ${TOO_LONG} ${NOT_CLOSED}`, [5 * MB + 4, { a: '3' }]]);
});

describe('What has no end', () => {
  function* endless(begin: string, piece: string) {
    yield begin;
    for (;;) yield piece;
  }

  it.each([
    ['a JSON line', 'jsonl', '{"a":"', PIECE, TOO_LONG],
    ['a CSV cell', 'csv', 'a\n', PIECE, TOO_LONG],
    ['a CSV quote', 'csv', 'a\n"', `${PIECE}\n`, `${TOO_LONG} ${NOT_CLOSED}`],
  ] as const)('is told as soon as it is too long: %s', async (_, format, begin, piece, problem) => {
    const { stdin, seen: found } = watched(endless(begin, piece));
    for await (const entry of await open(stdin, format)) {
      expect(entry).toMatchObject({ kind: 'problem', problem: { message: problem } });
      break;
    }
    expect(found.bytes).toBeLessThan(5 * MB);
    expect(stdin.destroyed).toBe(true);
  });

  it('is told of YAML, which is read whole, at 1 MB', async () => {
    const { stdin, seen: found } = watched(endless('- a: "', PIECE));
    const entries: Entry[] = [];
    for await (const entry of await open(stdin, 'yaml')) entries.push(entry);
    expect(seen(entries)).toEqual([
      '1: is more than 1 MB; the limit for YAML and JSON lists is 1 MB. Use JSONL or CSV for more.',
    ]);
    expect(found.bytes).toBeLessThan(2 * MB);
  });
});

test.each([
  ['rows.yaml', '- a: 1\n'],
  ['rows.json', '[\n'],
  ['rows.jsonl', '[\n'],
])(
  'A file of YAML or a JSON list may have 1 MB, and one byte more is told with its size: %s',
  async (name, begin) => {
    const cwd = await tempDir();
    const end = begin === '[\n' ? '{"a": 1}]' : '';
    const text = `${begin}${'\n'.repeat(MB - begin.length - end.length)}${end}`;
    const rows = async () => seen(await all((await opened([name], cwd)).rows()));
    await writeFile(path.join(cwd, name), text);
    expect(await rows()).toEqual([[expect.any(Number), { a: 1 }]]);
    await writeFile(path.join(cwd, name), `${text}\n`);
    expect(await rows()).toEqual([
      `${name}:1: is 1.1 MB; the limit for YAML and JSON lists is 1 MB. Use JSONL or CSV for more.`,
    ]);
  },
);

test.each([
  ['jsonl', '', '{"image":"photos/cat.png","prompt":"turn it into a watercolour"}\n'],
  ['csv', 'image,prompt\n', 'photos/cat.png,"turn it into a ""watercolour"""\n'],
] as const)('300,000 rows of %s are read a buffer at a time', async (format, begin, row) => {
  const { stdin, seen: found } = watched(repeated(begin, row.repeat(1000), 300, ''));
  let rows = 0;
  let ahead = 0;
  for await (const entry of await open(stdin, format)) {
    if (entry.kind === 'row') rows++;
    ahead = Math.max(ahead, found.chunks * 1000 - rows);
  }
  expect(rows).toBe(300_000);
  // What stdin itself reads ahead, and the rows of one chunk.
  expect(ahead).toBeLessThan(6000);
  expect(found.most).toBeLessThan(20 * MB);
});

test.each([
  ['jsonl', (bytes: number) => `{"a":"${'x'.repeat(bytes - 8)}"}`],
  ['csv', (bytes: number) => 'x'.repeat(bytes)],
  ['csv', (bytes: number) => `"\n${'x'.repeat(bytes - 3)}"`],
] as const)('A row of %s may have just 4 MB', async (format, rowOf) => {
  const rows = await rowsIn(`${format === 'csv' ? 'a\n' : ''}${rowOf(4 * MB)}\n`, format);
  expect(rows).toEqual([[expect.any(Number), { a: expect.any(String) }]]);
  const [problem] = await rowsIn(`${format === 'csv' ? 'a\n' : ''}${rowOf(4 * MB + 1)}\n`, format);
  expect(problem).toContain('is longer than 4 MB');
});
