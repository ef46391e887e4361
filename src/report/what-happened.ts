import type { Measured, ResultRow, RowState } from '../batch/rows/result-row.js';
import { usdText } from '../units.js';
import type { Charged } from '../errors/error.js';

/** Outcome of a row, for people. Texts may be untrusted and have several lines: escape them. */
export interface Happened {
  /** Kind of error (`failed`, `expectation`, …), or the state if there is no error. */
  kind: string;
  /** The outcome in words; never empty. */
  message: string;
  /** The next step; null if there is none. */
  hint: string | null;
  charged: Charged;
}

/** Default message for a row without one. */
const SAID: Record<RowState, { message: string; hint: string | null; charged: Charged }> = {
  pending: { message: 'Not sent.', hint: 'Run the same batch again.', charged: 'no' },
  waiting: {
    message: 'fal accepted it, and not all of its pictures are fetched yet.',
    hint: 'Run the same batch again: it fetches them at no extra cost.',
    charged: 'maybe',
  },
  done: { message: 'Done.', hint: null, charged: 'yes' },
  unmet: { message: 'Its pictures are not as expected.', hint: null, charged: 'yes' },
  failed: { message: 'It ended without a picture.', hint: null, charged: 'maybe' },
  moderated: {
    message: 'The content checker refused it, or blanked a picture.',
    hint: null,
    charged: 'maybe',
  },
  unknown: {
    message: 'It may have been sent; the outcome is unknown.',
    hint: 'Run the same batch again: it asks fal first.',
    charged: 'maybe',
  },
};

/** Outcome of a row: its failed expectations, else its error, else its state. */
export function whatHappened(row: ResultRow): Happened {
  const { state, error } = row;
  const said = SAID[state];
  const misses = state === 'unmet' ? missTexts(row) : [];
  const message = misses.length > 0 ? misses.join('; ') : (error?.message.trim() ?? '');
  return {
    kind: state === 'unmet' ? 'expectation' : (error?.kind ?? state),
    message: message === '' ? said.message : message,
    hint: error?.hint ?? said.hint,
    charged: row.sandbox ? 'no' : (error?.charged ?? said.charged),
  };
}

/** `yes ($0.075)`, `maybe`, `no`: whether a row was charged, and how much fal billed if known. */
export function chargedText(row: ResultRow): string {
  const { charged } = whatHappened(row);
  const billed = row.cost.billed_usd;
  if (row.sandbox) return `no (sandbox${billed === null ? '' : `; would be ${usdText(billed)}`})`;
  return charged === 'no' || billed === null ? charged : `${charged} (${usdText(billed)})`;
}

/** Each expectation that was not met, as a phrase: `min_width: wanted 1024, found 800`. */
export function missTexts({ expectations, images }: Pick<ResultRow, 'expectations' | 'images'>): string[] {
  const several = images.length > 1;
  return expectations
    .filter(({ met }) => !met)
    .map((one) => (several ? `picture ${one.image + 1}: ${missText(one)}` : missText(one)));
}

function missText({ expectation, wanted, found }: Measured): string {
  const what = found === null ? 'it could not be measured' : `found ${found}`;
  return `${expectation}: wanted ${wanted}, ${what}`;
}
