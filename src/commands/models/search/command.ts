import type { CommandSpec } from '../../command.js';
import { defineFlags, type NameOfFlag } from '../../flag.js';
import { OUTPUT_FLAGS, PROXY_FLAG, SANDBOX_FLAG, TIMEOUT_FLAG } from '../../flags/common.js';

const FLAGS = defineFlags([
  {
    name: 'limit',
    value: '<n>',
    group: 'Which ones',
    fromProject: 'yes',
    typedOnly: true,
    help: 'show at most this many (default 20)',
  },
  {
    name: 'category',
    value: '<name>',
    group: 'Which ones',
    fromProject: 'yes',
    typedOnly: true,
    help: 'of this category of fal (default image-to-image); any: of all',
  },
  TIMEOUT_FLAG,
  SANDBOX_FLAG,
  PROXY_FLAG,
  ...OUTPUT_FLAGS,
]);

export const SEARCH: CommandSpec<NameOfFlag<typeof FLAGS>> = {
  name: 'models search',
  words: '[word...]',
  usage: '<word...>',
  summary: "find models in fal's catalogue",
  about: "Find models in fal's catalogue: what each takes, and its price. Free.",
  examples: [
    ['fal-edit models search upscale', 'models that enlarge pictures'],
    ['fal-edit models search background removal --limit 5', 'the first five'],
    ['fal-edit models search flux --category any --json', 'of every category, for a script'],
  ],
  flags: FLAGS,
  notes: [
    'No key is needed; with one, the prices are shown. PICTURES is the number of pictures a model edits together, MASK and LORAS whether it takes them. A model that fal-edit cannot use says why. The endpoint is what -m takes.',
  ],
  exits: [
    [0, 'shown'],
    [2, 'no word'],
    [4, 'the key was refused'],
    [7, 'fal cannot be reached'],
  ],
};
