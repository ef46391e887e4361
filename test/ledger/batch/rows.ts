import path from 'node:path';
import { onTestFinished } from 'vitest';
import {
  beginRows,
  putRow,
  rowChanges,
  type BatchRow,
  type RowChanges,
} from '../../../src/ledger/batch/rows.js';
import type { LedgerKind } from '../../../src/ledger/database.js';
import { Ledger } from '../../../src/ledger/ledger.js';
import type { LedgerContext } from '../../../src/ledger/lookup.js';
import { tempDir } from '../../support/temp-dir.js';
import { complete, OUTPUT, intend, picture, plan } from '../machine.js';
import { CONTEXT } from '../opened.js';

/** The ledger of an out-dir, closed when the test ends. */
export async function openBatch(
  folder?: string,
  { kind = 'portable', ...context }: Partial<LedgerContext> & { kind?: LedgerKind } = {},
): Promise<Ledger> {
  const ledger = await Ledger.open(folder ?? (await tempDir()), { ...CONTEXT, ...context }, kind);
  // The power stays on in these tests: they need not wait for the disk.
  if (kind === 'portable') ledger.db.row('PRAGMA synchronous = OFF');
  onTestFinished(() => ledger.close());
  return ledger;
}

export const ENDPOINT = 'fal-ai/flux-general/image-to-image';

/** A row of ten cents; its key says nothing of its place. */
export function batchRow(key: string, position: number, changes: Partial<BatchRow> = {}): BatchRow {
  return {
    key,
    position,
    id: undefined,
    file: 'rows.jsonl',
    line: position + 1,
    endpoint: ENDPOINT,
    usd: 0.1,
    costGrade: 'calculated',
    plan: { prompt: key },
    expected: undefined,
    ...changes,
  };
}

/** A row as a test writes it: its key, or the user's name for it as well. */
export type Written = string | { key: string; id: string };

/** Reads a manifest with these rows, in this order. What has changed since the last one. */
export function readManifest(
  { db }: Ledger,
  rows: readonly Written[],
  changes: Partial<BatchRow> = {},
): RowChanges {
  return db.transaction(() => {
    beginRows(db);
    rows.forEach((written, position) => {
      const { key, id } = typeof written === 'string' ? { key: written, id: undefined } : written;
      putRow(db, batchRow(key, position, { id, ...changes }));
    });
    return rowChanges(db);
  });
}

/** A job with a picture in the folder, another one on its way to it, and one outside of it. */
export function savedIn(ledger: Ledger, folder: string): string {
  const id = plan(ledger, { output: { ...OUTPUT, cwd: folder } });
  intend(ledger, id);
  ledger.accept(id, 'first-request');
  complete(ledger, id, path.join(folder, 'a/cat.png'), path.join(folder, 'dog.png'), '/elsewhere/bird.png');
  ledger.saveImage(id, picture(0, path.join(folder, 'a/cat.png')));
  ledger.saveImage(id, picture(2, '/elsewhere/bird.png'));
  return id;
}
