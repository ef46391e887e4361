/*
 * Reuse of the last reading. A finished batch is often run again as a check, for example on every push in CI. If the
 * manifest, settings and files are unchanged, reading the rows again would give the result already in the ledger.
 */
import { createHash, type Hash } from 'node:crypto';
import * as z from 'zod';
import { PREPARATION } from '../../images/prepare.js';
import { everyDigest } from '../../ledger/batch/digests.js';
import { readNote, writeNote } from '../../ledger/batch/notes.js';
import type { Ledger } from '../../ledger/ledger.js';
import { stampNow } from './file-stamp.js';
import type { Entry } from '../manifest/entry.js';
import type { BatchPlan } from '../rows/reading.js';

/** Incremental hash of everything that rows are read from, except their files. */
export class Said {
  private readonly hash: Hash;

  /** @param basis everything that affects rows except their fields and files; a JSON value */
  constructor(basis: unknown) {
    this.hash = createHash('sha256').update(JSON.stringify([PREPARATION, basis]));
  }

  add(entry: Entry): void {
    this.hash.update(`${JSON.stringify(entry)}\n`);
  }

  /** The hash, hexadecimal. Call it once, at the end. */
  text(): string {
    return this.hash.digest('hex');
  }
}

const schema = z.object({ said: z.string(), rows: z.number(), elsewhere: z.number(), equal: z.number() });

/** Notes the result of a reading. @param said undefined if an identical reading could give another result */
export function noteReading(
  { db }: Ledger,
  said: string | undefined,
  { rows, elsewhere, equal }: Pick<BatchPlan, 'rows' | 'elsewhere' | 'equal'>,
): void {
  writeNote(db, 'said', said === undefined ? '' : JSON.stringify({ said, rows, elsewhere, equal }));
}

/**
 * The result of the last reading, if it is still valid; else undefined.
 *
 * @param entries reads the manifest from the beginning; called only if needed
 * @throws any error of reading the manifest
 */
export async function lastReading(
  ledger: Ledger,
  entries: () => AsyncIterable<Entry>,
  basis: unknown,
): Promise<BatchPlan | undefined> {
  // Rows with fingerprints of an earlier version can be recognised only by reading the manifest.
  if (readNote(ledger.db, 'identity') === undefined) return undefined;
  const note = readNote(ledger.db, 'said') ?? '';
  if (note === '' || !everyDigest(ledger, (file, stamp) => stampNow(file) === stamp)) return undefined;
  const { said: before, rows, elsewhere, equal } = schema.parse(JSON.parse(note));
  const said = new Said(basis);
  for await (const entry of entries()) said.add(entry);
  if (said.text() !== before) return undefined;
  return {
    ...{
      rows,
      elsewhere,
      equal,
      invalid: 0,
      problems: 0,
      made: 0,
      isSame: true,
      kept: true,
      unrecognised: [],
    },
    changes: { before: rows, edited: 0, added: 0, removed: 0, reordered: false },
  };
}
