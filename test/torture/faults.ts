import type { Toxic } from '../../src/sandbox/faults/toxics.js';
import type { Dice } from './dice.js';

/** What a network, a gateway and fal can do to requests, one at a time. Each lets the edit be made in the end. */
const FAULTS: readonly Toxic[] = [
  // fal took it, and the answer is lost.
  { type: 'reset_peer', on: 'submit' },
  { type: 'fin', on: 'submit' },
  { type: 'limit_data', on: 'submit', fraction: 0.5 },
  { type: 'status', on: 'submit', code: 502, stream: 'downstream', html: true },
  { type: 'status', on: 'submit', code: 504, stream: 'downstream' },
  // It did not, and does not always say so.
  { type: 'reset_peer', on: 'submit', stream: 'upstream' },
  { type: 'status', on: 'submit', code: 503 },
  { type: 'status', on: 'submit', code: 429, headers: { 'retry-after': '0' } },
  // While it is waited for.
  { type: 'early_end', on: 'stream', events: 1 },
  { type: 'reset_peer', on: 'stream', at: 80 },
  { type: 'status', on: 'result', code: 502, html: true },
  ...[500, 502, 503, 504].map((code) => ({ type: 'status', on: 'result', code }) as const),
  { type: 'garbage', on: 'result' },
  // The picture.
  { type: 'reset_peer', on: 'file', at: 70_000 },
  { type: 'limit_data', on: 'file', fraction: 0.7 },
  { type: 'status', on: 'file', code: 503 },
  // Before and after.
  { type: 'reset_peer', on: 'put' },
  { type: 'status', on: 'history', code: 500 },
];

/** A few faults, each for one request of those that a round has; no request meets two. */
export function someFaults(dice: Dice): Toxic[] {
  const faults = Array.from({ length: dice.whole(2, 6) }, () => ({
    ...dice.pick(FAULTS),
    nth: dice.whole(1, 10),
  }));
  return [...new Map(faults.map((fault) => [`${fault.on} ${fault.nth}`, fault])).values()];
}
