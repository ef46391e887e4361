/* report.html: what there is to see of a batch. */
import { describe, expect, it } from 'vitest';
import { batchScene, jsonl, namesIn } from './scene.js';

const ROWS = jsonl(
  { id: 'zebra', image: 'a.png', prompt: 'one' },
  { image: 'b.png', prompt: 'two' },
  { id: 'bad', image: 'c.png', prompt: 'three [sandbox:fail]' },
);

it('report.html shows every row, and can be left out', async () => {
  const scene = await batchScene({ 'rows.jsonl': ROWS });
  await scene.run(['rows.jsonl', '-d', 'out']);
  const page = await scene.text('out/report.html');
  for (const text of ['zebra', 'one', 'two', 'three [sandbox:fail]', 'a.edit.png'])
    expect(page).toContain(text);
  await scene.run(['rows.jsonl', '-d', 'other', '--no-report']);
  expect(await namesIn(scene, 'other')).not.toContain('report.html');
});

describe('report.html is as true as the ledger', () => {
  const one = { id: 'zebra', image: 'a.png', prompt: 'one' };

  it('when nothing had to be done', async () => {
    const scene = await batchScene({ 'rows.jsonl': jsonl(one) });
    await scene.run(['rows.jsonl', '-d', 'out']);
    await scene.run(['rows.jsonl', '-d', 'out']);
    expect(await scene.text('out/report.html')).toContain('zebra');
  });

  it('when it was left out of the run that made the pictures', async () => {
    const scene = await batchScene({ 'rows.jsonl': jsonl(one) });
    await scene.run(['rows.jsonl', '-d', 'out']);
    await scene.write({ 'rows.jsonl': jsonl(one, { id: 'giraffe', image: 'b.png', prompt: 'two' }) });
    await scene.batch('rows.jsonl');
    await scene.run(['rows.jsonl', '-d', 'out']);
    expect(await scene.text('out/report.html')).toContain('giraffe');
  });

  it('when a row has another name', async () => {
    const scene = await batchScene({ 'rows.jsonl': jsonl(one) });
    await scene.run(['rows.jsonl', '-d', 'out']);
    await scene.write({ 'rows.jsonl': jsonl({ ...one, id: 'okapi' }) });
    await scene.run(['rows.jsonl', '-d', 'out']);
    expect(await scene.text('out/report.html')).toContain('okapi');
  });

  it('when nothing is expected of a row any more', async () => {
    const scene = await batchScene({ 'rows.jsonl': jsonl(one) });
    await scene.run(['rows.jsonl', '-d', 'out', '--expect', 'min_width=9999']);
    expect(await scene.text('out/report.html')).toContain('wanted 9999');
    expect((await scene.run(['rows.jsonl', '-d', 'out'])).code).toBe(0);
    expect(await scene.text('out/report.html')).not.toContain('wanted 9999');
  });
});
