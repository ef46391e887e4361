import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it, test } from 'vitest';
import type { PlannedRow } from '../../../src/batch/rows/planned-row.js';
import { InterruptedError } from '../../../src/errors/error.js';
import { putMeasured } from '../../../src/ledger/batch/rows.js';
import { countStates } from '../../../src/ledger/batch/states.js';
import type { Ledger } from '../../../src/ledger/ledger.js';
import { openBatch } from '../../ledger/batch/rows.js';
import { jobIn } from '../../ledger/machine.js';
import {
  allRows,
  batchFolder,
  photo,
  planInto,
  quietContext,
  type RowFields,
  writeOld,
} from '../planning.js';

async function batch(): Promise<{ ledger: Ledger; folder: string; outDir: string }> {
  const { folder, outDir } = await batchFolder();
  return { ledger: await openBatch(outDir), folder, outDir };
}

const dump = ({ db }: Ledger): unknown =>
  ['batch_rows', 'jobs', 'digests', 'uploads', 'batch'].map((table) =>
    db.rows(`SELECT * FROM ${table} ORDER BY 1`),
  );

const plansIn = (ledger: Ledger): PlannedRow[] => allRows(ledger).map(({ plan }) => plan as PlannedRow);

describe('A batch that is read', () => {
  it('has each row in its order, with all that is decided about it', async () => {
    const { ledger, folder } = await batch();
    const rows: RowFields[] = [
      { id: 'one', prompt: 'snow', seed: 5, output: 'one.jpg', expect: { min_width: 10 } },
      { prompt: 'rain', model: 'flux-2-lora', num_images: 2 },
    ];
    const plan = await planInto(ledger, rows);
    expect(plan).toMatchObject({
      rows: 2,
      elsewhere: 0,
      invalid: 0,
      problems: 0,
      equal: 0,
      kept: true,
      texts: [],
    });
    const [one, two] = allRows(ledger);
    expect(one).toMatchObject({
      ...{ position: 0, id: 'one', file: 'rows.jsonl', line: 1, state: 'pending', attempts: 0 },
      ...{ endpoint: 'fal-ai/flux-general/image-to-image', expected: { min_width: 10 }, measured: undefined },
      plan: {
        ...{ model: 'flux-general', prompt: 'snow', seed: 5, seedIsOurs: false, numImages: 1, warnings: [] },
        input: { prompt: 'snow', image_url: 'cat.png', seed: 5, output_format: 'jpeg' },
        ...{ inputs: ['../cat.png'], inputSizes: [{ width: 32, height: 24 }], outputSize: null, folder },
        delivery: { cwd: '', template: 'one.jpg', name: 'cat', count: 1, numberWhenTaken: false },
      },
    });
    expect(one?.usd).toBeGreaterThan(0);
    expect(two).toMatchObject({
      ...{ position: 1, id: undefined, line: 2, endpoint: 'fal-ai/flux-2/lora/edit', expected: undefined },
      plan: { numImages: 2, delivery: { template: '{name}.edit.{ext}', numberWhenTaken: true, count: 2 } },
    });
    const { seed } = two!.plan as PlannedRow;
    expect(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 31).toBe(true);
  });

  it('keeps no bytes of pictures, and the path of the out-dir neither', async () => {
    const { ledger, outDir, folder } = await batch();
    const data = `data:image/png;base64,${(await photo('blue')).toString('base64')}`;
    await planInto(ledger, [
      { image: path.join(folder, 'cat.png') },
      { image: 'https://example.com/a.png' },
      { image: data },
    ]);
    const plans = plansIn(ledger);
    expect(plans.map(({ inputs }) => inputs)).toEqual([['../cat.png'], ['https://example.com/a.png'], []]);
    expect(JSON.stringify(plans.map(({ delivery }) => delivery))).not.toContain(outDir);
    expect(plans[0]?.attachments[0]?.upload).toEqual({
      ...{ sha256: expect.stringMatching(/^[0-9a-f]{64}$/), contentType: 'image/png', fileName: 'cat.png' },
      bytes: (await photo('orange')).byteLength,
    });
  });

  it('is the same batch whatever the rows and the files are called, and wherever they stand', async () => {
    const { ledger, folder } = await batch();
    await writeOld(path.join(folder, 'other.png'), await photo('orange'));
    await writeOld(path.join(folder, 'dog.png'), await photo('brown'));
    await planInto(ledger, [{ prompt: 'snow' }, { prompt: 'rain' }, { image: 'dog.png' }]);
    const before = allRows(ledger).map(({ key }) => key);
    const again = await planInto(ledger, [
      { image: './dog.png', id: 'dog', output: 'dogs/' },
      { prompt: 'sun' },
      { prompt: 'rain', image: 'other.png' },
      { prompt: 'snow', image: path.join(folder, 'other.png') },
    ]);
    const [dog, , rain, snow] = allRows(ledger).map(({ key }) => key);
    expect([snow, rain, dog]).toEqual(before);
    expect(again.changes).toEqual({ before: 3, edited: 0, added: 1, removed: 0, reordered: true });
  });

  it('has a row for each of those that ask for the same, and another seed for each', async () => {
    const { ledger } = await batch();
    const plan = await planInto(ledger, [{}, {}, {}]);
    expect(plan).toMatchObject({ rows: 3, equal: 0 });
    expect(new Set(allRows(ledger).map(({ key }) => key)).size).toBe(3);
    expect(new Set(plansIn(ledger).map(({ seed }) => seed)).size).toBe(3);
  });

  it('counts rows that ask for the very same picture, seed and all', async () => {
    const { ledger } = await batch();
    const rows: RowFields[] = [{ seed: 7 }, { seed: 7 }, { seed: 8 }, { seed: 7 }, {}, {}];
    expect(await planInto(ledger, rows)).toMatchObject({ rows: 6, equal: 2, kept: true });
  });
});

describe('A batch in which something is wrong', () => {
  const WRONG: [what: string, rows: (RowFields | string)[], texts: string[]][] = [
    ['a row that is none', [{}, 'is no JSON.'], ['rows.jsonl:2: is no JSON.']],
    ['a picture that is missing', [{}, { image: 'no.png' }], ['rows.jsonl:2: image: "no.png"']],
    [
      'an id that is there twice',
      [{ id: 'a' }, { id: 'b' }, { id: 'a', prompt: 'rain' }],
      ['rows.jsonl:3: id: rows.jsonl:1 already has the id "a".'],
    ],
    [
      'outputs that collide',
      [{ output: 'a.png' }, { output: 'a.png', prompt: 'rain' }],
      ['rows.jsonl:2: output: a.png is already the output of rows.jsonl:1.'],
    ],
    ['an output elsewhere', [{ output: '../a.png' }], ['rows.jsonl:1: output: ']],
    [
      'a value that is not allowed',
      [{ strength: 2 }],
      ['rows.jsonl:1: strength must be a number from 0.01 to 1'],
    ],
    [
      'several things in one row',
      [{ strength: 2, num_images: 99 }],
      [
        'rows.jsonl:1: strength must be a number from 0.01 to 1 for flux-general, not 2',
        'rows.jsonl:1: num_images must be a whole number from 1 to 10 for flux-general, not 99',
      ],
    ],
    [
      'something in several rows, in their order',
      ['torn', {}, { image: 'no.png' }, 'torn as well', { strength: 3 }],
      ['rows.jsonl:1: torn', 'rows.jsonl:3: image', 'rows.jsonl:4: torn as well', 'rows.jsonl:5: strength'],
    ],
  ];

  test.each(WRONG)('%s: is told of it, and the ledger is as it was', async (_, rows, texts) => {
    const { ledger } = await batch();
    await planInto(ledger, [{ prompt: 'old', id: 'old' }, {}]);
    putMeasured(ledger.db, allRows(ledger)[0]!.key, ['measured'], true);
    const before = dump(ledger);
    const plan = await planInto(ledger, rows);
    expect(plan.texts).toEqual(texts.map((text) => expect.stringContaining(text) as string));
    expect(plan).toMatchObject({ problems: texts.length, kept: false });
    expect(plan.invalid).toBe(new Set(texts.map((text) => text.split(':')[1])).size);
    expect(dump(ledger)).toEqual(before);
  });

  test.each(WRONG)('%s: goes on without those rows where it is told to', async (_, rows, texts) => {
    const { ledger } = await batch();
    const plan = await planInto(ledger, rows, { skipInvalid: true });
    const wrong = new Set(texts.map((text) => Number(text.split(':')[1])));
    expect(plan).toMatchObject({
      kept: true,
      problems: texts.length,
      invalid: wrong.size,
      rows: rows.length - wrong.size,
    });
    expect(allRows(ledger).map(({ line }) => line)).toEqual(
      rows.map((__, index) => index + 1).filter((line) => !wrong.has(line)),
    );
    expect(allRows(ledger).map(({ position }) => position)).toEqual(
      allRows(ledger).map((__, index) => index),
    );
  });

  it('says of an edit whose cost nobody can tell that it cannot be had under a cap', async () => {
    const { ledger } = await batch();
    const rows: RowFields[] = [{ set: { use_real_cfg: true } }];
    expect((await planInto(ledger, rows, { caps: { maxCostUsd: 5 } })).texts[0]).toContain('--max-cost');
    expect(await planInto(ledger, rows)).toMatchObject({ kept: true, problems: 0 });
  });

  it('fails with what is not about a row, and the ledger is as it was', async () => {
    const { ledger } = await batch();
    await planInto(ledger, [{ prompt: 'old' }]);
    const before = dump(ledger);
    const readRow = (): Promise<never> => Promise.reject(new Error('a bug'));
    await expect(planInto(ledger, [{}], { readRow, skipInvalid: true })).rejects.toThrow('a bug');
    const stop = new AbortController();
    const rows = function* (): Generator<RowFields> {
      for (let row = 0; row < 200; row++) {
        if (row === 100) stop.abort(new InterruptedError('SIGINT'));
        yield { prompt: `row ${row}` };
      }
    };
    const stopped = planInto(ledger, rows(), { context: quietContext(stop.signal) });
    await expect(stopped).rejects.toThrow(InterruptedError);
    expect(dump(ledger)).toEqual(before);
    expect(await planInto(ledger, [{}])).toMatchObject({ kept: true });
  });
});

describe('A batch that is only looked at', () => {
  it('shows its rows while it lasts, and leaves the ledger as it was', async () => {
    const { ledger } = await batch();
    await planInto(ledger, [{ prompt: 'old' }]);
    const before = dump(ledger);
    let pending = 0;
    const look = (): void => {
      pending = countStates(ledger.db).pending;
    };
    const plan = await planInto(ledger, [{}, { prompt: 'rain' }, { prompt: 'old' }], { inspect: look });
    expect([pending, plan.kept, plan.changes.added]).toEqual([3, false, 2]);
    expect(dump(ledger)).toEqual(before);
  });

  it('is not shown where something is wrong, unless wrong rows are left out', async () => {
    const { ledger } = await batch();
    let looks = 0;
    const look = (): void => {
      looks++;
    };
    await planInto(ledger, [{}, 'torn'], { inspect: look });
    expect(looks).toBe(0);
    await planInto(ledger, [{}, 'torn'], { inspect: look, skipInvalid: true });
    expect(looks).toBe(1);
  });
});

describe('An output that is there already', () => {
  it('is refused, unless it is what the row made, or may be overwritten', async () => {
    const { ledger, outDir } = await batch();
    await writeFile(path.join(outDir, 'a.png'), 'somebody’s own');
    const refused = await planInto(ledger, [{ output: 'a.png' }]);
    expect(refused.texts).toEqual([expect.stringMatching(/^rows\.jsonl:1: output: a\.png already exists/)]);
    expect(await planInto(ledger, [{ output: 'a.png', force: true }])).toMatchObject({ kept: true });
    const [{ key } = { key: '' }] = allRows(ledger);
    jobIn(ledger, 'saved', { askedHash: key });
    expect(await planInto(ledger, [{ output: 'a.png' }])).toMatchObject({ kept: true, problems: 0 });
  });
});
