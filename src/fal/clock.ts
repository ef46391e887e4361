import type { Context } from '../context.js';
import type { Answer } from './answer.js';
import type { Connection } from './connection.js';

type Clocks = Pick<Context, 'now' | 'elapsed'>;

/** The date of one answer, and this machine's clocks when it came. */
interface Noted {
  date: number;
  now: number;
  elapsed: number;
}

const noted = new WeakMap<Connection, Noted>();

/** A date that is further from our own clock is no clock's, whichever of the two is wrong: TLS needs them closer. */
const MOST_OFF_MS = 86_400_000;

/** The date that an answer carries, in milliseconds since the epoch; undefined where it carries none, or an absurd one. */
export function dateOf(
  { headers }: Pick<Answer, 'headers'>,
  { now }: Pick<Clocks, 'now'>,
): number | undefined {
  const date = Date.parse(headers.get('date') ?? '');
  return Math.abs(date - now()) <= MOST_OFF_MS ? date : undefined;
}

/** Keeps the date of an answer of fal's, to tell the time by later. */
export function noteDate(connection: Connection, answer: Pick<Answer, 'headers'>, clocks: Clocks): void {
  const date = dateOf(answer, clocks);
  if (date !== undefined) noted.set(connection, { date, now: clocks.now(), elapsed: clocks.elapsed() });
}

/**
 * The time on fal's clock, in whole milliseconds since the epoch, whatever this machine's own clock says; undefined where no
 * answer came this way yet. Rather late than early: one of our clocks may have jumped, and the other one stood still
 * while the machine slept.
 */
export function falTime(connection: Connection, clocks: Clocks): number | undefined {
  const last = noted.get(connection);
  if (last === undefined) return undefined;
  // A date is told in whole seconds, cut off.
  return last.date + 1000 + Math.ceil(Math.max(0, clocks.elapsed() - last.elapsed, clocks.now() - last.now));
}
