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

/** The date that an answer carries, in milliseconds since the epoch; undefined where it carries none. */
export function dateOf({ headers }: Pick<Answer, 'headers'>): number | undefined {
  const date = Date.parse(headers.get('date') ?? '');
  return Number.isNaN(date) ? undefined : date;
}

/** Keeps the date of an answer of fal's, to tell the time by later. */
export function noteDate(connection: Connection, answer: Pick<Answer, 'headers'>, clocks: Clocks): void {
  const date = dateOf(answer);
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
