import type { CommandSpec } from '../command.js';
import type { NameOfFlag } from '../flag.js';
import { OUTPUT_FLAGS, PROXY_FLAG } from '../flags/common.js';
import { IDS_NOTE, MODEL_OF_REQUEST_FLAG } from '../flags/earlier.js';

/** Without --timeout: fal gets a few seconds to confirm. */
const FLAGS = [MODEL_OF_REQUEST_FLAG, PROXY_FLAG, ...OUTPUT_FLAGS] as const;

export const CANCEL: CommandSpec<NameOfFlag<typeof FLAGS>> = {
  name: 'cancel',
  words: '[id...]',
  usage: '<id...>',
  summary: 'ask fal to cancel edits',
  about: 'Ask fal to cancel an edit. One that is still in the queue then costs nothing.',
  examples: [['fal-edit cancel last', 'the newest edit']],
  flags: FLAGS,
  notes: [IDS_NOTE],
  exits: [
    [0, 'cancelled'],
    [2, 'no such edit'],
    [3, 'only some were cancelled'],
    [4, 'key'],
    [7, 'fal did not confirm it'],
  ],
  ledger: true,
};
