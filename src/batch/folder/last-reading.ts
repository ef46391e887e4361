/*
 * A batch that is done is run again to make sure of that, with every push in CI. Where the manifest, the settings and
 * the files are as they were, a reading would find what the last one found, and the ledger has that.
 */
import { createHash, type Hash } from 'node:crypto';
import * as z from 'zod';
import { everyDigest } from '../../ledger/batch/digests.js';
import { readNote, writeNote } from '../../ledger/batch/notes.js';
import type { Ledger } from '../../ledger/ledger.js';
import { stampNow } from './file-stamp.js';
import type { Entry } from '../manifest/entry.js';
import type { BatchPlan } from '../rows/reading.js';

/** All that rows were read from but their files, as a hash that grows with each of them. */
export class Said {
  private readonly hash: Hash;

  /** @param basis all that decides what becomes of a row, but its fields and files; a JSON value */
  constructor(basis: unknown) {
    this.hash = createHash('sha256').update(JSON.stringify(basis));
  }

  add(entry: Entry): void {
    this.hash.update(`${JSON.stringify(entry)}\n`);
  }

  /** Hexadecimal; to be asked once, at the end. */
  text(): string {
    return this.hash.digest('hex');
  }
}

const schema = z.object({ said: z.string(), rows: z.number(), elsewhere: z.number(), equal: z.number() });

/** Notes what a reading found. @param said undefined where another one may find something else all the same */
export function noteReading(
  { db }: Ledger,
  said: string | undefined,
  { rows, elsewhere, equal }: Pick<BatchPlan, 'rows' | 'elsewhere' | 'equal'>,
): void {
  writeNote(db, 'said', said === undefined ? '' : JSON.stringify({ said, rows, elsewhere, equal }));
}

/**
 * The result of a reading, without reading again; undefined if that is not known.
 *
 * @param entries reads the manifest from the beginning; not called if it is not needed
 * @throws any error of reading the manifest
 */
export async function lastReading(
  ledger: Ledger,
  entries: () => AsyncIterable<Entry>,
  basis: unknown,
): Promise<BatchPlan | undefined> {
  // Rows under fingerprints of an earlier version are recognised only by reading the rows.
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
