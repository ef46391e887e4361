import {
  CANCEL_FLAGS,
  COSTS_FLAGS,
  REQUESTS_FLAGS,
  RESULT_FLAGS,
  STATUS_FLAGS,
  WAIT_FLAGS,
} from './control.js';
import { BATCH_FLAGS } from './batch.js';
import { EDIT_FLAGS } from './edit.js';
import { COMPARE_FLAGS, PICK_FLAGS } from './compare.js';
import { MIGRATE_FLAGS } from './migrate.js';
import { MODELS_FLAGS } from './models.js';
import { RECONCILE_FLAGS } from './reconcile.js';
import { SANDBOX_FLAGS } from './sandbox.js';
import { SWEEP_FLAGS } from './sweep.js';
import type { Flag } from './flag.js';

const OF_ANY: readonly Flag[] = [
  // Of two flags of one name the last is taken: the prompt of an edit is one, not a list.
  ...[...COMPARE_FLAGS, ...PICK_FLAGS, ...SWEEP_FLAGS],
  ...EDIT_FLAGS,
  ...BATCH_FLAGS,
  ...MODELS_FLAGS,
  ...MIGRATE_FLAGS,
  ...REQUESTS_FLAGS,
  ...STATUS_FLAGS,
  ...WAIT_FLAGS,
  ...RESULT_FLAGS,
  ...CANCEL_FLAGS,
  ...RECONCILE_FLAGS,
  ...COSTS_FLAGS,
  ...SANDBOX_FLAGS,
];

/** Every flag that any command has, once: what FAL_EDIT_* variables and config files may name. */
export const ALL_FLAGS: readonly Flag[] = [...new Map(OF_ANY.map((flag) => [flag.name, flag])).values()];

/** The same for a command: of two flags of one name, its own. */
export function flagsFor(own: readonly Flag[]): Flag[] {
  const names = new Set(own.map(({ name }) => name));
  return [...ALL_FLAGS.filter(({ name }) => !names.has(name)), ...own];
}
