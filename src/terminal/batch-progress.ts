import type { Ora } from 'ora';
import type { OnBatchEvent, RowName } from '../batch/events.js';
import { positionText } from '../batch/manifest/entry.js';
import type { Context } from '../context.js';
import { secondsText, usdText } from '../units.js';
import { harmlessLine } from './plain.js';
import { openSpinner } from './progress.js';
import type { Terminal } from './terminal.js';

/** Shows a batch as it runs: one changing line on a terminal, a line every ten seconds elsewhere; failures always. */
export interface BatchProgress {
  show: OnBatchEvent;
  /** Removes the line, so that later output starts on a clean one. */
  stop: () => void;
}

/** Spending shown in the line. */
export interface Spending {
  spentUsd: number;
  /** Some of it is estimated, since fal has not reported its bill. */
  isEstimate: boolean;
  capUsd: number | undefined;
}

/** Interval between lines without a terminal, in milliseconds. */
const LINE_MS = 10_000;
/** Interval between updates on a terminal, in milliseconds. */
const FRAME_MS = 100;

/** @param spending called whenever the line is made */
export async function openBatchProgress(
  terminal: Terminal,
  context: Context,
  spending: () => Spending,
): Promise<BatchProgress> {
  const tally = new Tally(context.elapsed(), terminal.options.sandbox);
  const spinner = terminal.animated ? await openSpinner(terminal, context) : undefined;
  const text = (): string => tally.text(spending(), context.elapsed());
  const timer = setInterval(
    () => {
      if (spinner !== undefined) spinner.text = harmlessLine(text(), 200);
      else terminal.note(text());
    },
    spinner === undefined ? LINE_MS : FRAME_MS,
  );
  timer.unref();
  const above = (write: () => void): void => withoutLine(spinner, write);
  return {
    show: (event) => {
      tally.take(event);
      switch (event.type) {
        case 'ended':
          if (event.result.state !== 'done')
            above(() => terminal.warn(failureText(event.row, event.result.error)));
          break;
        case 'open':
          above(() => terminal.warn(failureText(event.row, event.result.error ?? event.error)));
          break;
        case 'stopped':
          above(() => terminal.warn(`nothing more is sent. ${event.error.message}`));
          break;
        case 'step':
          if (event.event.type === 'unrecorded') {
            const { requestId, why } = event.event;
            const line = `fal accepted request ${requestId}, but it could not be recorded in the ledger: ${why}`;
            above(() => terminal.error(harmlessLine(line, 2000)));
          }
          break;
        default:
          break;
      }
    },
    stop: () => {
      clearInterval(timer);
      spinner?.stop();
    },
  };
}

function withoutLine(spinner: Ora | undefined, write: () => void): void {
  spinner?.clear();
  write();
  spinner?.render();
}

/** `edits.csv:17 (cat): message`. */
function failureText({ id, place: where }: RowName, error: { message: string } | null): string {
  const name = id === undefined ? positionText(where) : `${positionText(where)} (${id})`;
  return `${name}: ${error?.message ?? 'failed'}`;
}

/** Counts for the line. */
class Tally {
  private total = 0;
  private toDo = 0;
  private done = 0;
  /** Failures of this run: rows that failed earlier may succeed now. */
  private failed = 0;
  private readonly flying = new Map<string, 'sending' | 'queued' | 'running' | 'landing'>();
  private finished = 0;

  constructor(
    private readonly since: number,
    private readonly sandbox: boolean,
  ) {}

  take: OnBatchEvent = (event) => {
    switch (event.type) {
      case 'started':
        this.done = event.counts.done;
        this.total = Object.values(event.counts).reduce((sum, count) => sum + count, 0);
        // A run may go through its rows more than once.
        this.toDo = this.finished + event.toSend + event.toFetch;
        break;
      case 'begun':
        this.flying.set(event.row.key, 'sending');
        break;
      case 'step':
        this.step(event.row.key, event.event.type);
        break;
      case 'retrying':
        this.flying.delete(event.row.key);
        break;
      case 'ended':
        this.land(event.row.key);
        if (event.result.state === 'done') this.done++;
        else this.failed++;
        break;
      case 'left':
      case 'open':
        this.land(event.row.key);
        break;
      case 'stopped':
        break;
    }
  };

  text(spending: Spending, now: number): string {
    const flying = [...this.flying.values()];
    const count = (state: string): number => flying.filter((one) => one === state).length;
    const seconds = (now - this.since) / 1000;
    const rate = seconds > 0 ? this.finished / seconds : 0;
    const left = this.toDo - this.finished;
    return [
      `${this.done} of ${this.total} done`,
      ...(count('running') > 0 ? [`${count('running')} running`] : []),
      ...(count('queued') > 0 ? [`${count('queued')} queued at fal`] : []),
      ...(this.failed > 0 ? [`${this.failed} failed`] : []),
      ...this.money(spending),
      ...(rate > 0 ? [`${rate.toFixed(1)}/s`] : []),
      ...(rate > 0 && left > 0 ? [`${secondsText((left / rate) * 1000)} left`] : []),
    ].join(' · ');
  }

  /** Spending of this run; empty if unknown because the edits were sent by earlier runs. */
  private money({ spentUsd, capUsd, isEstimate }: Spending): string[] {
    if (spentUsd === 0 && capUsd === undefined) return [];
    const spent = `${isEstimate ? 'about ' : ''}${usdText(cents(spentUsd))}`;
    const of = capUsd === undefined ? '' : ` of ${usdText(capUsd)}`;
    return [this.sandbox ? `nothing charged (would be ${spent}${of})` : `${spent}${of}`];
  }

  private step(key: string, type: string): void {
    if (type === 'queued' || type === 'running') this.flying.set(key, type);
    if (type === 'completed') this.flying.set(key, 'landing');
  }

  private land(key: string): void {
    this.flying.delete(key);
    this.finished++;
  }
}

/** Rounds a changing amount to whole cents; less than a cent is not shown as zero. */
function cents(usd: number): number {
  return usd < 0.01 ? usd : Math.round(usd * 100) / 100;
}
