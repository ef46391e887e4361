import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { describe, expect, it, test } from 'vitest';
import { openRows } from '../../../src/batch/manifest/open.js';
import { InterruptedError } from '../../../src/errors/error.js';
import { tempDir } from '../../support/temp-dir.js';
import { all, refusal } from './reading.js';

const reason = new InterruptedError('SIGINT');
const options = { recursive: false, format: undefined };

const TEXTS = {
  'rows.jsonl': '{"a":1}\n{"a":2}\n{"a":3}\n',
  'rows.csv': 'a\n1\n2\n3\n',
  'rows.yaml': '- a: 1\n- a: 2\n- a: 3\n',
  '*.png': '',
};

describe('The signal', () => {
  it.each(Object.entries(TEXTS))('ends reading between two rows: %s', async (word, text) => {
    const cwd = await tempDir();
    if (text !== '') await writeFile(path.join(cwd, word), text);
    for (const name of ['1.png', '2.png', '3.png']) await writeFile(path.join(cwd, name), '');
    const controller = new AbortController();
    const context = { cwd, stdin: Readable.from([]), signal: controller.signal };
    const source = await openRows([word], options, context);
    let rows = 0;
    const reading = async () => {
      for await (const entry of source.rows()) {
        rows += entry.kind === 'row' ? 1 : 0;
        if (rows === 2) controller.abort(reason);
      }
    };
    expect(await refusal(reading())).toBe(reason);
    expect(rows).toBe(2);
  });

  it('ends waiting for stdin, and closes it', async () => {
    const controller = new AbortController();
    const stdin = new PassThrough();
    const source = await openRows(['-'], options, { cwd: '/', stdin, signal: controller.signal });
    const rows = source.rows()[Symbol.asyncIterator]();
    stdin.write('{"a":1}\n{"a":');
    expect((await rows.next()).value).toMatchObject({ fields: { a: 1 } });
    const next = rows.next();
    controller.abort(reason);
    await expect(next).rejects.toBe(reason);
    expect(stdin.destroyed).toBe(true);
  });

  it.each([
    ['of many rows', '- {a: 1, b: 2, c: 3}\n'],
    ['without any', '# a comment\n'],
  ])('ends the reading of a long YAML before its first row: one %s', async (_, line) => {
    const controller = new AbortController();
    const text = `---\n${line.repeat(40_000)}`;
    const context = { cwd: '/', stdin: Readable.from([text]), signal: controller.signal };
    const source = await openRows(['-'], options, context);
    const reading = all(source.rows());
    // The text is read and its parts are being looked at when this comes.
    setTimeout(() => controller.abort(reason), 20);
    expect(await refusal(reading)).toBe(reason);
  });

  it('that was given before anything is opened keeps it from being opened', async () => {
    const context = { cwd: '/', stdin: Readable.from([]), signal: AbortSignal.abort(reason) };
    for (const word of ['-', 'rows.csv', '*.png']) {
      expect(await refusal(openRows([word], options, context))).toBe(reason);
    }
  });
});

test.each(['jsonl', 'csv', 'yaml'] as const)(
  'Who stops reading %s early closes the source',
  async (format) => {
    const stdin = new PassThrough();
    const { signal } = new AbortController();
    const source = await openRows(['-'], { recursive: false, format }, { cwd: '/', stdin, signal });
    stdin.write({ jsonl: '{"a":1}\n{"a":2}\n', csv: 'a\n1\n2\n', yaml: '- a: 1\n- a: 2\n' }[format]);
    if (format === 'yaml') stdin.end();
    for await (const entry of source.rows()) {
      expect(entry).toMatchObject({ kind: 'row' });
      break;
    }
    expect(stdin.destroyed).toBe(true);
  },
);

test('What is no text is closed as well', async () => {
  const stdin = new PassThrough();
  const { signal } = new AbortController();
  const source = await openRows(['-'], options, { cwd: '/', stdin, signal });
  stdin.write(Buffer.from('\ufeff{}', 'utf16le'));
  expect(await all(source.rows())).toHaveLength(1);
  expect(stdin.destroyed).toBe(true);
});
