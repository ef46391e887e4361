/* Where the rows come from: each way of writing a manifest, and stdin. */
import { describe, expect, it, test } from 'vitest';
import { sha256 } from '../scene.js';
import { batchScene, GREEN, jsonl, linesOf, namesIn, promptsAt, RED, resultsIn, summaryIn } from './scene.js';

const ROWS = [
  { image: 'a.png', prompt: 'one' },
  { image: 'b.png', prompt: 'two' },
];
const JSONL = jsonl(...ROWS);
const CSV = 'image,prompt\na.png,one\nb.png,two\n';
const TSV = CSV.replaceAll(',', '\t');
const YAML = '- image: a.png\n  prompt: one\n- image: b.png\n  prompt: two\n';
const JSON_LIST = JSON.stringify(ROWS);

describe('a manifest', () => {
  test.each([
    ['rows.jsonl', JSONL, [1, 2]],
    ['rows.ndjson', JSONL, [1, 2]],
    ['rows.csv', CSV, [2, 3]],
    ['ROWS.CSV', CSV, [2, 3]],
    ['rows.tsv', TSV, [2, 3]],
    ['rows.yaml', YAML, [1, 3]],
    ['rows.yml', YAML, [1, 3]],
    ['rows.json', JSON_LIST, [1, 1]],
  ])('%s: a row is an edit, known by its line', async (name, content, lines) => {
    const scene = await batchScene({ [name]: content });
    const { code, stdout, stderr } = await scene.batch(name);
    expect(code, stderr).toBe(0);
    expect(linesOf(stdout).sort()).toEqual(['out/a.edit.png', 'out/b.edit.png']);
    expect(promptsAt(scene.fal)).toEqual(['one', 'two']);
    const places = (await resultsIn(scene)).map(({ place }) => place);
    expect(places.sort((one, other) => one.line! - other.line!)).toEqual(
      lines.map((line) => ({ file: name, line })),
    );
    expect(await summaryIn(scene)).toMatchObject({ source: name, rows: 2, status: 'ok', exit_code: 0 });
  });

  test.each([
    ['JSON lines', JSONL, []],
    ['CSV', CSV, []],
    ['YAML', YAML, []],
    ['JSON', JSON_LIST, []],
    ['CSV that is said to be', CSV, ['--input-format', 'csv']],
    ['YAML that is said to be', '# rows\n' + YAML, ['--input-format', 'yaml']],
  ])('on stdin: %s', async (_, stdin, flags) => {
    const scene = await batchScene();
    const { code, stderr } = await scene.run(['-', '-d', 'out', '--no-report', ...flags], { stdin });
    expect(code, stderr).toBe(0);
    expect(promptsAt(scene.fal)).toEqual(['one', 'two']);
    expect((await resultsIn(scene)).every(({ place }) => place.file === 'stdin')).toBe(true);
    expect(await summaryIn(scene)).toMatchObject({ source: 'stdin' });
  });

  test.each([
    ['a byte order mark', `\ufeff${CSV}`],
    ['a byte order mark and CRLF', `\ufeff${CSV.replaceAll('\n', '\r\n')}`],
    ['no newline at its end', CSV.trimEnd()],
    ['blank lines', CSV.replaceAll('\n', '\n\n')],
    ['all cells in quotes', '"image","prompt"\n"a.png","one"\n"b.png","two"\n'],
  ])('may have %s', async (_, content) => {
    const { batch, fal } = await batchScene({ 'rows.csv': content });
    const { code, stderr } = await batch('rows.csv');
    expect(code, stderr).toBe(0);
    expect(promptsAt(fal)).toEqual(['one', 'two']);
  });

  it('may have cells with newlines, and knows the lines of the rows behind them', async () => {
    const content = 'image,prompt\na.png,"one\n and a half"\nb.png,two\n';
    const scene = await batchScene({ 'rows.csv': content });
    expect((await scene.batch('rows.csv')).code).toBe(0);
    const found = (await resultsIn(scene)).map(({ place, prompt }) => [place.line, prompt]);
    expect(found.sort()).toEqual([
      [2, 'one\n and a half'],
      [4, 'two'],
    ]);
  });

  it('names files from its own folder, not from where one stands', async () => {
    const scene = await batchScene({
      'deep/er/rows.jsonl': jsonl(
        { image: 'a.png', prompt: 'the one beside the manifest' },
        { image: '../../a.png', 'prompt-file': 'say.txt' },
      ),
      'deep/er/a.png': GREEN,
      'deep/er/say.txt': 'the one beside the user\n',
      'say.txt': 'not this',
    });
    const { code, stderr } = await scene.batch('deep/er/rows.jsonl');
    expect(code, stderr).toBe(0);
    const inputs = (await resultsIn(scene)).map(({ prompt, inputs: [input] }) => [prompt, input]);
    expect(inputs.sort()).toEqual([
      ['the one beside the manifest', '../deep/er/a.png'],
      ['the one beside the user', '../a.png'],
    ]);
    const uploaded = scene.fal.ledger().uploads.map((upload) => upload.sha256);
    expect(uploaded.sort()).toEqual([sha256(RED), sha256(GREEN)].sort());
  });

  it('means its own folder, and flags the folder where one stands', async () => {
    const scene = await batchScene({
      'deep/rows.jsonl': jsonl({ prompt: 'one' }),
      'deep/a.png': GREEN,
    });
    expect((await scene.batch('deep/rows.jsonl', '--image', 'a.png')).code).toBe(0);
    expect(scene.fal.ledger().uploads).toMatchObject([{ sha256: sha256(RED) }]);
  });

  it('on stdin means the folder where one stands', async () => {
    const { run, fal } = await batchScene();
    await run(['-', '-d', 'deep/out', '--no-report'], { stdin: JSONL });
    const uploaded = fal.ledger().uploads.map((upload) => upload.sha256);
    expect(uploaded.sort()).toEqual([sha256(RED), sha256(GREEN)].sort());
  });

  it('has an out-dir of its name beside the user, where none is named', async () => {
    const scene = await batchScene({ 'deep/edits.v2.jsonl': JSONL.replaceAll('"image":"', '"image":"../') });
    const { code, stdout, stderr } = await scene.run(['deep/edits.v2.jsonl', '--no-report']);
    expect(code, stderr).toBe(0);
    expect(linesOf(stdout).sort()).toEqual(['edits.v2.out/a.edit.png', 'edits.v2.out/b.edit.png']);
  });

  it('on stdin has fal-edit.out', async () => {
    const scene = await batchScene();
    expect((await scene.run(['-', '--no-report'], { stdin: JSONL })).code).toBe(0);
    expect(await namesIn(scene, 'fal-edit.out')).toContain('a.edit.png');
  });
});

describe('what is refused', () => {
  test.each<[string, string[], RegExp]>([
    ['nothing', [], /Name a manifest, or the pictures/],
    ['an empty word', [''], /Name a manifest, or the pictures/],
    ['two manifests', ['rows.jsonl', 'rows.csv'], /both manifests/],
    ['a manifest and a picture', ['rows.jsonl', 'a.png'], /is a manifest, but "a\.png" is not\./],
    ['a manifest that is not there', ['no.jsonl'], /no\.jsonl/],
    ['a manifest that is a folder', ['folder.csv'], /folder\.csv/],
    [
      'a manifest at a URL',
      ['https://example.com/rows.csv'],
      /A manifest must be a file, .* not the URL "https:/,
    ],
    [
      'a format that there is not',
      ['-', '--input-format', 'xml'],
      /--input-format must be jsonl, .*, not "xml"/,
    ],
  ])('%s', async (_, words, message) => {
    const { batch, fal } = await batchScene({ 'rows.jsonl': JSONL, 'rows.csv': CSV, 'folder.csv/x': '' });
    const { code, stdout, stderr } = await batch(...words);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
    expect(fal.ledger().requests.total).toBe(0);
  });

  it('stdin that is a terminal', async () => {
    const { PassThrough } = await import('node:stream');
    const { run } = await batchScene();
    const stdin = Object.assign(new PassThrough(), { isTTY: true });
    const { code, stderr } = await run(['-', '-d', 'out'], { context: { stdin } });
    expect([code, stderr]).toEqual([2, expect.stringContaining('stdin is a terminal')]);
  });
});
