import { chmod, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { describe, expect, it, test } from 'vitest';
import { MANIFEST_FORMATS, openRows } from '../../../src/batch/manifest/open.js';
import { FalEditError } from '../../../src/errors/error.js';
import { tempDir } from '../../support/temp-dir.js';
import { all, neverAborted, opened, refusal, seen } from './reading.js';

/** A folder with manifests in it. */
async function folderOf(files: Record<string, string>): Promise<string> {
  const folder = await tempDir();
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), text);
  }
  return folder;
}

describe('A manifest', () => {
  test.each([
    ['rows.jsonl', '{"a":"1"}', 1],
    ['rows.ndjson', '{"a":"1"}', 1],
    ['rows.csv', 'a\n1', 2],
    ['rows.tsv', 'a\n1', 2],
    ['rows.yaml', 'a: "1"', 1],
    ['rows.yml', '- a: "1"', 1],
    ['rows.json', '[\n {"a": "1"}\n]', 2],
    ['ROWS.JSONL', '{"a":"1"}', 1],
  ])('is read by its ending: %s', async (name, text, line) => {
    const folder = await folderOf({ [`lists/${name}`]: text });
    const source = await opened([`lists/${name}`], folder);
    expect(source).toMatchObject({
      name: `lists/${name}`,
      folder: path.join(folder, 'lists'),
      isManifest: true,
    });
    expect(await all(source.rows())).toEqual([
      { kind: 'row', place: { file: `lists/${name}`, line }, fields: { a: '1' } },
    ]);
  });

  it('is read as the user says, whatever its ending', async () => {
    const folder = await folderOf({ 'rows.csv': '{"a":1}', 'rows.yaml': 'a,b\n1,2', 'rows.jsonl': '- a: 1' });
    const read = async (name: string, format: (typeof MANIFEST_FORMATS)[number]) =>
      seen(await all((await opened([name], folder, { format })).rows()));
    expect(await read('rows.csv', 'jsonl')).toEqual([[1, { a: 1 }]]);
    expect(await read('rows.yaml', 'csv')).toEqual([[2, { a: '1', b: '2' }]]);
    expect(await read('rows.jsonl', 'yaml')).toEqual([[1, { a: 1 }]]);
  });

  it('can be read again', async () => {
    const folder = await folderOf({ 'rows.csv': 'a\n1\n2' });
    const { rows } = await opened([path.join(folder, 'rows.csv')], '/');
    const first = await all(rows());
    expect(first).toHaveLength(2);
    expect(await all(rows())).toEqual(first);
  });

  it('that is empty is no error, but holds no rows', async () => {
    const folder = await folderOf({ 'a.jsonl': '', 'b.csv': '', 'c.yaml': '', 'd.csv': 'image,prompt\n' });
    for (const name of ['a.jsonl', 'b.csv', 'c.yaml', 'd.csv']) {
      const source = await opened([name], folder);
      expect(seen(await all(source.rows()))).toEqual([`${name}:1: has no rows.`]);
    }
  });

  it('that has gone in the meantime is an error', async () => {
    const folder = await folderOf({ 'rows.csv': 'a\n1\n2' });
    const source = await opened(['rows.csv'], folder);
    await rm(path.join(folder, 'rows.csv'));
    const error = await refusal(all(source.rows()));
    expect(error).toBeInstanceOf(FalEditError);
    expect(error).toMatchObject({ kind: 'input', message: 'manifest: "rows.csv": no such file.' });
  });
});

describe('Refused is', () => {
  const MANIFESTS = 'Name only one.';
  test.each([
    [[], 'usage', 'Name a manifest, or the pictures to edit.'],
    [['a.png', ''], 'usage', 'Name a manifest, or the pictures to edit.'],
    [['rows.csv', 'b.csv'], 'usage', `"rows.csv" and "b.csv" are both manifests. ${MANIFESTS}`],
    [['rows.csv', '-'], 'usage', `"rows.csv" and "-" are both manifests. ${MANIFESTS}`],
    [['-', '-'], 'usage', `"-" and "-" are both manifests. ${MANIFESTS}`],
    [
      ['a.png', 'rows.csv'],
      'usage',
      '"rows.csv" is a manifest, but "a.png" is not. Name one manifest, or pictures.',
    ],
    [
      ['https://x.test/rows.csv'],
      'usage',
      'A manifest must be a file, or - for stdin, not the URL "https://x.test/rows.csv".',
    ],
    [['rws.csv'], 'input', 'manifest: "rws.csv": no such file.'],
    [['*.csv'], 'input', 'manifest: "*.csv": no such file.'],
    [['folder.csv'], 'input', 'manifest: "folder.csv" is a folder, not a file.'],
    [['loop.csv'], 'input', expect.stringMatching(/^manifest: "loop.csv" cannot be read: ELOOP/)],
    [['two\nlines.csv'], 'input', 'manifest: "two\\nlines.csv": no such file.'],
    [['nul\0.csv'], 'input', 'manifest: "nul\\u0000.csv" is not a file name: it contains a NUL.'],
  ])('%j', async (words, kind, message) => {
    const folder = await folderOf({ 'rows.csv': 'a\n1', 'b.csv': 'a\n1', 'a.png': '' });
    await mkdir(path.join(folder, 'folder.csv'));
    await symlink('loop.csv', path.join(folder, 'loop.csv'));
    const error = await refusal(opened(words, folder));
    expect(error).toBeInstanceOf(FalEditError);
    expect(error).toMatchObject({ kind, message, exitCode: 2, charged: 'no' });
  });

  it('a name that is nearly right, with the right one', async () => {
    const folder = await folderOf({ 'rows.csv': 'a\n1' });
    expect((await refusal(opened(['rws.csv'], folder))).hint).toBe('Did you mean rows.csv?');
  });

  it.skipIf(process.getuid?.() === 0)('what may not be read', async () => {
    const folder = await folderOf({ 'rows.csv': 'a\n1' });
    await chmod(path.join(folder, 'rows.csv'), 0);
    expect((await refusal(opened(['rows.csv'], folder))).message).toBe(
      'manifest: "rows.csv" cannot be read: permission denied.',
    );
  });
});

describe('stdin', () => {
  const options = { recursive: false, format: undefined };
  const open = (stdin: Readable) => openRows(['-'], options, { cwd: '/here', stdin, signal: neverAborted });

  it('is a manifest whose paths start in the working directory', async () => {
    const source = await open(Readable.from(['a\n', '1']));
    expect(source).toMatchObject({ name: 'stdin', folder: '/here', isManifest: true });
    expect(await all(source.rows())).toEqual([
      { kind: 'row', place: { file: 'stdin', line: 2 }, fields: { a: '1' } },
    ]);
  });

  it('can be read once', async () => {
    const stdin = Readable.from(['a\n1']);
    const source = await open(stdin);
    await all(source.rows());
    const again = 'manifest: stdin has already been read, and can be read only once.';
    expect(await refusal(all(source.rows()))).toMatchObject({ kind: 'input', message: again });
    expect(await refusal(open(stdin))).toMatchObject({ kind: 'input', message: again });
  });

  it('is refused where it is a terminal or closed', async () => {
    const terminal = Object.assign(new PassThrough(), { isTTY: true });
    expect(await refusal(open(terminal))).toMatchObject({
      kind: 'input',
      message: 'manifest: "-" reads rows from stdin, but stdin is a terminal.',
      hint: 'Pipe a manifest in, or name a file.',
    });
    const closed = new PassThrough();
    closed.destroy();
    expect((await refusal(open(closed))).message).toContain('stdin has already been read');
  });

  it('that breaks off is an error, after the rows that it gave', async () => {
    const stdin = Readable.from(
      (function* () {
        yield '{"a":1}\n{"a":';
        throw new Error('EIO: i/o error, read');
      })(),
    );
    const found: unknown[] = [];
    const reading = async () => {
      for await (const entry of (await open(stdin)).rows()) found.push(entry);
    };
    expect(await refusal(reading())).toMatchObject({
      kind: 'input',
      message: 'manifest: stdin cannot be read: EIO: i/o error, read.',
    });
    expect(found).toHaveLength(1);
  });
});
