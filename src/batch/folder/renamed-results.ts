/*
 * Updates results.jsonl after the ledger has changed keys or file names of rows that had already ended, and removes
 * secrets that an earlier version wrote.
 */
import { createReadStream, existsSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { FINGERPRINT_VERSION } from '../../edit/plan/fingerprint.js';
import { isCleaned, noteCleaned } from '../../ledger/batch/cleaning.js';
import { readNote, writeNote } from '../../ledger/batch/notes.js';
import { presentKeys } from '../../ledger/batch/earlier.js';
import { findRow } from '../../ledger/batch/states.js';
import type { Ledger } from '../../ledger/ledger.js';
import type { Secrets } from '../../secrets.js';
import { resultOf } from '../run/result.js';
import type { ResultRow } from '../rows/result-row.js';

/**
 * Notes that lines are outdated. Call it in the transaction that changes them: if the run is then killed, the next one
 * updates the file.
 */
export function noteRenamed({ db }: Pick<Ledger, 'db'>): void {
  writeNote(db, 'renamed', '1');
}

/**
 * Rewrites the file if its lines are outdated or contain a secret, in the same order.
 *
 * @param file absolute
 */
export async function catchUpResults(file: string, outDir: string, ledger: Ledger): Promise<void> {
  const { db } = ledger;
  const isBehind = (readNote(db, 'renamed') ?? '') !== '';
  const isUnclean = !isCleaned(db, 'cleaned_results');
  if (!isBehind && !isUnclean) return;
  if (existsSync(file) && (isBehind || (await holdsSecret(file, db.secrets)))) {
    const fresh = `${file}.part`;
    const keys = presentKeys(ledger.db);
    // Left by a killed run, or a malicious link that leads out of the folder.
    await rm(fresh, { force: true });
    const handle = await open(fresh, 'wx');
    try {
      const lines = createInterface({ input: createReadStream(file), crlfDelay: Infinity });
      for await (const line of lines) {
        if (line !== '') await handle.appendFile(`${presentLine(line, outDir, ledger, keys)}\n`);
      }
      await handle.sync();
    } catch (error) {
      await rm(fresh, { force: true });
      throw error;
    } finally {
      await handle.close();
    }
    await rename(fresh, file);
  }
  if (isBehind) writeNote(db, 'renamed', '');
  if (isUnclean) noteCleaned(db, 'cleaned_results');
}

async function holdsSecret(file: string, secrets: Secrets): Promise<boolean> {
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
    if (secrets.redact(line) !== line) return true;
  }
  return false;
}

/** A line as it should be now. A torn line stays: it is cut off when the file is next opened. */
function presentLine(
  line: string,
  outDir: string,
  ledger: Ledger,
  keys: ReadonlyMap<string, string>,
): string {
  let before: ResultRow;
  try {
    before = JSON.parse(line) as ResultRow;
  } catch {
    return line;
  }
  const key = keys.get(before.key) ?? before.key;
  const row = findRow(ledger, key);
  const isCounting = row?.job !== undefined && row.job.id === before.job;
  const { images } = isCounting ? resultOf(row, outDir) : before;
  const version = keys.has(before.key) ? { fingerprint: FINGERPRINT_VERSION } : {};
  return JSON.stringify(ledger.db.secrets.redactIn({ ...before, key, ...version, images }));
}
