/* Recovery from a damaged batch ledger: it can be rebuilt from results.jsonl and the pictures. */
import { existsSync, renameSync } from 'node:fs';
import path from 'node:path';
import type { Context } from '../../context.js';
import { FalEditError } from '../../errors/error.js';
import { LEDGER_FILE } from '../../ledger/database.js';
import { isDamaged } from '../../ledger/ledger-error.js';
import { Ledger } from '../../ledger/ledger.js';

/**
 * How far back to ask fal about rows recorded only in a damaged ledger, in milliseconds: fal keeps requests for 30
 * days (fal-api.md 2.4).
 */
const LOOKED_BACK_MS = 28 * 86_400_000;

/**
 * Opens a batch's ledger to rebuild it. Keeps a damaged one under another name.
 *
 * @returns the earliest time that a run known only to the damaged ledger may have begun; undefined if it is intact
 */
export async function openForRebuild(
  folder: string,
  context: Context,
): Promise<{ ledger: Ledger; since: number | undefined }> {
  try {
    const ledger = await Ledger.open(folder, context, 'portable');
    if (ledger.db.isSound()) return { ledger, since: undefined };
    ledger.close();
  } catch (error) {
    if (!isDamaged(error)) throw error;
  }
  setAside(folder);
  return { ledger: await Ledger.open(folder, context, 'portable'), since: context.now() - LOOKED_BACK_MS };
}

/** Error for a ledger that cannot be opened; suggests a rebuild if it is damaged. @param folder as displayed */
export function namingRebuild(error: unknown, folder: string): unknown {
  if (!(error instanceof FalEditError) || !isDamaged(error)) return error;
  return error.with({
    kind: 'usage',
    message: `${path.join(folder, LEDGER_FILE)} is damaged. Nothing was sent.`,
    hint: '--rebuild renames it, makes a new one from results.jsonl and the pictures, and sends nothing.',
    origin: error,
  });
}

function setAside(folder: string): void {
  const file = path.join(folder, LEDGER_FILE);
  let aside = `${file}-damaged`;
  for (let number = 2; existsSync(aside); number++) aside = `${file}-damaged-${number}`;
  renameSync(file, aside);
  for (const end of ['-wal', '-shm', '-journal']) {
    if (existsSync(file + end)) renameSync(file + end, aside + end);
  }
}
