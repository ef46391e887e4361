import type { HelpPage } from '../../terminal/help.js';
import {
  CANCEL_FLAGS,
  COSTS_FLAGS,
  REQUESTS_FLAGS,
  RESULT_FLAGS,
  STATUS_FLAGS,
  WAIT_FLAGS,
} from '../flags/control.js';

const IDS = [
  'An id is a request id, its beginning (4 characters or more), one of our own job',
  'ids (j…), or "last". fal-edit requests lists them.',
];

export const REQUESTS_HELP: HelpPage = {
  about: 'List the edits that this machine has sent, the newest first.',
  examples: [
    ['fal-edit requests', 'the last 20'],
    ['fal-edit requests --state accepted,completed', 'what fal has and is not saved here'],
    ['fal-edit requests --since today --json', 'for a script, with all that is known'],
  ],
  usage: 'fal-edit requests [options]',
  flags: REQUESTS_FLAGS,
  footer: [
    'A cost with ~ is an estimate. Where stdout is no terminal, each line has full',
    'ids and its columns are separated by tabs: id, state, age, cost, model, what.',
  ],
};

export const STATUS_HELP: HelpPage = {
  about: 'Say how far an edit is, here and at fal. Changes nothing.',
  examples: [
    ['fal-edit status last', 'the newest edit'],
    ['fal-edit status 764cabcf 9f3a11c0 --json', 'two of them, for a script'],
  ],
  usage: 'fal-edit status <id...> [options]',
  flags: STATUS_FLAGS,
  footer: IDS,
};

export const WAIT_HELP: HelpPage = {
  about: 'Wait for an edit that fal has, and save it. Costs nothing further.',
  examples: [
    ['fal-edit wait last', 'save it where the edit would have'],
    ['fal-edit wait --unfinished', 'bring home all that is paid for, after a crash'],
    ['fal-edit wait 764cabcf -o snow.png', 'save it somewhere else'],
    ['fal-edit wait 764cabcf 9f3a11c0 -o out/', 'several, into a folder'],
  ],
  usage: 'fal-edit wait <id...|--unfinished> [options]',
  flags: WAIT_FLAGS,
  footer: IDS,
};

export const RESULT_HELP: HelpPage = {
  about: "Print fal's answer to an edit, as JSON, and nothing else.",
  examples: [['fal-edit result last', 'from the ledger, from fal, or from its history']],
  usage: 'fal-edit result <id> [options]',
  flags: RESULT_FLAGS,
  footer: IDS,
};

export const CANCEL_HELP: HelpPage = {
  about: 'Ask fal to cancel an edit. One that waits in the queue costs nothing then.',
  examples: [['fal-edit cancel last', 'the newest edit']],
  usage: 'fal-edit cancel <id...> [options]',
  flags: CANCEL_FLAGS,
  footer: IDS,
};

export const COSTS_HELP: HelpPage = {
  about: 'Say what the edits of this machine have cost.',
  examples: [
    ['fal-edit costs', 'a line a model'],
    ['fal-edit costs --since 7d --by day', 'the last seven days'],
  ],
  usage: 'fal-edit costs [options]',
  flags: COSTS_FLAGS,
  footer: [
    'billed: as fal said. estimated: fal took it and has not said. unknown: it may',
    'have been sent, and counts as spent until fal-edit reconcile knows better.',
  ],
};
