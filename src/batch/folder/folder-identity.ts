/*
 * INVARIANT: a batch folder keeps the version of its fingerprints, and those of our defaults that affect its pictures:
 * a later release with other defaults must not make different pictures, or pay again, in an older folder.
 */
import * as z from 'zod';
import { FINGERPRINT_VERSION } from '../../edit/plan/fingerprint.js';
import { inputError } from '../../errors/error.js';
import type { Database } from '../../ledger/database.js';
import { readNote, writeNote } from '../../ledger/batch/notes.js';
import { earlierRows } from '../../ledger/batch/earlier.js';
import { MODELS } from '../../models/registry.js';
import type { PlannedRow } from '../rows/planned-row.js';

const defaults = z.object({
  /** Endpoint of the model for rows that name none. */
  model: z.string(),
});

const identity = z.object({
  /** Fingerprint version of its rows, except rows that no reading has recognised yet. */
  version: z.number(),
  /** Fingerprint version that it began with, which still decides each row's shard. */
  began: z.number(),
  /**
   * For a folder that began with version 1, which took the format from the output's name: the format that all rows
   * requested, or null for none. Absent if the rows differ.
   */
  format: z.string().nullable().optional(),
  defaults,
});

/** Fingerprint version and defaults of a batch folder, which never change. */
export type FolderIdentity = z.infer<typeof identity>;
export type Defaults = z.infer<typeof defaults>;

/** Defaults of new folders. When adding one, also add its previous value to {@link BEFORE}. */
const NOW: Defaults = { model: MODELS[0].endpoint };

/** Defaults of folders created before defaults were recorded. */
const BEFORE: Defaults = { model: 'fal-ai/flux-general/image-to-image' };

/** A folder of version 1 with edits but no rows. */
export const BEGAN_WITH_1: FolderIdentity = { version: FINGERPRINT_VERSION, began: 1, defaults: BEFORE };

/**
 * The identity that a folder began with, from its note or its rows.
 *
 * @throws FalEditError (input): its fingerprints were made by a newer release
 */
export function folderIdentity(db: Database): FolderIdentity {
  const note = readNote(db, 'identity');
  if (note === undefined) return unnoted(db);
  const noted = identity.parse(JSON.parse(note));
  if (noted.version <= FINGERPRINT_VERSION) return noted;
  throw inputError(`${db.file} was written by a newer fal-edit. Nothing was sent.`, {
    hint: 'Update fal-edit.',
  });
}

/** Records the identity, with the first reading that is kept. Call it once. */
export function noteIdentity(db: Database, noted: FolderIdentity): void {
  if (readNote(db, 'identity') === undefined) writeNote(db, 'identity', JSON.stringify(noted));
}

function unnoted(db: Database): FolderIdentity {
  const formats = new Set<string | null>();
  let isEarlier = false;
  for (const { plan } of earlierRows(db)) {
    isEarlier = true;
    const format = (plan as PlannedRow).input['output_format'];
    formats.add(typeof format === 'string' ? format : null);
  }
  if (!isEarlier) return { version: FINGERPRINT_VERSION, began: FINGERPRINT_VERSION, defaults: NOW };
  const [format] = formats;
  return {
    ...{ version: FINGERPRINT_VERSION, began: 1, defaults: BEFORE },
    ...(formats.size === 1 ? { format } : {}),
  };
}
