/* Rows whose answers have more than a picture: the other files are the row's own, and confuse nothing. */
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { fileServer, picture, SVG, type FileServer } from '../../edit/pictures/files.js';
import { front, isResult, sendJson } from '../../fal/servers.js';
import { sandbox } from '../../support/sandbox.js';
import { tempDir } from '../../support/temp-dir.js';
import { BLUE, jsonl, namesIn, RED, resultsIn, sceneIn, type BatchScene } from './scene.js';

const MAIN = await picture(96, 64);
const MASK = await picture(4, 4);

/** A batch of two rows, whose answers are all the same one of the test's own. */
async function scene(
  answer: (file: FileServer['file']) => unknown,
  more: Record<string, unknown> = {},
): Promise<BatchScene & FileServer> {
  const server = await fileServer({ 'main.png': MAIN, 'mask.png': MASK, 'drawing.svg': SVG });
  const fal = await sandbox({ queueMs: 0, inferenceMs: 0, renderPictures: false });
  const { url } = await front(
    fal,
    (visit, response) => isResult(visit) && sendJson(response, 200, answer(server.file)),
  );
  const rows = ['a', 'b'].map((name) => ({ image: `${name}.png`, prompt: 'x', ...more }));
  const files = { 'a.png': RED, 'b.png': BLUE, 'rows.jsonl': jsonl(...rows) };
  const batch = await sceneIn(await tempDir(), { ...fal, env: { ...fal.env, FAL_PROXY_URL: url } }, files);
  return { ...batch, ...server };
}

const withMask = (file: FileServer['file']): unknown => ({
  images: null,
  image: file('main.png'),
  mask: file('mask.png'),
  seed: 1,
});

const PICTURES = ['a.edit.mask.png', 'a.edit.png', 'b.edit.mask.png', 'b.edit.png'];
const picturesIn = async (batch: BatchScene): Promise<string[]> =>
  (await namesIn(batch)).filter((name) => /\.(png|svg)$/.test(name));

test('each row has its own, results.jsonl names them, and expectations are held against the picture alone', async () => {
  const batch = await scene(withMask, { expect: { min_width: 90 } });
  const { code, stderr, stdout } = await batch.batch('rows.jsonl', '--yes');
  expect(code, stderr).toBe(0);
  expect(stdout.split('\n').filter((line) => line.endsWith('.png'))).toHaveLength(4);
  expect(await picturesIn(batch)).toEqual(PICTURES);
  for (const row of await resultsIn(batch)) {
    expect([row.state, row.expectations.length]).toEqual(['done', 1]);
    expect(row.images.map(({ field, width }) => [field, width])).toEqual([
      [null, 96],
      ['mask', 4],
    ]);
    expect(row.warnings).toEqual([expect.stringContaining('another shape') as string]);
  }
  const frozen = await batch.batch('rows.jsonl', '--frozen');
  expect(frozen.code, frozen.stderr).toBe(0);
});

test('one that is gone is fetched again, at no cost, and nothing else is', async () => {
  const batch = await scene(withMask);
  await batch.batch('rows.jsonl', '--yes');
  const before = batch.fetched.length;
  await rm(path.join(batch.cwd, 'out', 'b.edit.mask.png'));
  const frozen = await batch.batch('rows.jsonl', '--frozen');
  expect([frozen.code, frozen.stderr]).toEqual([10, expect.stringContaining('b.edit.mask.png is gone')]);
  const again = await batch.batch('rows.jsonl', '--yes');
  expect(again.code, again.stderr).toBe(0);
  expect(await picturesIn(batch)).toEqual(PICTURES);
  expect(batch.fetched.slice(before)).toContain('mask.png');
  expect(batch.fal.ledger().accepted).toHaveLength(2);
});

test('a lost ledger is rebuilt with them, and fetches the one that is gone', async () => {
  const batch = await scene(withMask);
  await batch.batch('rows.jsonl', '--yes');
  // The last line about a row counts.
  const imagesIn = async () => new Map((await resultsIn(batch)).map(({ key, images }) => [key, images]));
  const before = await imagesIn();
  for (const name of await namesIn(batch)) {
    if (name.startsWith('ledger')) await rm(path.join(batch.cwd, 'out', name));
  }
  await rm(path.join(batch.cwd, 'out', 'a.edit.mask.png'));
  const again = await batch.batch('rows.jsonl', '--yes', '--rebuild');
  expect(again.code, again.stderr).toBe(0);
  const fetched = await batch.batch('rows.jsonl', '--yes');
  expect(fetched.code, fetched.stderr).toBe(0);
  expect(await imagesIn()).toEqual(before);
  expect(await picturesIn(batch)).toEqual(PICTURES);
  expect(batch.fal.ledger().accepted).toHaveLength(2);
});

test('they follow their row to another name', async () => {
  const batch = await scene(withMask);
  await batch.batch('rows.jsonl', '--yes', '-o', '{name}.{ext}');
  const again = await batch.batch('rows.jsonl', '--yes', '-o', 'new-{name}.{ext}');
  expect(again.code, again.stderr).toBe(0);
  expect(await picturesIn(batch)).toEqual(['new-a.mask.png', 'new-a.png', 'new-b.mask.png', 'new-b.png']);
  expect(batch.fal.ledger().accepted).toHaveLength(2);
  expect(batch.fetched).toHaveLength(4);
});

test('a row whose result is a drawing is done, and the report names it without drawing it', async () => {
  const batch = await scene((file) => ({ image: file('drawing.svg') }));
  const { code, stderr } = await batch.run(['rows.jsonl', '-d', 'out', '--yes']);
  expect(code, stderr).toBe(0);
  expect(await picturesIn(batch)).toEqual(['a.edit.svg', 'b.edit.svg']);
  const [row] = await resultsIn(batch);
  expect(row?.notes).toEqual([expect.stringContaining('is an SVG drawing')]);
  const page = await readFile(path.join(batch.cwd, 'out', 'report.html'), 'utf8');
  expect(page).toContain('is an SVG drawing');
  expect(page).not.toMatch(/src="[^"]*\.svg/);
});

test('a file of the user in the way is passed by', async () => {
  const batch = await scene(withMask);
  await batch.write({ 'out/a.edit.mask.png': 'mine' });
  const { code, stderr } = await batch.batch('rows.jsonl', '--yes');
  expect(code, stderr).toBe(0);
  expect(await picturesIn(batch)).toContain('a.edit.mask.2.png');
  expect(await batch.text('out/a.edit.mask.png')).toBe('mine');
});
