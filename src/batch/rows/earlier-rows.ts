/*
 * INVARIANT: an edit that was paid for under a fingerprint of version 1 is recognised, or reported as possibly paid
 * for. A row counts as new only if its old fingerprint is certain and is not in this folder.
 */
import { wishV1, type FingerprintInputV1 } from '../../edit/plan/fingerprint-v1.js';
import type { EditPlan } from '../../edit/plan/plan.js';
import { hashOf } from '../../sha256.js';
import { earlierRows, hasEarlierRows, keysWithoutRow } from '../../ledger/batch/earlier.js';
import { isTaken } from '../../ledger/batch/states.js';
import type { Database } from '../../ledger/database.js';
import { withValueAt } from '../../models/fields.js';
import { modelOfJob } from '../../models/registry.js';
import type { Claims } from './claims.js';
import type { FolderIdentity } from '../folder/folder-identity.js';
import { keyOf } from './identity.js';
import type { PlannedRow } from './planned-row.js';

/** Field in which version 1 sent the format of the output's name, for every model. */
const FORMAT = 'output_format';
const FORMATS = ['png', 'jpeg', 'webp'] as const;

/** A row's possible keys under fingerprints of version 1. */
export interface FormerKeys {
  key: string;
  /** Keys for every format that the row may have requested, if no record says which. */
  others: string[];
}

/** Rows of a folder that still have fingerprints of version 1, during one reading of the manifest. */
export class EarlierRows {
  private readonly isAny: boolean;
  /** Keys of edits in a rebuilt ledger whose rows are lost. */
  private readonly rowless: Set<string>;

  constructor(
    private readonly db: Database,
    private readonly claims: Claims,
    private readonly folder: FolderIdentity,
  ) {
    this.rowless = new Set(folder.began === 1 ? keysWithoutRow(db) : []);
    this.isAny = this.rowless.size > 0 || hasEarlierRows(db);
    if (this.isAny) this.index();
  }

  /** Whether {@link keysOf} finds any. */
  isUsed(isShard: boolean): boolean {
    return this.isAny || (isShard && this.folder.began === 1);
  }

  /** The keys that version 1 may have given a row. Call once for each row, in the order of the manifest. */
  keysOf(plan: EditPlan, isShard: boolean): FormerKeys | undefined {
    if (!this.isUsed(isShard)) return undefined;
    const wish = wishV1(this.asThen(plan));
    return { key: keyOf(wish, this.claims.ordinalOf(wish)), others: this.othersOf(plan) };
  }

  /** Keys for every possible format. Repeated rows are numbered separately for each. */
  private othersOf(plan: EditPlan): string[] {
    if (this.rowless.size === 0) return [];
    const bare = withoutFormat(plan.input);
    return [bare, ...FORMATS.map((format) => ({ ...bare, [FORMAT]: format }))].map((input) => {
      const wish = wishV1({ ...plan, input });
      return keyOf(wish, this.claims.ordinalOf(hashOf(['rowless', wish])));
    });
  }

  /**
   * Finds the folder's row that matches a row of the manifest, and removes it from the candidates. Matches by key; or
   * by request if only the format came from another name, or if equal rows were numbered differently.
   *
   * @param former from {@link keysOf}
   * @param byKeyAlone match only by key: by its key the row belongs to another shard, so equal rows here are others
   */
  take(plan: EditPlan, former: FormerKeys | undefined, byKeyAlone: boolean): string | undefined {
    if (!this.isAny || former === undefined) return undefined;
    const given = plan.given[FORMAT];
    const row = this.db.row(
      `SELECT key FROM earlier WHERE key = ?1 OR (?4 = 0 AND same = ?2 AND (?3 IS NULL OR format = ?3))
       ORDER BY key = ?1 DESC, taken DESC, number LIMIT 1`,
      ...[former.key, sameness(plan), typeof given === 'string' ? given : null, byKeyAlone ? 1 : 0],
    ) as { key: string } | undefined;
    if (row !== undefined) this.db.run('DELETE FROM earlier WHERE key = ?', row.key);
    const found = row?.key ?? (byKeyAlone ? undefined : former.others.find((key) => this.rowless.has(key)));
    if (found !== undefined) this.rowless.delete(found);
    return found;
  }

  /**
   * Whether a row that was not found may still have been paid for: its picture was converted for the upload, so its
   * old fingerprint depends on bytes that another release or system produces differently.
   *
   * @param isShard some rows are in other folders and cannot be checked
   */
  mayBeOne(plan: EditPlan, isShard: boolean): boolean {
    if (!this.isAny || isCertain(plan)) return false;
    if (isShard || this.rowless.size > 0) return true;
    const sql = 'SELECT 1 FROM earlier WHERE alike = ? AND taken = 1 LIMIT 1';
    return this.db.row(sql, sameInputKey(plan)) !== undefined;
  }

  /** The edit as version 1 would have planned it: with the format of the folder's rows, unless the user gave one. */
  private asThen(plan: EditPlan): FingerprintInputV1 {
    const { format } = this.folder;
    if (format === undefined || plan.given[FORMAT] !== undefined) return plan;
    return {
      ...plan,
      input: { ...withoutFormat(plan.input), ...(format === null ? {} : { [FORMAT]: format }) },
    };
  }

  private index(): void {
    this.db.exec(`CREATE TEMP TABLE IF NOT EXISTS earlier
        (key TEXT PRIMARY KEY, number INTEGER, same TEXT, alike TEXT, format TEXT, taken INTEGER);
      CREATE INDEX IF NOT EXISTS temp.earlier_same ON earlier (same);
      CREATE INDEX IF NOT EXISTS temp.earlier_alike ON earlier (alike);
      DELETE FROM earlier;`);
    let number = 0;
    for (const { key, endpoint, plan } of earlierRows(this.db)) {
      const { input, attachments, seedIsOurs } = plan as PlannedRow;
      const edit = {
        ...{ model: modelOfJob({ endpoint }), input, seedIsOurs },
        attachments: attachments.map((one) => ({ ...one, upload: one.upload })),
      };
      const format = input[FORMAT];
      this.db.run(
        'INSERT INTO earlier VALUES (?, ?, ?, ?, ?, ?)',
        ...[key, number++, sameness(edit), sameInputKey(edit), typeof format === 'string' ? format : null],
        isTaken(this.db, key) ? 1 : 0,
      );
    }
  }
}

/** Key shared by rows that request the same edit, whatever its format. */
function sameness(edit: FingerprintInputV1): string {
  return wishV1({ ...edit, input: withoutFormat(edit.input) });
}

/** Key shared by rows that request the same edit of files that may differ. */
function sameInputKey({ model, input, attachments, seedIsOurs }: FingerprintInputV1): string {
  const { seed, ...rest } = attachments.reduce<Record<string, unknown>>(
    (whole, { path, upload }) =>
      upload === undefined ? whole : (withValueAt(whole, path, null) as Record<string, unknown>),
    withoutFormat(input),
  );
  return hashOf([model.endpoint, rest, seedIsOurs ? null : seed]);
}

function withoutFormat(input: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(input).filter(([name]) => name !== FORMAT));
}

/** Whether every file was uploaded unchanged, or the result of its conversion is recorded. */
function isCertain({ attachments }: EditPlan): boolean {
  return attachments.every(
    ({ converted, earlierUpload }) => converted === undefined || earlierUpload !== undefined,
  );
}
