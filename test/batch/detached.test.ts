import { cp, readdir, rename } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { FalEditError } from '../../src/errors/error.js';
import { statusToxic } from '../edit/harness.js';
import { batchScene, rowsOf, typesOf } from './scene.js';

const SUBMIT = { submitOnly: true };
const COLLECT = { collectOnly: true };

describe('A batch that is only sent', () => {
  it('is at fal when the run ends, and nothing of it is waited for', async () => {
    const { fal, run, outDir, results } = await batchScene({ inferenceMs: 200, runners: 1 });
    const { counts, events } = await run(rowsOf(4), SUBMIT);
    expect(counts).toMatchObject({ waiting: 4, done: 0 });
    for (const { id } of rowsOf(4)) expect(typesOf(events, id)).toEqual(['begun', 'left']);
    const ids = events.flatMap((event) => (event.type === 'left' ? [event.requestId] : []));
    expect(ids.sort()).toEqual(
      fal
        .ledger()
        .accepted.map(({ request_id: id }) => id)
        .sort(),
    );
    const { requests } = fal.ledger();
    expect([requests.by_role.status, requests.by_role.stream, requests.by_role.result]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect((await readdir(outDir)).filter((name) => name.endsWith('.png'))).toEqual([]);
    expect(await results()).toEqual([]);
  });

  it('is not sent again by the same command, nor waited for', async () => {
    const { fal, run } = await batchScene();
    await run(rowsOf(3), SUBMIT);
    const before = fal.ledger().requests.total;
    const { counts, events } = await run(rowsOf(3), SUBMIT);
    expect(counts.waiting).toBe(3);
    expect(events).toMatchObject([{ type: 'started', toSend: 0, toFetch: 0 }]);
    expect(fal.ledger().requests.total).toBe(before);
    expect((await run(rowsOf(5), SUBMIT)).counts.waiting).toBe(5);
    expect(fal.ledger().accepted).toHaveLength(5);
  });

  it('comes home with the same command without that', async () => {
    const { fal, run, results } = await batchScene();
    await run(rowsOf(3), SUBMIT);
    const { counts, events } = await run(rowsOf(3));
    expect(counts.done).toBe(3);
    expect(events.filter(({ type }) => type === 'begun')).toMatchObject(Array(3).fill({ attached: true }));
    expect(fal.ledger().accepted).toHaveLength(3);
    expect(await results()).toHaveLength(3);
  });

  it('tells of rows that fal refuses at once', async () => {
    const { run, results } = await batchScene({
      toxics: [{ ...statusToxic('submit', 422, { detail: 'no' }), times: 1 }],
    });
    const { counts, limits } = await run(rowsOf(3), { ...SUBMIT, concurrency: 1 });
    expect(counts).toMatchObject({ failed: 1, waiting: 2 });
    expect(await results()).toMatchObject([{ id: 'row 0', state: 'failed' }]);
    expect(limits.sent).toBe(2);
  });

  it('keeps to its caps', async () => {
    const { run } = await batchScene();
    const { counts, stopped } = await run(rowsOf(5), { ...SUBMIT, maxCostUsd: 0.16 });
    expect(counts).toMatchObject({ waiting: 2, pending: 3 });
    expect(stopped?.kind).toBe('budget');
  });
});

describe('A batch that is collected', () => {
  it('brings home what fal has, reads no manifest, and sends nothing', async () => {
    const { fal, run } = await batchScene();
    await run(rowsOf(3), { ...SUBMIT, maxJobs: 2 });
    const { counts, events } = await run(undefined, COLLECT);
    expect(counts).toMatchObject({ done: 2, pending: 1 });
    expect(events[0]).toMatchObject({ toSend: 0, toFetch: 2, estimatedUsd: 0 });
    expect(fal.ledger().accepted).toHaveLength(2);
  });

  it('is so on any machine that has the folder, where its pictures do not lie', async () => {
    const { run, folder, outDir } = await batchScene();
    await run(rowsOf(2), SUBMIT);
    await rename(path.join(folder, 'cat.png'), path.join(folder, 'elsewhere.png'));
    const moved = path.join(folder, 'moved');
    await cp(outDir, moved, { recursive: true });
    await rename(outDir, path.join(folder, 'gone'));
    await rename(moved, outDir);
    const { counts, rows } = await run(undefined, COLLECT);
    expect(counts.done).toBe(2);
    for (const { job } of rows) expect(path.dirname(job!.images[0]!.path!)).toBe(outDir);
  });

  it('leaves a row waiting where fal cannot be reached, and goes on with it later', async () => {
    const { fal, run } = await batchScene();
    await run(rowsOf(2), SUBMIT);
    for (const role of ['status', 'stream'] as const) fal.addToxic(statusToxic(role, 503));
    const first = await run(undefined, { ...COLLECT, timeoutMs: 300 });
    expect(first.counts.waiting).toBe(2);
    const open = first.events.filter((event) => event.type === 'open');
    expect(open).toMatchObject(
      Array(2).fill({ result: { state: 'waiting', finished_at: null }, error: { kind: 'temporary' } }),
    );
    expect(open[0]?.error).toBeInstanceOf(FalEditError);
    fal.clearToxics();
    expect((await run(undefined, COLLECT)).counts.done).toBe(2);
    expect(fal.ledger().accepted).toHaveLength(2);
  });

  it('does not write off what was sent another way', async () => {
    const { run, within, fal } = await batchScene();
    await run(rowsOf(1), SUBMIT);
    await within((ledger) =>
      ledger.db.run("UPDATE jobs SET via = 'fal', request_id = '01234567-0123-4123-8123-0123456789ab'"),
    );
    const { counts, events } = await run(undefined, COLLECT);
    expect(counts.waiting).toBe(1);
    expect(events.at(-1)).toMatchObject({
      ...{
        type: 'open',
        error: { kind: 'temporary', charged: 'maybe', hint: 'Run the batch without a proxy.' },
      },
    });
    expect(fal.ledger().accepted).toHaveLength(1);
  });
});

it('A batch that is paid for again leaves what fal has alone, and sends its rows once more', async () => {
  const { fal, run } = await batchScene({ inferenceMs: 5 });
  await run(rowsOf(2), SUBMIT);
  const { counts, events } = await run(rowsOf(2), { again: true });
  expect(events[0]).toMatchObject({ toSend: 2, toFetch: 0 });
  expect(counts.done).toBe(2);
  expect(fal.ledger().accepted).toHaveLength(4);
  // Done is done, also where it is asked for again.
  await run(rowsOf(2), { again: true });
  expect(fal.ledger().accepted).toHaveLength(4);
});
