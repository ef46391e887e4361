import { rmSync, writeFileSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { resultOf } from '../../../src/batch/run/result.js';
import { ResultsFile } from '../../../src/batch/folder/results-file.js';
import { FalEditError, InterruptedError } from '../../../src/errors/error.js';
import { findRow } from '../../../src/ledger/batch/states.js';
import { openBatch } from '../../ledger/batch/rows.js';
import { photo, type RowFields } from '../planning.js';
import { batchScene, rowsOf, typesOf } from '../scene.js';

describe('A batch', () => {
  it('sends every row, uploads equal pictures once, and brings all home', async () => {
    const { fal, run, outDir, results } = await batchScene();
    const rows = rowsOf(6);
    const { counts, events, uploads, stopped, rows: after } = await run(rows);
    expect(after.map(({ job }) => job?.askedHash)).toEqual(after.map(({ key }) => key));
    // What it costs is known already: nobody is asked.
    expect(fal.ledger().requests.by_role.pricing).toBeUndefined();
    expect(counts).toMatchObject({ done: 6, pending: 0, waiting: 0 });
    expect(stopped).toBeUndefined();
    expect(uploads.files).toBe(1);
    expect(fal.ledger()).toMatchObject({ charges: 6, uploads: [{ bytes: expect.any(Number) as number }] });
    const pictures = (await readdir(outDir)).filter((name) => name.endsWith('.png'));
    expect(pictures.sort()).toEqual(
      ['cat.edit.png', ...[2, 3, 4, 5, 6].map((n) => `cat.edit.${n}.png`)].sort(),
    );
    expect(events[0]).toMatchObject({ type: 'started', toSend: 6, toFetch: 0, counts: { pending: 6 } });
    for (const { id } of rows) expect(typesOf(events, id)).toEqual(['begun', 'ended']);
    // Each has the prompt, the seed and the picture of its own row.
    const lines = await results();
    expect(lines.map(({ id }) => id).sort()).toEqual(rows.map(({ id }) => id));
    for (const { id, prompt, seed, request_id: request, images } of lines) {
      const accepted = fal.ledger().accepted.find((one) => one.request_id === request);
      expect(accepted?.input).toMatchObject({ prompt, seed });
      expect(prompt).toBe(rows.find((row) => row.id === id)?.prompt);
      expect((await readFile(path.join(outDir, images[0]!.path!))).byteLength).toBe(images[0]?.bytes);
    }
    expect(new Set(lines.map(({ seed }) => seed)).size).toBe(6);
  });

  it('that is done touches no network, and writes no further line', async () => {
    const { fal, run, results } = await batchScene();
    await run(rowsOf(3));
    const before = fal.ledger().requests.total;
    const { counts, events } = await run(rowsOf(3));
    expect(counts.done).toBe(3);
    expect(events.map(({ type }) => type)).toEqual(['started']);
    expect(fal.ledger().requests.total).toBe(before);
    expect(await results()).toHaveLength(3);
  });

  it('sends what is new in its manifest alone', async () => {
    const { fal, run } = await batchScene();
    await run(rowsOf(3));
    const { counts } = await run([
      { prompt: 'first of all' },
      ...rowsOf(3).reverse(),
      { prompt: 'last of all' },
    ]);
    expect(counts.done).toBe(5);
    expect(fal.ledger().charges).toBe(5);
    expect(fal.ledger().uploads).toHaveLength(1);
  });

  it('has no more edits at fal at a time than it may', async () => {
    const { fal, run } = await batchScene({ runners: 1, inferenceMs: 50 });
    let most = 0;
    await run(rowsOf(8), {
      concurrency: 3,
      onEvent: (event) => {
        if (event.type !== 'step' || event.event.type !== 'accepted') return;
        const open = fal.ledger().accepted.filter(({ state }) => state === 'queued' || state === 'running');
        most = Math.max(most, open.length);
      },
    });
    expect(most).toBe(3);
  });

  it('asks fal for its turn as it is told to', async () => {
    const { fal, run } = await batchScene();
    await run(rowsOf(1), { priority: 'low' });
    await run(rowsOf(2));
    expect(fal.ledger().accepted.map(({ headers }) => headers.priority)).toEqual(['low', 'normal']);
  });

  it('makes rows of both models, with several pictures each, where the rows say', async () => {
    const { fal, run, outDir } = await batchScene();
    const rows: RowFields[] = [
      { model: 'flux-2-lora', images: ['cat.png', 'cat.png'], output: 'two/{index}.jpg', num_images: 2 },
      { output: '{request_id}.png' },
    ];
    expect((await run(rows)).counts.done).toBe(2);
    const ids = fal.ledger().accepted.map(({ request_id: id }) => id);
    expect((await readdir(path.join(outDir, 'two'))).sort()).toEqual(['1.jpg', '2.jpg']);
    expect((await readdir(outDir)).filter((name) => ids.some((id) => name === `${id}.png`))).toHaveLength(1);
  });
});

describe('A row whose picture', () => {
  it('is gone from the out-dir is fetched again, and costs nothing', async () => {
    const { fal, run, outDir } = await batchScene();
    await run(rowsOf(3));
    await rm(path.join(outDir, 'cat.edit.2.png'));
    const { counts, events } = await run(rowsOf(3));
    expect(counts.done).toBe(3);
    expect(events.filter((event) => event.type === 'begun')).toMatchObject([{ attached: true }]);
    expect(await readdir(outDir)).toContain('cat.edit.2.png');
    expect(fal.ledger().charges).toBe(3);
  });

  it('has changed since it was checked is not sent; the others are', async () => {
    const { fal, run, folder, outDir } = await batchScene();
    writeFileSync(path.join(folder, 'dog.png'), await photo('brown'));
    const blue = await photo('blue');
    const { counts, rows, uploads } = await run([...rowsOf(2), { id: 'dog', image: 'dog.png' }], {
      onEvent: ({ type }) => {
        if (type === 'started') writeFileSync(path.join(folder, 'dog.png'), blue);
      },
    });
    expect(counts).toMatchObject({ done: 2, failed: 1 });
    const dog = rows.find(({ id }) => id === 'dog')!;
    expect(dog).toMatchObject({ attempts: 0, job: { charged: 'no', error: { kind: 'input' } } });
    expect(resultOf(dog, outDir).error?.message).toContain('has changed since it was checked');
    expect([fal.ledger().charges, uploads.files]).toEqual([2, 1]);
  });

  it('was taken away while fal had it is measured as far as that goes', async () => {
    const { run, folder } = await batchScene();
    const { counts, rows } = await run([{ expect: { max_change: 1, min_width: 1 } }], {
      onEvent: (event) => {
        if (event.type === 'step' && event.event.type === 'accepted') rmSync(path.join(folder, 'cat.png'));
      },
    });
    expect(counts.unmet).toBe(1);
    expect(rows[0]?.measured).toMatchObject([
      { expectation: 'min_width', met: true },
      { expectation: 'max_change', found: null, met: false },
    ]);
  });

  it('is not as expected is kept, paid for once, and told', async () => {
    const { fal, run, results, outDir } = await batchScene();
    const row: RowFields = { expect: { min_width: 5000 } };
    const { counts, events } = await run([row]);
    expect(counts).toMatchObject({ unmet: 1, done: 0 });
    expect(events.at(-1)).toMatchObject({
      type: 'ended',
      error: undefined,
      result: { error: { kind: 'expectation', charged: 'yes' } },
    });
    expect(await results()).toMatchObject([
      { state: 'unmet', expectations: [{ expectation: 'min_width', found: 64, met: false }] },
    ]);
    expect(await readdir(outDir)).toContain('cat.edit.png');
    expect((await run([row])).counts.unmet).toBe(1);
    expect((await run([{ expect: { min_width: 5 } }])).counts).toMatchObject({ done: 1, unmet: 0 });
    expect(fal.ledger().charges).toBe(1);
  });
});

describe('A signal', () => {
  it('ends the sending; what was sent is brought home by the next run', async () => {
    const { fal, run } = await batchScene({ inferenceMs: 150, runners: 2 });
    const stop = new AbortController();
    const { counts, events } = await run(rowsOf(8), {
      ...{ interrupt: stop.signal, concurrency: 3 },
      onEvent: (event) => {
        if (event.type === 'step' && event.event.type === 'running')
          stop.abort(new InterruptedError('SIGINT'));
      },
    });
    expect(counts.pending).toBeGreaterThanOrEqual(5);
    expect(counts.failed + counts.done).toBe(0);
    expect(counts.unknown + counts.waiting).toBeGreaterThan(0);
    expect(events.filter(({ type }) => type === 'stopped')).toEqual([]);
    const sent = fal.ledger().accepted.length;
    expect(sent).toBeLessThanOrEqual(3);
    const after = await run(rowsOf(8));
    expect(after.counts.done + after.counts.unknown).toBe(8);
  });

  it('that was there before does nothing at all', async () => {
    const { fal, run } = await batchScene();
    const stop = new AbortController();
    const { counts, events } = await run(rowsOf(3), {
      interrupt: stop.signal,
      onEvent: ({ type }) => {
        if (type === 'started') stop.abort(new InterruptedError('SIGTERM'));
      },
    });
    expect(counts.pending).toBe(3);
    expect(events.map(({ type }) => type)).toEqual(['started']);
    expect(fal.ledger().requests.total).toBe(0);
  });
});

describe('A file of results that fails while rows come home', () => {
  it('ends the run with that; the next one writes down what was made', async () => {
    const { fal, run, outDir, results } = await batchScene();
    const ledger = await openBatch(outDir);
    const torn = await ResultsFile.open(outDir, ledger);
    await torn.close();
    ledger.close();
    await expect(run(rowsOf(20), { results: torn, concurrency: 1 })).rejects.toThrow(FalEditError);
    const sent = fal.ledger().charges;
    expect(sent).toBeLessThan(20);
    expect((await run(rowsOf(20))).counts.done).toBe(20);
    expect(fal.ledger().charges).toBe(20);
    expect((await results()).map(({ id }) => id).sort()).toEqual(
      rowsOf(20)
        .map(({ id }) => id)
        .sort(),
    );
    const again = await openBatch(outDir);
    for (const line of await results()) expect(resultOf(findRow(again, line.key)!, outDir)).toEqual(line);
  });
});
