import { Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, test, vi } from 'vitest';
import type { BatchEvent } from '../../src/batch/events.js';
import { systemContext, type Output } from '../../src/context.js';
import { FalEditError } from '../../src/errors/error.js';
import { openBatchProgress, type Spending } from '../../src/terminal/batch-progress.js';
import { openTerminal } from '../../src/terminal/terminal.js';
import { begun, ended, nameOf, open, retrying, started, step } from './batch-events.js';
import { Screen } from './screen.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

interface Settings {
  quiet?: boolean;
  stderr?: Output;
  spending?: Spending;
}

/** A batch that is shown, and a clock to move. */
async function shown({ quiet = false, stderr, spending }: Settings = {}) {
  let text = '';
  const lines: Output = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      text += chunk.toString();
      done();
    },
  });
  let now = 5_000;
  const elapsed = (): number => now;
  const context = {
    ...systemContext(new AbortController().signal),
    stderr: stderr ?? lines,
    elapsed,
    env: {},
  };
  const options = {
    quiet,
    verbose: false,
    debug: false,
    noColor: true,
    sandbox: false,
    redact: (line: string) => line,
  };
  const progress = await openBatchProgress(await openTerminal(context, options), context, () => ({
    ...(spending ?? { spentUsd: 0, isEstimate: false, capUsd: undefined }),
  }));
  const pass = (seconds: number): void => {
    now += seconds * 1000;
    vi.advanceTimersByTime(seconds * 1000);
  };
  const show = (...events: BatchEvent[]): void => events.forEach(progress.show);
  return { show, pass, stop: progress.stop, lines: () => text.split('\n').slice(0, -1) };
}

/** The line that stands for these events after ten seconds. */
async function lineAfter(events: BatchEvent[], spending?: Spending): Promise<string> {
  const { show, pass, lines } = await shown(spending === undefined ? {} : { spending });
  show(...events);
  pass(10);
  return lines().at(-1)!;
}

describe('the line', () => {
  test.each<[string, BatchEvent[], string]>([
    ['counts what was done before', [started({ done: 2, pending: 3 }, 3)], '2 of 5 done'],
    [
      'tells running from queued at fal',
      [
        started({ pending: 4 }, 4),
        ...['a', 'b', 'c', 'd'].map(begun),
        step('a', { type: 'queued', position: 3 }),
        step('b', { type: 'queued', position: 3 }),
        step('b', { type: 'running' }),
        step('c', { type: 'running' }),
      ],
      '0 of 4 done · 2 running · 1 queued at fal',
    ],
    [
      'says how fast it goes, and how long it will take',
      [started({ pending: 4 }, 4), begun('a'), ended('a'), begun('b'), ended('b')],
      '2 of 4 done · 0.2/s · 10.0 s left',
    ],
    [
      'says no time where nothing is left',
      [started({ pending: 1 }, 1), begun('a'), ended('a')],
      '1 of 1 done · 0.1/s',
    ],
    [
      'counts what failed, was moderated and is not as expected as failed',
      [started({ pending: 3 }, 3), ended('a', 'failed'), ended('b', 'moderated'), ended('c', 'unmet')],
      '0 of 3 done · 3 failed · 0.3/s',
    ],
    [
      'does not call a row failed that failed in an earlier run and is well now',
      [started({ done: 1, failed: 1 }, 1), begun('a'), ended('a')],
      '2 of 2 done · 0.1/s',
    ],
    [
      'counts a row once that fails again',
      [started({ done: 1, failed: 1 }, 1), begun('a'), ended('a', 'failed')],
      '1 of 2 done · 1 failed · 0.1/s',
    ],
    [
      'counts no row as failed that is tried again',
      [started({ pending: 1 }, 1), begun('a'), step('a', { type: 'running' }), retrying('a')],
      '0 of 1 done',
    ],
    [
      'knows what fal has and is only fetched',
      [started({ waiting: 2 }, 0, 2), begun('a'), ended('a')],
      '1 of 2 done · 0.1/s · 10.0 s left',
    ],
    [
      'counts rows that are only sent as over',
      [started({ pending: 2 }, 2), begun('a'), { type: 'left', row: nameOf('a'), requestId: 'r' }],
      '0 of 2 done · 0.1/s · 10.0 s left',
    ],
    [
      'goes on counting where rows are looked at once more',
      [
        started({ pending: 3 }, 3),
        ended('a'),
        open('b', 'nobody knows'),
        started({ done: 1, pending: 1, waiting: 1 }, 1, 1),
        ended('b'),
      ],
      '2 of 3 done · 0.3/s · 3.3 s left',
    ],
  ])('%s', async (_, events, line) => {
    expect(await lineAfter(events)).toBe(line);
  });

  test.each<[Spending, string]>([
    [{ spentUsd: 0.15, isEstimate: false, capUsd: 1 }, '0 of 1 done · $0.15 of $1.00'],
    [{ spentUsd: 0.15, isEstimate: true, capUsd: undefined }, '0 of 1 done · about $0.15'],
    [{ spentUsd: 0.003, isEstimate: false, capUsd: undefined }, '0 of 1 done · $0.003'],
    [{ spentUsd: 0, isEstimate: false, capUsd: 0 }, '0 of 1 done · $0.00 of $0.00'],
    [{ spentUsd: 0, isEstimate: false, capUsd: undefined }, '0 of 1 done'],
    [{ spentUsd: 12.3456789, isEstimate: false, capUsd: 20.5 }, '0 of 1 done · $12.35 of $20.50'],
  ])('tells what is spent of what may be: %j', async (spending, line) => {
    expect(await lineAfter([started({ pending: 1 }, 1)], spending)).toBe(line);
  });
});

describe('without a terminal', () => {
  it('is a line every ten seconds, and not one more', async () => {
    const { show, pass, stop, lines } = await shown();
    show(started({ pending: 2 }, 2), begun('a'));
    pass(9);
    expect(lines()).toEqual([]);
    pass(1);
    expect(lines()).toEqual(['0 of 2 done']);
    show(ended('a'));
    pass(5);
    expect(lines()).toHaveLength(1);
    pass(25);
    expect(lines()).toHaveLength(4);
    stop();
    pass(60);
    expect(lines()).toHaveLength(4);
  });

  it('tells each failure when it happens, by the name that people know the row by', async () => {
    const { show, lines } = await shown();
    show(started({ pending: 4 }, 4), ended('a', 'failed', 'it broke', 'cat'), ended('b', 'moderated', 'no'));
    show(ended('c', 'unmet', 'too small'), ended('d'), open('e', 'nobody knows'));
    expect(lines()).toEqual([
      'warning: rows.csv:17 (cat): it broke',
      'warning: rows.csv:17: no',
      'warning: rows.csv:17: too small',
      'warning: rows.csv:17: nobody knows',
    ]);
  });

  it('lets nothing of a manifest or of fal into the terminal', async () => {
    const { show, lines } = await shown();
    show(ended('a', 'failed', 'red \u001b[31m\r\nover \u0007two lines', 'id\u001b]0;title\u0007'));
    expect(lines()).toEqual(['warning: rows.csv:17 (id): red over two lines']);
  });

  it('says why nothing more is sent', async () => {
    const { show, lines } = await shown();
    show({ type: 'stopped', error: new FalEditError('budget', 'The money is spent.') });
    expect(lines()).toEqual(['warning: nothing more is sent. The money is spent.']);
  });

  it('--quiet shows only what must not be lost', async () => {
    const { show, pass, lines } = await shown({ quiet: true });
    show(started({ pending: 1 }, 1), begun('a'));
    show(step('a', { type: 'unrecorded', requestId: 'r-1', why: 'the disk is full' }));
    pass(60);
    expect(lines()).toEqual([
      'fal accepted request r-1, but it could not be recorded in the ledger: the disk is full',
    ]);
  });
});

describe('on a terminal', () => {
  const line = (screen: Screen): string => screen.shown().at(-1)!.replace(/^\S+ /, '');

  it('is one line that changes', async () => {
    const stderr = new Screen();
    const { show, pass, stop } = await shown({ stderr });
    show(started({ pending: 2 }, 2), begun('a'));
    pass(1);
    expect(stderr.shown()).toHaveLength(1);
    expect(line(stderr)).toBe('0 of 2 done');
    show(ended('a'));
    pass(1);
    expect(stderr.shown()).toHaveLength(1);
    expect(line(stderr)).toBe('1 of 2 done · 0.5/s · 2.0 s left');
    stop();
    expect(stderr.shown()).toEqual([]);
  });

  it('has failures above it', async () => {
    const stderr = new Screen();
    const { show, pass } = await shown({ stderr });
    show(started({ pending: 2 }, 2), begun('a'), begun('b'));
    pass(1);
    show(ended('a', 'failed', 'first'));
    pass(1);
    show(ended('b', 'failed', 'second'));
    pass(1);
    expect(stderr.shown()).toHaveLength(3);
    expect(stderr.shown().slice(0, 2)).toEqual([
      'warning: rows.csv:17: first',
      'warning: rows.csv:17: second',
    ]);
    expect(line(stderr)).toBe('0 of 2 done · 2 failed · 0.7/s');
  });

  it('takes the line away, and the cursor comes back', async () => {
    const stderr = new Screen();
    const { show, pass, stop } = await shown({ stderr });
    show(started({ pending: 1 }, 1), ended('a', 'failed', 'broken'));
    pass(1);
    stop();
    pass(60);
    expect(stderr.shown()).toEqual(['warning: rows.csv:17: broken']);
    expect(stderr.raw.lastIndexOf('\u001b[?25h')).toBeGreaterThan(stderr.raw.lastIndexOf('\u001b[?25l'));
  });
});
