/*
 * INVARIANT: a batch folder goes on as it began. It keeps the version of its fingerprints, and those of our own
 * defaults that decide what a picture becomes: a later release with other defaults must not make other pictures, or
 * pay again, in a folder that was begun before.
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
  /** Endpoint of the model of rows that name none. */
  model: z.string(),
});

const identity = z.object({
  /** Version of the fingerprints of its rows, apart from rows that no reading has recognised yet. */
  version: z.number(),
  /** Version of the fingerprints that it began with, which still decide the shard of a row. */
  began: z.number(),
  /**
   * For a folder that began with version 1: the format that all its rows asked for, or null for none. Version 1
   * took it from the output's name. Absent if the rows differ.
   */
  format: z.string().nullable().optional(),
  defaults,
});

/** Fingerprint version and defaults of a batch folder, which it keeps for life. */
export type FolderIdentity = z.infer<typeof identity>;
export type Defaults = z.infer<typeof defaults>;

/** The defaults of a folder that begins now. Another one is added here, and to {@link BEFORE} as it was until then. */
const NOW: Defaults = { model: MODELS[0].endpoint };

/** The defaults of folders that were begun before these were noted. */
const BEFORE: Defaults = { model: 'fal-ai/flux-general/image-to-image' };

/** A folder of version 1 of whose rows nothing is left but the edits. */
export const BEGAN_WITH_1: FolderIdentity = { version: FINGERPRINT_VERSION, began: 1, defaults: BEFORE };

/**
 * The identity that a folder began with, from its note or from its rows.
 *
 * @throws FalEditError (input): a newer release makes its fingerprints
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

/** To be noted once, with the first reading that is kept. */
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
