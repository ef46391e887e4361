import fc from 'fast-check';
import type { Ending } from '../../src/ledger/ledger.js';

/** How many processes there are at a time. */
export const SEATS = 3;

/** What happens next; jobs and seats by number, counted around. */
export type Happening =
  | {
      what: 'begin';
      seat: number;
      command: string;
      cents: number;
      detached: boolean;
      again: boolean;
      cap: number;
    }
  | { what: 'intend' | 'finish' | 'own' | 'release' | 'cancelRequested' | 'save'; seat: number; job: number }
  | { what: 'accept'; seat: number; job: number; takenId: boolean }
  | { what: 'complete'; seat: number; job: number; cents: number | undefined }
  | { what: 'end'; seat: number; job: number; state: Ending['state']; charged: Ending['charged'] }
  | { what: 'adopt'; seat: number; known: number | undefined }
  | { what: 'kill'; seat: number }
  | { what: 'clock'; ms: number };

const seat = fc.nat(SEATS - 1);
// Mostly the newest ones, so that lives are lived.
const job = fc.oneof({ weight: 3, arbitrary: fc.nat(2) }, fc.nat(20));
const cents = fc.integer({ min: 1, max: 30 });

export const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      what: fc.constant('begin' as const),
      seat,
      command: fc.constantFrom('a', 'b'),
      cents,
      detached: fc.boolean(),
      again: fc.boolean(),
      cap: fc.constantFrom(50, 1000),
    }),
  },
  { weight: 4, arbitrary: fc.record({ what: fc.constant('intend' as const), seat, job }) },
  {
    weight: 4,
    arbitrary: fc.record({
      what: fc.constantFrom(...(['finish', 'own', 'release', 'cancelRequested', 'save'] as const)),
      seat,
      job,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      what: fc.constant('accept' as const),
      seat,
      job,
      takenId: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, fc.constant(true)),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      what: fc.constant('complete' as const),
      seat,
      job,
      cents: fc.option(fc.nat(30), { nil: undefined }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      what: fc.constant('end' as const),
      seat,
      job,
      state: fc.constantFrom(...(['rejected', 'failed', 'moderated', 'unknown', 'cancelled'] as const)),
      charged: fc.constantFrom(...(['no', 'yes', 'maybe'] as const)),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      what: fc.constant('adopt' as const),
      seat,
      known: fc.option(fc.nat(20), { nil: undefined }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ what: fc.constant('kill' as const), seat }) },
  {
    weight: 1,
    arbitrary: fc.record({ what: fc.constant('clock' as const), ms: fc.integer({ min: -1e6, max: 1e6 }) }),
  },
);
