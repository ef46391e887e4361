import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it, test } from 'vitest';
import type { Measured } from '../../../src/batch/rows/result-row.js';
import { resultOf } from '../../../src/batch/run/result.js';
import { standingOf, summaryOf, writeSummary } from '../../../src/batch/run/summary.js';
import { FalEditError } from '../../../src/errors/error.js';
import { putMeasured } from '../../../src/ledger/batch/rows.js';
import { findRow, type RowState } from '../../../src/ledger/batch/states.js';
import type { JobState } from '../../../src/ledger/job.js';
import type { Ledger } from '../../../src/ledger/ledger.js';
import { openBatch } from '../../ledger/batch/rows.js';
import { intend, jobIn, picture, plan } from '../../ledger/machine.js';
import { allRows, batchFolder, planInto, type RowFields } from '../planning.js';

interface Batch {
  ledger: Ledger;
  outDir: string;
  clock: { now: number };
  keys: string[];
}

const START = Date.UTC(2026, 4, 12, 10);

async function batch(...rows: RowFields[]): Promise<Batch> {
  const { outDir } = await batchFolder();
  const clock = { now: START };
  const ledger = await openBatch(outDir, { now: () => clock.now });
  await planInto(ledger, rows);
  return { ledger, outDir, clock, keys: allRows(ledger).map(({ key }) => key) };
}

const first = ({ ledger, keys }: Batch) => findRow(ledger, keys[0]!)!;

/** A row's edit, with a picture that is here and one that was blanked. */
function saveFirst(one: Batch): string {
  const { ledger, outDir, clock, keys } = one;
  const id = plan(ledger, { askedHash: keys[0]!, seed: 42, estimatedUsd: 0.2, unitPriceUsd: 0.05 });
  intend(ledger, id);
  ledger.accept(id, 'request 1');
  clock.now += 5000;
  const url = 'https://fal.media/1.png';
  const file = path.join(outDir, 'a/cat.png');
  ledger.complete(id, {
    result: {
      images: [{ url, width: 64, height: 48 }, { url }],
      seed: 42,
      has_nsfw_concepts: [false, true],
      prompt: 'x',
    },
    ...{ billedUnits: 3, billedUsd: 0.15, queuedMs: 120, inferenceMs: 900 },
    targets: () => [file, undefined],
  });
  clock.now += 1000;
  ledger.saveImage(id, picture(0, file));
  return id;
}

describe('What is known of a row', () => {
  it('that was never sent', async () => {
    const one = await batch({ id: 'cat', prompt: 'snow', seed: 5 });
    expect(resultOf(first(one), one.outDir)).toEqual({
      ...{
        schema_version: 1,
        fingerprint: 2,
        sandbox: false,
        key: one.keys[0],
        job: null,
        id: 'cat',
        place: { file: 'rows.jsonl', line: 1 },
      },
      ...{
        state: 'pending',
        attempt: 0,
        model: 'flux-general',
        endpoint: 'fal-ai/flux-general/image-to-image',
      },
      ...{ request_id: null, prompt: 'snow', seed: 5, inputs: ['../cat.png'], images: [] },
      cost: {
        estimated_usd: first(one).usd,
        grade: 'calculated',
        billed_units: null,
        unit_price_usd: null,
        billed_usd: null,
      },
      timings: { queued_ms: null, inference_ms: null, total_ms: null },
      ...{ expectations: [], warnings: [], notes: [], error: null, finished_at: null },
    });
  });

  it('whose pictures are here', async () => {
    const one = await batch({ prompt: 'snow' });
    const job = saveFirst(one);
    expect(resultOf(first(one), one.outDir)).toMatchObject({
      ...{ job, id: null, state: 'done', attempt: 1, request_id: 'request 1', seed: 42, error: null },
      images: [
        {
          path: 'a/cat.png',
          width: 64,
          height: 48,
          content_type: 'image/png',
          bytes: 99,
          sha256: 'ab12',
          nsfw: false,
        },
        { path: null, width: null, height: null, content_type: null, bytes: null, sha256: null, nsfw: true },
      ],
      cost: { estimated_usd: 0.2, billed_units: 3, unit_price_usd: 0.05, billed_usd: 0.15 },
      timings: { queued_ms: 120, inference_ms: 900, total_ms: 6000 },
      finished_at: new Date(START + 6000).toISOString(),
    });
  });

  it('took no time less than none, where the clock was put back', async () => {
    const one = await batch({});
    jobIn(one.ledger, 'accepted', { askedHash: one.keys[0]! });
    one.clock.now -= 100_000;
    one.ledger.end(first(one).job!.id, { state: 'failed', charged: 'no' });
    expect(resultOf(first(one), one.outDir).timings.total_ms).toBe(0);
  });

  const OVER: RowState[] = ['done', 'failed', 'moderated'];
  test.each<[JobState, RowState]>([
    ['planned', 'pending'],
    ['cancelled', 'pending'],
    ['intent', 'unknown'],
    ['unknown', 'unknown'],
    ['accepted', 'waiting'],
    ['completed', 'waiting'],
    ['saved', 'done'],
    ['rejected', 'failed'],
    ['failed', 'failed'],
    ['moderated', 'moderated'],
  ])('whose job is %s has come to its end exactly where that is one: %s', async (state, row) => {
    const one = await batch({});
    jobIn(one.ledger, state, { askedHash: one.keys[0]!, seed: 3 });
    const result = resultOf(first(one), one.outDir);
    expect(result.state).toBe(row);
    expect(result.finished_at !== null).toBe(OVER.includes(row));
    expect(result.timings.total_ms !== null).toBe(OVER.includes(row));
  });

  it('that failed: as it just did, and in a later run as the ledger has it', async () => {
    const one = await batch({});
    const id = jobIn(one.ledger, 'accepted', { askedHash: one.keys[0]! }).id;
    one.ledger.end(id, {
      state: 'failed',
      charged: 'yes',
      error: { kind: 'failed', message: 'It failed.', retryable: true },
    });
    const error = new FalEditError('failed', 'It failed.', { hint: 'Try again.', charged: 'yes' });
    expect(resultOf(first(one), one.outDir, error).error).toEqual({
      ...{ kind: 'failed', message: 'It failed.', hint: 'Try again.', charged: 'yes' },
    });
    expect(resultOf(first(one), one.outDir).error).toEqual({
      ...{ kind: 'failed', message: 'It failed.', hint: null, charged: 'yes' },
    });
  });

  it('that is not as expected', async () => {
    const one = await batch({ expect: { min_width: 99, format: 'png', max_change: 0.2 } });
    saveFirst(one);
    const measured: Measured[] = [
      { expectation: 'min_width', wanted: 99, found: 64, met: false, image: 0 },
      { expectation: 'format', wanted: 'png', found: 'png', met: true, image: 0 },
      { expectation: 'max_change', wanted: 0.2, found: null, met: false, image: 0 },
    ];
    putMeasured(one.ledger.db, one.keys[0]!, measured, true);
    const result = resultOf(first(one), one.outDir);
    expect(result).toMatchObject({ state: 'unmet', expectations: measured });
    expect(result.error).toEqual({
      ...{ kind: 'expectation', hint: null, charged: 'yes' },
      message: 'expected min_width 99, found 64; expected max_change 0.2, but it could not be measured.',
    });
  });
});

describe('The summary of a batch', () => {
  const RUN = {
    ...{ source: 'rows.csv', shard: '2/8', startedAt: START, finishedAt: START + 9000, invalid: 1 },
    ...{ submitted: 3, uploads: 1, uploaded_bytes: 2417, total_ms: 9000 },
  };

  it('says what the ledger knows, and what the run did', async () => {
    const one = await batch({ prompt: 'a' }, { prompt: 'b' }, { prompt: 'c' });
    saveFirst(one);
    jobIn(one.ledger, 'unknown', { askedHash: one.keys[1]! });
    const ending = new FalEditError('unknown', 'Nobody knows.');
    const stopped = new FalEditError('budget', '--max-jobs: enough.');
    const summary = summaryOf(standingOf(one.ledger), { ...RUN, ending, stopped });
    expect(summary).toEqual({
      ...{
        schema_version: 1,
        status: 'unknown',
        sandbox: false,
        exit_code: 9,
        source: 'rows.csv',
        shard: '2/8',
        invalid: 1,
        left_out: {},
      },
      ...{
        started_at: new Date(START).toISOString(),
        finished_at: new Date(START + 9000).toISOString(),
        rows: 3,
      },
      states: { pending: 1, waiting: 0, done: 1, unmet: 0, failed: 0, moderated: 0, unknown: 1 },
      run: {
        submitted: 3,
        uploads: 1,
        uploaded_bytes: 2417,
        total_ms: 9000,
        stopped: '--max-jobs: enough.',
        assumed_costs: [],
      },
      cost: { billed_usd: 0.15, outstanding_usd: 0.1, pending_usd: 0.075 },
    });
    await writeSummary(one.outDir, summary);
    await writeSummary(one.outDir, summary);
    const text = await readFile(path.join(one.outDir, 'summary.json'), 'utf8');
    expect(JSON.parse(text)).toEqual(summary);
    expect(text.endsWith('}\n')).toBe(true);
  });

  it('is well where all is done', async () => {
    const one = await batch({});
    saveFirst(one);
    const summary = summaryOf(standingOf(one.ledger), { ...RUN, ending: undefined, stopped: undefined });
    expect(summary).toMatchObject({
      status: 'ok',
      exit_code: 0,
      run: { stopped: null },
      cost: { pending_usd: 0 },
    });
  });
});
