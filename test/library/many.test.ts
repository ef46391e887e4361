/* Batches and comparisons from a program, against the sandbox. */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { batch, compare, type BatchCall, type BatchEvent, type CompareCall } from '../../src/index.js';
import { folderWithPhoto, leftIn, quickly } from '../edit/harness.js';
import { stateIn } from '../support/ledger.js';
import { sandbox } from '../support/sandbox.js';
import { schemaFile } from '../support/schemas.js';

/** A folder with cat.png, and a context that stays in it. */
async function scene(env: Record<string, string> = {}) {
  const cwd = await folderWithPhoto();
  const inside = (name: string): string => path.join(cwd, '.home', name);
  const folders = { config: inside('config'), cache: inside('cache'), state: stateIn(cwd) };
  return { cwd, context: { cwd, env, folders, sleep: quickly } };
}

const ROWS = ['snow', 'rain', 'a {blue} fog'].map((prompt, index) => ({
  ...{ images: 'cat.png', prompt, id: `row-${index}` },
}));

describe('batch options', () => {
  const row = { images: 'cat.png', prompt: 'snow' };
  test.each<[string, Record<string, unknown>, string]>([
    ['a misspelt name', { concurency: 2 }, 'concurency: unknown option. Did you mean concurrency?'],
    [
      'a misspelt name in a row',
      { rows: [row, { ...row, strenght: 1 }] },
      'rows[1].strenght: unknown option. Did you mean strength?',
    ],
    [
      'a misspelt default',
      { defaults: { stepz: 20 } },
      'defaults.stepz: unknown option. Did you mean steps?',
    ],
    [
      'a misspelt expectation',
      { expect: { minWith: 20 } },
      'expect.minWith: unknown option. Did you mean minWidth?',
    ],
    ['a text for a number in a row', { rows: [{ ...row, steps: '20' }] }, 'rows[0].steps must be a number.'],
    ['no rows', { rows: 7 }, 'rows must be the path of a manifest, or a list of rows.'],
    ['no cap', { sandbox: undefined }, 'maxCostUsd is missing'],
    ['no folder', { outDir: undefined }, 'outDir is missing'],
    ['a concurrency that there is not', { concurrency: 0 }, 'concurrency must be at least 1.'],
    ['stdin', { rows: '-' }, '"-" works only on the command line.'],
    ['a manifest that there is not', { rows: 'no.csv' }, 'no.csv'],
  ])('%s', async (_, more, message) => {
    const { cwd, context } = await scene();
    const call = { rows: [row], outDir: 'out', sandbox: true, context, ...more } as BatchCall;
    await expect(batch(call)).rejects.toMatchObject({
      charged: 'no',
      message: expect.stringContaining(message),
    });
    expect(await leftIn(cwd)).toEqual([]);
  });

  it('names the row and its option where a value is wrong', async () => {
    const { context } = await scene();
    const rows = [ROWS[0]!, { ...ROWS[1]!, numImages: 40 }, { ...ROWS[2]!, images: 'no.png' }];
    await expect(batch({ rows, outDir: 'out', sandbox: true, context })).rejects.toMatchObject({
      kind: 'input',
      problems: [
        { file: 'rows[1]', field: 'numImages' },
        { file: 'rows[2]', field: 'images' },
      ],
    });
  });
});

describe('batch', () => {
  it('edits rows on the built-in sandbox, and returns each result', async () => {
    const { cwd, context } = await scene();
    const events: BatchEvent['type'][] = [];
    const onEvent = ({ type }: BatchEvent): void => {
      events.push(type);
      throw new Error('the display is broken');
    };
    const { summary, rows, error, outDir, warnings } = await batch({
      ...{ rows: ROWS, defaults: { steps: 12, model: 'flux-dev' }, outDir: 'out', sandbox: true },
      ...{ onEvent, context, expect: { minWidth: 8 } },
    });
    expect([error, outDir, warnings]).toEqual([null, path.join(cwd, 'out'), []]);
    expect(summary).toMatchObject({ status: 'ok', sandbox: true, source: 'rows', states: { done: 3 } });
    expect(rows.map(({ id, prompt, model, state }) => [id, prompt, model, state])).toEqual(
      ROWS.map(({ id, prompt }) => [id, prompt, 'flux-dev', 'done']),
    );
    expect(rows.every(({ expectations }) => expectations[0]?.met)).toBe(true);
    expect(events.filter((type) => type === 'ended')).toHaveLength(3);
    expect(await leftIn(path.join(cwd, 'out'))).toEqual(
      expect.arrayContaining(['report.html', 'results.jsonl']),
    );
  });

  it('reads a manifest, and fills its columns into the prompt of all rows', async () => {
    const fal = await sandbox();
    const { cwd, context } = await scene(fal.env);
    await writeFile(path.join(cwd, 'edits.csv'), 'image,colour\ncat.png,red\ncat.png,blue\n');
    const { rows } = await batch({
      ...{ rows: 'edits.csv', defaults: { prompt: 'a {colour} cup' }, maxCostUsd: 5, report: false, context },
    });
    expect(rows.map(({ prompt, state }) => [prompt, state])).toEqual([
      ['a red cup', 'done'],
      ['a blue cup', 'done'],
    ]);
    expect(await leftIn(path.join(cwd, 'edits.out'))).not.toContain('report.html');
  });

  it('is interrupted by its signal, continues with the next call, and pays nothing twice', async () => {
    const fal = await sandbox({ inferenceMs: 300, runners: 1 });
    const { context } = await scene(fal.env);
    const stop = new AbortController();
    const call: BatchCall = { rows: ROWS, outDir: 'out', maxCostUsd: Infinity, concurrency: 3, context };
    const onEvent = ({ type }: BatchEvent): void => {
      if (type === 'ended') stop.abort();
    };
    await expect(batch({ ...call, signal: stop.signal, onEvent })).rejects.toMatchObject({
      kind: 'interrupted',
    });
    const { error, summary } = await batch(call);
    expect([error, summary.states.done]).toEqual([null, 3]);
    const again = await batch(call);
    expect([again.error, again.summary.run.submitted]).toEqual([null, 0]);
    // What waited in the queue was cancelled, and is sent again.
    expect(fal.ledger().charges).toBe(3);
  });

  it('returns the rows that failed with the others, and does not throw', async () => {
    const fal = await sandbox();
    const { context } = await scene(fal.env);
    const rows = [ROWS[0]!, { ...ROWS[1]!, prompt: 'storm [sandbox:fail]' }];
    const result = await batch({ rows, outDir: 'out', maxCostUsd: 1, context });
    expect(result.error).toMatchObject({ kind: 'partial' });
    expect(result.rows.map(({ state }) => state)).toEqual(['done', 'failed']);
  });

  it('stops at its cap', async () => {
    const fal = await sandbox();
    const { context } = await scene(fal.env);
    const { error, summary } = await batch({ rows: ROWS, outDir: 'out', maxCostUsd: 0.001, context });
    expect([error?.kind, summary.run.submitted, fal.ledger().jobs]).toEqual(['budget', 0, {}]);
  });
});

describe('compare', () => {
  it('compares models, and returns compare.json', async () => {
    const { cwd, context } = await scene();
    const { comparison, rows, error, outDir } = await compare({
      ...{ images: 'cat.png', prompt: ['snow', 'rain'], seeds: 2, sandbox: true, context },
      ...{ settings: { 'flux-general': { strength: 0.6 } }, defaults: { steps: 20 } },
    });
    expect([error, outDir]).toEqual([null, path.join(cwd, 'compare.sandbox.out')]);
    expect(rows).toHaveLength(8);
    expect(comparison).toMatchObject({ sandbox: true, pictures: 1, prompts: 2, seeds: 2 });
    expect(comparison?.models.map(({ model, done }) => [model, done])).toEqual([
      ['flux-general', 4],
      ['flux-2-lora', 4],
    ]);
    const { cells, ...written } = JSON.parse(
      await readFile(path.join(outDir, 'compare.json'), 'utf8'),
    ) as Record<string, unknown>;
    expect(cells).toHaveLength(8);
    expect(written).toEqual(comparison);
  });

  it('needs no prompt for models that take none', async () => {
    const { context } = await scene();
    const models = ['acme/matte', 'acme/cutout/v2'];
    const call = { images: 'cat.png', models, schema: models.map(schemaFile), sandbox: true, context };
    const { comparison, error } = await compare(call);
    expect(error).toBeNull();
    expect(comparison).toMatchObject({ prompts: 0, models: [{ done: 1 }, { done: 1 }] });
    const mixed = compare({ ...call, models: [...models, 'flux-2-lora'] });
    await expect(mixed).rejects.toThrow(/prompt is missing: flux-2-lora needs one/);
  });

  test.each<[string, Record<string, unknown>, string]>([
    ['a misspelt name', { model: ['flux-dev'] }, 'model: unknown option. Did you mean models?'],
    ['a setting of a row', { defaults: { seed: 3 } }, 'defaults.seed: unknown option.'],
    ['one model', { models: ['flux-dev'] }, 'models must name at least two different models.'],
    [
      'a model that is not compared',
      { settings: { 'flux-dev': {} } },
      'settings.flux-dev: flux-dev is not compared.',
    ],
    ['a setting that the model lacks', { settings: { 'flux-2-lora': { strength: 0.5 } } }, 'strength'],
    ['a blank prompt', { prompt: ' ' }, 'prompt must not be blank.'],
    ['no cap', { sandbox: false }, 'maxCostUsd is missing'],
  ])('refuses %s', async (_, more, message) => {
    const { cwd, context } = await scene();
    const call = { images: 'cat.png', prompt: 'snow', sandbox: true, context, ...more } as CompareCall;
    await expect(compare(call)).rejects.toMatchObject({ message: expect.stringContaining(message) });
    expect(await leftIn(cwd)).toEqual([]);
  });
});
