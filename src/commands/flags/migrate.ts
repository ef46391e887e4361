import { OUTPUT_FLAGS } from './common.js';
import type { ExclusiveFlags, Flag } from './flag.js';

const WHAT = 'What to translate';
const RESULT = 'What comes out';

/** The flags of `fal-edit migrate`. */
export const MIGRATE_FLAGS: readonly Flag[] = [
  {
    name: 'to',
    value: '<model>',
    group: WHAT,
    fromProject: 'yes',
    help: 'the model to translate for; the usual other one if not given',
  },
  {
    name: 'from',
    value: '<model>',
    group: WHAT,
    fromProject: 'yes',
    help: 'the model that the request was made for, where it names none',
  },
  {
    name: 'keep-loras',
    group: WHAT,
    fromProject: 'yes',
    help: 'keep LoRAs that were trained for the old base model, where they fit the limits',
  },
  {
    name: 'as',
    value: '<form>',
    group: RESULT,
    fromProject: 'yes',
    help: 'json (default), curl, js, python, fal-edit; a manifest becomes a manifest if not given',
  },
  ...OUTPUT_FLAGS,
];

/** The document and the forms both want stdout. */
export const MIGRATE_EXCLUSIVE: ExclusiveFlags = [['json', 'as']];
