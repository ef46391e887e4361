import { type FalEditError, fieldError, usageError } from '../../errors/error.js';
import { allowed } from '../../models/allowed.js';
import { didYouMean } from '../../near-name.js';
import type { OutputFormat } from '../../models/request.js';
import { pairsOf, valueText } from './pairs.js';
import { expectationValues } from './values.js';

/** The expectations of a result. Absent ones are not checked. */
export interface Expectations {
  /** Pixels, at least 1. */
  minWidth?: number;
  /** Size of the file, at least 1. */
  maxBytes?: number;
  format?: OutputFormat;
  /** 0..1: largest difference from the input (1 − SSIM). */
  maxChange?: number;
  /** 0..1: smallest difference from the input (1 − SSIM). */
  minChange?: number;
  /** true: not a single even colour, and not black. false: not checked, even if a default would check it. */
  notBlank?: boolean;
}

type Key = keyof Expectations;

/** Names of the expectations in manifests and flags, in the order of documents and measurements. */
export const EXPECTATION_NAMES = {
  minWidth: 'min_width',
  maxBytes: 'max_bytes',
  format: 'format',
  maxChange: 'max_change',
  minChange: 'min_change',
  notBlank: 'not_blank',
} as const satisfies Record<Key, string>;

const ENTRIES = Object.entries(EXPECTATION_NAMES) as [Key, string][];
const NAMES = ENTRIES.map(([, name]) => name);

/**
 * Reads expectations from an object in a manifest (snake_case or kebab-case keys), from a text like
 * `min_width=1024,format=png` (a CSV cell or one `--expect` value), or from a list of such texts. Later ones override
 * earlier ones of the same name. A missing value or blank text means no expectations.
 *
 * @param where name of the source in messages: `expect` or `--expect`
 * @throws FalEditError (usage): an unknown name (with the nearest known one), an invalid value (with the valid ones),
 * or a minimum change above the maximum
 */
export function readExpectations(value: unknown, where: string): Expectations {
  const given: Partial<Record<Key, unknown>> = {};
  for (const [written, wanted] of pairsOf(value, where)) given[keyOf(written, where)] = wanted;
  const { data, error } = expectationValues.safeParse(given);
  if (error !== undefined) throw valueError(given, error.issues[0]?.path[0] as Key, where);
  const { minChange = 0, maxChange = 1 } = data;
  if (minChange > maxChange) {
    throw fieldError(
      where,
      `min_change (${minChange}) must not be greater than max_change (${maxChange}).`,
      'Lower min_change, raise max_change, or remove one of them.',
    );
  }
  return data;
}

/** Expectations under their manifest names, for messages, the ledger and reports. Keys are in a fixed order. */
export function expectationsDocument(expectations: Expectations): Record<string, number | string | boolean> {
  return Object.fromEntries(
    ENTRIES.flatMap(([key, name]) => {
      const wanted = expectations[key];
      return wanted === undefined ? [] : [[name, wanted]];
    }),
  );
}

/** Whether measuring needs the input picture. */
export function needsInput({ minChange, maxChange }: Expectations): boolean {
  return minChange !== undefined || maxChange !== undefined;
}

function keyOf(written: string, where: string): Key {
  const name = written.trim().replaceAll('-', '_');
  const entry = ENTRIES.find(([, known]) => known === name);
  if (entry !== undefined) return entry[0];
  throw fieldError(
    where,
    `unknown expectation ${valueText(written)}. Choose from ${NAMES.join(', ')}.`,
    didYouMean(name, NAMES, undefined),
  );
}

function valueError(given: Partial<Record<Key, unknown>>, key: Key, where: string): FalEditError {
  const words = allowed(expectationValues.shape[key]);
  return usageError(`${where} ${EXPECTATION_NAMES[key]} must be ${words}, not ${valueText(given[key])}.`);
}
