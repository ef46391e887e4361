import path from 'node:path';
import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import { onTestFinished } from 'vitest';
import { Ledger } from '../../src/ledger/ledger.js';
import type { LedgerContext } from '../../src/ledger/lookup.js';
import { Secrets } from '../../src/secrets.js';

/** The real clock, and a process that is there. */
export const CONTEXT: LedgerContext = {
  now: () => Date.now(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  self: { host: 'here', pid: 1, started: '1' },
  isRunning: () => true,
  secrets: new Secrets(),
};

/** A ledger that is closed when the test ends. */
export async function open(folder: string): Promise<Ledger> {
  const ledger = await Ledger.open(folder, CONTEXT);
  onTestFinished(() => ledger.close());
  return ledger;
}

/** Another program's connection to the same file. */
export function connect(folder: string): DatabaseSyncInstance {
  const db = new DatabaseSync(path.join(folder, 'ledger.db'));
  onTestFinished(() => {
    if (db.isOpen) db.close();
  });
  return db;
}
