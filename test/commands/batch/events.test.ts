/* --events: an object on stdout for everything that happens, and nothing else there. */
import { describe, expect, it } from 'vitest';
import { statusToxic } from '../../edit/harness.js';
import { batchScene, jsonl, linesOf, resultsIn, summaryIn, type BatchScene } from './scene.js';

interface Event extends Record<string, unknown> {
  schema_version: number;
  time: string;
  event: string;
  key?: string;
  step?: string;
  result?: Record<string, unknown>;
  error?: Record<string, unknown>;
}

/** The events of a run. Each is an object on a line of its own, with what all of them have. */
async function eventsOf(scene: BatchScene, ...flags: string[]): Promise<Event[]> {
  const { stdout } = await scene.batch('rows.jsonl', '--events', ...flags);
  const events = linesOf(stdout).map((line) => JSON.parse(line) as Event);
  for (const { schema_version: version, time, event } of events) {
    expect(version).toBe(1);
    expect(new Date(time).toISOString()).toBe(time);
    expect(event).toMatch(/^[a-z_]+$/);
  }
  const times = events.map(({ time }) => time);
  expect(times).toEqual([...times].sort());
  return events;
}

const shortly = (events: Event[]): string[] => events.map(({ event, step }) => step ?? event);
const ONE = jsonl({ id: 'x', image: 'a.png', prompt: 'one' });

it('tells every change of a row, from the start to the end', async () => {
  const scene = await batchScene({ 'rows.jsonl': ONE }, { queueMs: 1_000, inferenceMs: 500 });
  const events = await eventsOf(scene);
  const steps = shortly(events).filter((step) => step !== 'log');
  expect(steps.filter((step, index) => step !== steps[index - 1])).toEqual([
    'started',
    'begun',
    'uploading',
    'uploaded',
    'submitting',
    'accepted',
    'queued',
    'running',
    'completed',
    'downloading',
    'saved',
    'ended',
    'finished',
  ]);
  const [result] = await resultsIn(scene);
  const named = (step: string) => events.find((event) => event.step === step || event.event === step)!;
  expect(named('started')).toMatchObject({
    rows: { pending: 1, done: 0 },
    to_send: 1,
    to_fetch: 0,
    estimated_usd: 0.075,
  });
  for (const event of events.filter(({ event }) => event === 'row')) {
    expect(event).toMatchObject({ key: result!.key, id: 'x', file: 'rows.jsonl', line: 1 });
  }
  expect(named('accepted')).toMatchObject({ request_id: result!.request_id });
  expect(named('saved')).toMatchObject({ path: expect.stringMatching(/out\/a\.edit\.png$/) });
  expect(named('ended').result).toEqual(JSON.parse(JSON.stringify(result)));
});

it('ends with the document that --json would have been', async () => {
  const scene = await batchScene({ 'rows.jsonl': ONE });
  const last = (await eventsOf(scene)).at(-1)!;
  const { status, ...summary } = await summaryIn(scene);
  expect(last).toMatchObject({
    ...summary,
    event: 'finished',
    status,
    out_dir: expect.stringMatching(/out$/),
  });
});

it('tells of failures with what they cost and what can be done', async () => {
  const rows = jsonl(
    { id: 'bad', image: 'a.png', prompt: '[sandbox:policy]' },
    { image: 'b.png', prompt: 'fine' },
  );
  const scene = await batchScene({ 'rows.jsonl': rows });
  const events = await eventsOf(scene);
  const ended = events.find(({ event, result }) => event === 'ended' && result!['state'] === 'moderated')!;
  expect(ended.error).toMatchObject({
    kind: 'moderated',
    charged: 'no',
    message: expect.stringContaining('content'),
  });
  expect(ended.result).toMatchObject({ id: 'bad', error: { kind: 'moderated' } });
  expect(events.at(-1)).toMatchObject({
    event: 'finished',
    status: 'error',
    exit_code: 3,
    error: { kind: 'partial' },
  });
});

it('tells what is tried again, and why nothing more is sent', async () => {
  const rows = Array.from({ length: 3 }, (_, n) => ({ image: 'a.png', prompt: `p${n}` }));
  const scene = await batchScene({ 'rows.jsonl': jsonl(...rows) });
  scene.fal.addToxic({ ...statusToxic('submit', 429, { detail: 'too many' }), times: 5 });
  const events = await eventsOf(scene, '--max-cost', '0.15', '--concurrency', '1');
  expect(events.find(({ step }) => step === 'retrying')).toMatchObject({
    error: { kind: 'temporary', charged: 'no' },
  });
  expect(events.find(({ event }) => event === 'stopped')).toMatchObject({ error: { kind: 'budget' } });
});

it('tells of rows that are attached to, and of those that are left at fal', async () => {
  const scene = await batchScene({ 'rows.jsonl': ONE });
  const sent = await eventsOf(scene, '--submit-only');
  const [{ request_id: id } = { request_id: '' }] = scene.fal.ledger().accepted;
  expect(sent.find(({ step }) => step === 'left')).toMatchObject({ request_id: id });
  expect(sent.at(-1)).toMatchObject({ status: 'ok', states: { waiting: 1 } });
  const fetched = await eventsOf(scene);
  expect(fetched[0]).toMatchObject({ event: 'started', to_send: 0, to_fetch: 1 });
  expect(shortly(fetched)).toContain('attached');
  expect(shortly(fetched)).not.toContain('submitting');
});

it('tells of a row whose end nobody knows', async () => {
  const scene = await batchScene({ 'rows.jsonl': ONE }, { historyDelayMs: 3_600_000 });
  scene.fal.addToxic({ type: 'reset_peer', on: 'submit', stream: 'downstream' });
  const events = await eventsOf(scene);
  expect(events.find(({ event }) => event === 'open')).toMatchObject({
    result: { state: 'unknown' },
    error: { kind: 'unknown', charged: 'maybe' },
  });
});

describe('stdout', () => {
  it('has one line for each object, whatever a row holds', async () => {
    const prompt = 'two\nlines, \u2028 a separator, "quotes" and \u001b[31mred\u001b[0m';
    const scene = await batchScene({ 'rows.jsonl': jsonl({ id: 'a "b"', image: 'a.png', prompt }) });
    const events = await eventsOf(scene);
    expect(events.find(({ event }) => event === 'ended')!.result).toMatchObject({ id: 'a "b"', prompt });
  });

  it('has nothing but them: paths, progress and failures are elsewhere', async () => {
    const scene = await batchScene({ 'rows.jsonl': ONE });
    const { stdout, stderr } = await scene.batch('rows.jsonl', '--events', '--verbose');
    expect(linesOf(stdout).every((line) => line.startsWith('{'))).toBe(true);
    expect(stderr).toContain('1 row to send');
  });

  it('has the last line also where nothing had to be done', async () => {
    const scene = await batchScene({ 'rows.jsonl': ONE });
    await scene.batch('rows.jsonl');
    expect(shortly(await eventsOf(scene))).toEqual(['started', 'finished']);
    expect(shortly(await eventsOf(scene, '--frozen'))).toEqual(['frozen']);
  });

  it('is for one of --json and --events', async () => {
    const { batch } = await batchScene({ 'rows.jsonl': ONE });
    const { code, stderr } = await batch('rows.jsonl', '--json', '--events');
    expect([code, stderr]).toEqual([2, expect.stringContaining('exclude each other')]);
  });

  it('never has the key', async () => {
    const scene = await batchScene({
      'rows.jsonl': jsonl({ image: 'a.png', prompt: 'test-id:test-secret' }),
    });
    const { stdout, stderr } = await scene.batch('rows.jsonl', '--events', '--debug');
    expect(stdout + stderr).not.toContain('test-secret');
  });
});

it('ends with what is wrong, where nothing could be begun', async () => {
  const scene = await batchScene({ 'rows.jsonl': jsonl({ image: 'a.png', prompt: 'x', steps: 99 }) });
  const events = await eventsOf(scene);
  expect(events).toEqual([
    expect.objectContaining({
      event: 'failed',
      status: 'error',
      error: expect.objectContaining({ kind: 'input', charged: 'no' }) as unknown,
    }),
  ]);
  expect(scene.fal.ledger().requests.total).toBe(0);
});

it('ends with it too where --frozen finds something to make', async () => {
  const scene = await batchScene({ 'rows.jsonl': ONE });
  const [last, ...others] = await eventsOf(scene, '--frozen');
  expect(others).toEqual([]);
  expect(last).toMatchObject({
    event: 'failed',
    error: { kind: 'expectation', details: { stale: [{ id: 'x' }] } },
  });
});
