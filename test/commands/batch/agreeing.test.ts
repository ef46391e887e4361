/* What a batch will cost is said first, and asked where there is somebody to ask. */
import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, test } from 'vitest';
import { until } from '../../edit/harness.js';
import { Screen } from '../../terminal/screen.js';
import { batchScene, jsonl, namesIn, summaryIn, type BatchScene } from './scene.js';

const TWO = jsonl({ image: 'a.png', prompt: 'one' }, { image: 'b.png', prompt: 'two' });
const QUESTION = '2 rows to send, about $0.15, calculated. Continue? [y/N]';

/** A batch before a person: the question is on the screen when it resolves. */
function before(scene: BatchScene, ...flags: string[]) {
  const stdin = Object.assign(new PassThrough(), { isTTY: true });
  const stderr = new Screen();
  const stop = new AbortController();
  const running = scene.run(['rows.jsonl', '-d', 'out', '--no-report', ...flags], {
    interrupt: stop.signal,
    context: { stdin, stderr },
  });
  return {
    stdin,
    stderr,
    stop,
    running,
    isAsked: () => stderr.raw.includes('[y/N]'),
    /** A line, which the terminal itself shows. */
    type: (line: string) => {
      stderr.write(`${line}\n`);
      stdin.write(`${line}\n`);
    },
  };
}

describe('on a terminal', () => {
  it('sends what was agreed to', async () => {
    const scene = await batchScene({ 'rows.jsonl': TWO });
    const { type, stderr, running, isAsked } = before(scene);
    await until(isAsked);
    expect(scene.fal.ledger().accepted).toEqual([]);
    expect(scene.fal.ledger().uploads).toEqual([]);
    type('y');
    const { code, stdout } = await running;
    expect([code, stdout.split('\n').sort()]).toEqual([0, ['', 'out/a.edit.png', 'out/b.edit.png']]);
    expect(stderr.shown()[0]).toBe(`${QUESTION} y`);
    expect(scene.fal.ledger().accepted).toHaveLength(2);
  });

  it('leaves the question alone for as long as it stands', async () => {
    const { type, stderr, running, isAsked } = before(await batchScene({ 'rows.jsonl': TWO }));
    await until(isAsked);
    // Longer than a frame of the line that changes.
    await sleep(300);
    expect(stderr.shown()).toEqual([QUESTION]);
    type('n');
    await running;
  });

  test.each(['n', '', 'maybe'])('sends nothing after %j', async (answer) => {
    const scene = await batchScene({ 'rows.jsonl': TWO });
    const { type, stderr, running, isAsked } = before(scene);
    await until(isAsked);
    type(answer);
    const { code, stdout } = await running;
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr.raw).toContain('Cancelled; nothing was sent.');
    expect(scene.fal.ledger().accepted).toEqual([]);
    expect(scene.fal.ledger().uploads).toEqual([]);
    expect(await namesIn(scene)).not.toContain('results.jsonl');
    expect(await summaryIn(scene)).toMatchObject({ status: 'usage', exit_code: 2, states: { pending: 2 } });
  });

  it('sends nothing for a person who leaves', async () => {
    const scene = await batchScene({ 'rows.jsonl': TWO });
    const { stdin, running, isAsked } = before(scene);
    await until(isAsked);
    stdin.end();
    expect((await running).code).toBe(2);
    expect(scene.fal.ledger().accepted).toEqual([]);
  });

  it('ends as interrupted by Ctrl-C', async () => {
    const scene = await batchScene({ 'rows.jsonl': TWO });
    const { stop, running, isAsked } = before(scene);
    await until(isAsked);
    stop.abort();
    expect((await running).code).toBe(130);
    expect(scene.fal.ledger().accepted).toEqual([]);
  });

  test.each([['--yes'], ['-y'], ['--json']])('does not ask with %s', async (flag) => {
    const scene = await batchScene({ 'rows.jsonl': TWO });
    const { stderr, running } = before(scene, flag);
    expect((await running).code).toBe(0);
    expect(stderr.raw).not.toContain('[y/N]');
    expect(stderr.raw).toContain('2 rows to send, about $0.15, calculated.');
  });

  it('does not ask where nothing is to be sent', async () => {
    const scene = await batchScene({ 'rows.jsonl': TWO });
    await scene.batch('rows.jsonl');
    const { stderr, running } = before(scene);
    expect((await running).code).toBe(0);
    expect(stderr.raw).not.toContain('[y/N]');
  });

  it('asks about what is left alone', async () => {
    const scene = await batchScene({ 'rows.jsonl': TWO });
    await scene.batch('rows.jsonl', '--max-jobs', '1');
    const { type, stderr, running, isAsked } = before(scene);
    await until(isAsked);
    expect(stderr.shown()).toEqual(['1 row to send, about $0.075, calculated. Continue? [y/N]']);
    type('y');
    expect((await running).code).toBe(0);
  });
});

describe('where nobody can be asked', () => {
  it('says what it will cost, and goes on', async () => {
    const { batch, fal } = await batchScene({ 'rows.jsonl': TWO });
    const { code, stderr } = await batch('rows.jsonl');
    expect(code, stderr).toBe(0);
    expect(stderr.split('\n')[0]).toBe('2 rows to send, about $0.15, calculated.');
    expect(fal.ledger().accepted).toHaveLength(2);
  });

  it('does not take a manifest on stdin for an answer', async () => {
    const { run, fal } = await batchScene();
    const { code, stderr } = await run(['-', '-d', 'out', '--no-report'], {
      stdin: TWO,
      context: { stderr: new Screen() },
    });
    expect(code, stderr).toBe(0);
    expect(fal.ledger().accepted).toHaveLength(2);
  });

  it('adds up the models of the rows', async () => {
    const rows = jsonl(
      { image: 'a.png', prompt: 'one' },
      { images: ['b.png', 'c.png'], prompt: 'two', model: 'flux-2-lora', size: '1024x1024' },
    );
    const { batch } = await batchScene({ 'rows.jsonl': rows });
    expect((await batch('rows.jsonl')).stderr).toContain('2 rows to send, about $0.138, calculated.');
  });
});
