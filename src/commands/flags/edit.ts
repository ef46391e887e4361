/*
 * The flags of one edit. A batch takes most of them as defaults of its rows, a comparison and a sweep as those of their
 * cells. Each flag lists its commands, and its wording for them.
 */
import type { EditingFlag } from '../flag.js';
import type { OutputFormat, RequestKey } from '../../models/request.js';
import { MODEL_WORDS } from '../../models/words.js';
import {
  CANCEL_ON_TIMEOUT_FLAG,
  FORCE_FLAG,
  OUTPUT_FLAGS,
  PROXY_FLAG,
  SANDBOX_FLAG,
  TIMEOUT_FLAG,
} from './common.js';

const EVERYWHERE = { edit: {}, batch: {}, compare: {}, sweep: {} } as const;
const NOT_COMPARE = { edit: {}, batch: {}, sweep: {} } as const;

const SAME_PROMPTS = 'every model gets the same prompts: -p';
const OWN_NAMES = 'the results have names of their own';

const ALL_MODELS = MODEL_WORDS.map(({ name }) => name).join(', ');

/** ` (flux-general, flux-dev)`: the models that have a setting; empty if all have it. */
function modelsWith(key: RequestKey): string {
  const names = MODEL_WORDS.filter(({ takes }) => takes.includes(key)).map(({ name }) => name);
  return names.length === MODEL_WORDS.length ? '' : ` (${names.join(', ')})`;
}

function modelsFor(format: OutputFormat): string {
  return MODEL_WORDS.filter(({ formats }) => formats.includes(format))
    .map(({ name }) => name)
    .join(', ');
}

/** Pictures, prompt and model settings: a row may set these for itself. */
const REQUEST_FLAGS = [
  {
    name: 'image',
    short: 'i',
    value: '<path|url|->',
    group: 'What to edit',
    repeatable: true,
    fromProject: 'inside-folder',
    help: 'a picture to edit, the same as <image>; repeatable',
    in: { edit: {}, batch: { help: 'the picture for rows that name none; repeatable' } },
    fills: 'images',
    perRow: true,
    comparedAlike: 'every model gets the same pictures',
    notVaried: 'Name the pictures on the command line: several are an axis by themselves.',
  },
  {
    name: 'prompt',
    short: 'p',
    value: '<text>',
    group: 'What to edit',
    fromProject: 'yes',
    help: 'what the picture should become',
    in: {
      ...NOT_COMPARE,
      compare: {
        group: 'What to compare',
        repeatable: true,
        help: 'what the pictures should become; repeatable: each prompt with each picture',
      },
    },
    fills: 'prompt',
    perRow: true,
    comparedAlike: SAME_PROMPTS,
  },
  {
    name: 'prompt-file',
    value: '<path|->',
    group: 'What to edit',
    fromProject: 'trusted',
    help: 'read the prompt from a file',
    in: { ...NOT_COMPARE, compare: { group: 'What to compare' } },
    fills: 'prompt',
    perRow: true,
    comparedAlike: SAME_PROMPTS,
  },
  {
    name: 'model',
    short: 'm',
    value: '<name>',
    group: 'What to edit',
    fromProject: 'yes',
    help: `${ALL_MODELS}, or an endpoint id (default ${MODEL_WORDS[0]?.name ?? ''})`,
    in: NOT_COMPARE,
    perRow: true,
    comparedAlike: 'the models are those of --models',
  },
  {
    name: 'strength',
    value: '<0.01..1>',
    group: 'Model settings',
    decimal: true,
    fromProject: 'yes',
    help: `1 remakes the picture, near 0 keeps it${modelsWith('strength')}`,
    in: EVERYWHERE,
    fills: 'strength',
    isNumber: true,
    perRow: true,
  },
  {
    name: 'image-strength',
    value: '<0.01..1>',
    group: 'Model settings',
    decimal: true,
    hidden: true,
    fromProject: 'yes',
    help: 'the same as --strength',
    in: EVERYWHERE,
    fills: 'strength',
    isNumber: true,
    perRow: true,
  },
  {
    name: 'lora',
    value: '<path|url|id[@scale]>',
    group: 'Model settings',
    repeatable: true,
    fromProject: 'inside-folder',
    help: `a LoRA, e.g. owner/style@0.8; repeatable${modelsWith('loras')}`,
    in: EVERYWHERE,
    fills: 'loras',
    perRow: true,
  },
  {
    name: 'steps',
    value: '<n>',
    group: 'Model settings',
    fromProject: 'yes',
    help: `denoising steps, up to 50${modelsWith('steps')}`,
    in: EVERYWHERE,
    fills: 'steps',
    isNumber: true,
    perRow: true,
  },
  {
    name: 'guidance',
    value: '<0..20>',
    group: 'Model settings',
    decimal: true,
    fromProject: 'yes',
    help: `how closely to follow the prompt${modelsWith('guidance')}`,
    in: EVERYWHERE,
    fills: 'guidance',
    isNumber: true,
    perRow: true,
  },
  {
    name: 'seed',
    value: '<n|random>',
    group: 'Model settings',
    fromProject: 'yes',
    help: 'repeat an earlier edit (default random; shown)',
    in: {
      ...{ edit: {}, batch: {} },
      compare: {
        group: 'What to compare',
        value: '<n>',
        help: 'the first seed; the others follow it (default 1)',
      },
      sweep: { value: '<n>', help: 'the first seed (default 1)' },
    },
    fills: 'seed',
    isNumber: true,
    perRow: true,
    comparedAlike: 'every model gets the same seeds: --seed, --seeds',
  },
  {
    name: 'negative-prompt',
    value: '<text>',
    group: 'Model settings',
    fromProject: 'yes',
    help: `what the picture should not show${modelsWith('negativePrompt')}`,
    in: EVERYWHERE,
    fills: 'negativePrompt',
    perRow: true,
  },
  {
    name: 'acceleration',
    value: '<none|regular|high>',
    group: 'Model settings',
    fromProject: 'yes',
    help: `trade quality for speed${modelsWith('acceleration')}`,
    in: EVERYWHERE,
    fills: 'acceleration',
    perRow: true,
  },
  {
    name: 'expand-prompt',
    group: 'Model settings',
    fromProject: 'yes',
    help: `let fal expand the prompt${modelsWith('expandPrompt')}`,
    in: EVERYWHERE,
    fills: 'expandPrompt',
    perRow: true,
  },
  {
    name: 'no-safety-checker',
    group: 'Model settings',
    fromProject: 'yes',
    help: `turn off fal's content checker${modelsWith('safetyChecker')}`,
    in: EVERYWHERE,
    fills: 'safetyChecker',
    perRow: true,
  },
  {
    name: 'set',
    value: '<key=value>',
    group: 'Model settings',
    repeatable: true,
    fromProject: 'inside-folder',
    help: "any other field of the model's input; repeatable",
    in: EVERYWHERE,
    fills: 'set',
    perRow: true,
    notVaried: 'Name the field itself: --vary scheduler=euler,dpmpp_2m',
  },
  {
    name: 'output',
    short: 'o',
    value: '<file|dir/|template|->',
    group: 'Output',
    fromProject: 'inside-folder',
    help: 'where to save it; {name} {index} {seed} {model} {ext} {request_id}',
    in: {
      edit: {},
      batch: {
        value: '<template>',
        help: 'names in the batch folder; {column} {id} {name} {index} {seed} {model} {ext}',
      },
    },
    fills: 'output',
    perRow: true,
    fileOnly: true,
    comparedAlike: OWN_NAMES,
    notVaried: 'Pictures are named by their place in the grid.',
  },
  {
    ...FORCE_FLAG,
    in: { edit: {}, batch: {} },
    perRow: true,
    fileOnly: true,
    comparedAlike: OWN_NAMES,
    notVaried: 'It changes no picture.',
  },
  {
    name: 'num-images',
    value: '<n>',
    group: 'Output',
    fromProject: 'yes',
    help: `how many pictures to make${modelsWith('numImages')}`,
    in: NOT_COMPARE,
    fills: 'numImages',
    isNumber: true,
    perRow: true,
    comparedAlike: 'several of each are made by --seeds',
  },
  {
    name: 'size',
    value: '<preset|WxH|model>',
    group: 'Output',
    fromProject: 'yes',
    help: `e.g. square_hd, 1024x768; model lets the model decide (default)${modelsWith('size')}`,
    in: EVERYWHERE,
    fills: 'size',
    perRow: true,
  },
  {
    name: 'format',
    value: '<png|jpeg|webp>',
    group: 'Output',
    fromProject: 'yes',
    help: `file format; webp only with ${modelsFor('webp')}`,
    in: EVERYWHERE,
    fills: 'format',
    perRow: true,
  },
  {
    name: 'keep-blanked',
    group: 'Output',
    fromProject: 'yes',
    help: 'save pictures that the safety checker blanked',
    in: EVERYWHERE,
    perRow: true,
    fileOnly: true,
  },
] as const satisfies readonly EditingFlag[];

/** Caps and behaviour of the run. */
const RUN_FLAGS = [
  {
    name: 'max-cost',
    value: '<usd>',
    group: 'Cost',
    fromProject: 'stricter',
    help: 'refuse to send what could cost more',
    in: {
      edit: {},
      batch: { help: 'stop before this run spends more; run it again to go on' },
      compare: { help: 'stop before this run spends more; run it again to go on' },
      sweep: { help: 'stop before this run spends more; run it again to go on' },
    },
  },
  {
    name: 'daily-cap',
    value: '<usd>',
    group: 'Cost',
    fromProject: 'stricter',
    help: 'the same for all edits of a day together',
    in: EVERYWHERE,
  },
  {
    name: 'again',
    group: 'Cost',
    fromProject: 'trusted',
    settableIn: ['project', 'user'],
    help: 'pay for another one, even if the same command was cut short and its edit can still be fetched',
    in: {
      edit: {},
      batch: { help: 'pay once more for rows that fal has or may have' },
      compare: { help: 'pay once more for rows that fal has or may have' },
      sweep: { help: 'pay once more for rows that fal has or may have' },
    },
  },
  {
    name: 'dry-run',
    short: 'n',
    group: 'General',
    fromProject: 'stricter',
    help: 'show the request, its uploads and its cost; send nothing',
    in: {
      edit: {},
      batch: { help: 'show the rows, uploads and cost; send nothing' },
      compare: { help: 'show the edits, uploads and cost; send nothing' },
      sweep: { help: 'show the cells, uploads and cost; send nothing' },
    },
  },
  {
    name: 'detach',
    group: 'General',
    fromProject: 'yes',
    help: 'submit, print the request id and exit; see wait',
    in: {
      edit: {},
      batch: { group: 'Sending now, fetching later', hidden: true, help: 'the same as --submit-only' },
    },
  },
  { ...CANCEL_ON_TIMEOUT_FLAG, in: EVERYWHERE },
  { ...TIMEOUT_FLAG, in: EVERYWHERE },
  { ...SANDBOX_FLAG, in: EVERYWHERE },
  { ...PROXY_FLAG, in: EVERYWHERE },
] as const satisfies readonly EditingFlag[];

const ALSO_MERGE = { ...EVERYWHERE, 'batch merge': {} } as const;

export const FLAGS_OF_AN_EDIT = [
  ...REQUEST_FLAGS,
  ...RUN_FLAGS,
  ...OUTPUT_FLAGS.map((flag) => ({ ...flag, in: ALSO_MERGE })),
] as const satisfies readonly EditingFlag[];
