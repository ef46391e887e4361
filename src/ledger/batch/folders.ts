/* Batch folders used on this machine, recorded in the user's ledger: their edits are in their own ledgers. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { LEDGER_FILE } from '../database.js';
import type { Ledger } from '../ledger.js';
import { SENT_HERE } from '../spending.js';

/** A batch folder after its last run. */
export interface KnownFolder {
  /** Absolute. */
  folder: string;
  /** Number of unfinished edits. */
  open: number;
}

/** Whether a batch folder still exists. */
export function isThere({ folder }: Pick<KnownFolder, 'folder'>): boolean {
  return existsSync(path.join(folder, LEDGER_FILE));
}

/** The batch folders of this machine, most recently used first, including missing ones. */
export function knownFolders({ db }: Ledger): KnownFolder[] {
  return db.rows('SELECT folder, open FROM batch_folders ORDER BY used_at DESC, folder') as KnownFolder[];
}

/**
 * Records a batch folder. A moved folder replaces the entry of its old path, with its costs, which would otherwise
 * count twice. In a copy, only the edits that it sends itself count.
 *
 * @param own the batch's ledger
 * @param user the user's ledger
 * @param folder absolute
 */
export function rememberFolder(own: Ledger, user: Ledger, folder: string): void {
  const { first, last, sent, open } = own.db.row(
    `SELECT (SELECT id FROM jobs WHERE ${SENT_HERE} ORDER BY seq LIMIT 1) AS first,
       (SELECT coalesce(max(seq), 0) FROM jobs) AS last,
       (SELECT count(*) FROM jobs WHERE intent_at IS NOT NULL) AS sent,
       (SELECT count(*) FROM jobs WHERE state IN ('intent', 'accepted', 'completed', 'unknown')) AS open`,
  ) as { first: string | null; last: number; sent: number; open: number };
  user.db.transaction(() => {
    const former = user.db.rows(
      'SELECT folder FROM batch_folders WHERE first_job = ? AND folder <> ?',
      ...[first, folder],
    ) as { folder: string }[];
    let isHeir = false;
    for (const gone of former.filter((one) => !isThere(one))) {
      const { edits } = user.db.row(
        'SELECT coalesce(sum(edits), 0) AS edits FROM spent_elsewhere WHERE folder = ?',
        gone.folder,
      ) as { edits: number };
      // An older copy knows fewer edits: the costs of the lost folder stay.
      if (edits > sent) continue;
      user.db.run('DELETE FROM spent_elsewhere WHERE folder = ?', gone.folder);
      user.db.run('DELETE FROM batch_folders WHERE folder = ?', gone.folder);
      isHeir = true;
    }
    const isCopy = former.some(isThere);
    user.db.run(
      `INSERT INTO batch_folders VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
         first_job = excluded.first_job, open = excluded.open, used_at = excluded.used_at,
         copied = CASE WHEN ? THEN 0 ELSE copied END`,
      ...[folder, first, open, user.context.now(), isCopy ? last : 0, isHeir && !isCopy ? 1 : 0],
    );
  });
}
