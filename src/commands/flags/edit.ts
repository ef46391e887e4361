import { CANCEL_ON_TIMEOUT_FLAG, OUTPUT_FLAGS, PROXY_FLAG, RUN, TIMEOUT_FLAG } from './common.js';
import type { ExclusiveFlags, Flag } from './flag.js';

const EDIT = 'What to edit';
const MODEL = 'How the model works';
const RESULT = 'What comes out';
const MONEY = 'What it may cost';

/** Flags about the connection and the output of a command for which a sandbox that is started now can be fal. */
export const COMMON_FLAGS: readonly Flag[] = [
  TIMEOUT_FLAG,
  {
    name: 'sandbox',
    group: RUN,
    fromProject: 'stricter',
    help: 'use the built-in local fal: no key, no network, no cost',
  },
  PROXY_FLAG,
  ...OUTPUT_FLAGS,
];

/** The flags of one edit. */
export const EDIT_FLAGS: readonly Flag[] = [
  {
    name: 'image',
    short: 'i',
    value: '<path|url|->',
    group: EDIT,
    repeatable: true,
    fromProject: 'inside-folder',
    help: 'a picture to edit, like <image>; repeatable',
  },
  {
    name: 'prompt',
    short: 'p',
    value: '<text>',
    group: EDIT,
    fromProject: 'yes',
    help: 'what the picture should become',
  },
  {
    name: 'prompt-file',
    value: '<path|->',
    group: EDIT,
    fromProject: 'trusted',
    help: 'read the prompt from a file',
  },
  {
    name: 'model',
    short: 'm',
    value: '<name>',
    group: EDIT,
    fromProject: 'yes',
    help: 'flux-general (default), flux-2-lora, flux-2-edit or flux-dev, or the endpoint id',
  },
  {
    name: 'strength',
    value: '<0.01..1>',
    group: MODEL,
    decimal: true,
    fromProject: 'yes',
    help: '1 remakes the picture, near 0 keeps it (flux-general, flux-dev)',
  },
  {
    name: 'image-strength',
    value: '<0.01..1>',
    group: MODEL,
    decimal: true,
    hidden: true,
    fromProject: 'yes',
    help: 'the same as --strength',
  },
  {
    name: 'lora',
    value: '<path|url|id[@scale]>',
    group: MODEL,
    repeatable: true,
    fromProject: 'inside-folder',
    help: 'a LoRA, e.g. owner/style@0.8; repeatable (flux-general, flux-2-lora)',
  },
  { name: 'steps', value: '<n>', group: MODEL, fromProject: 'yes', help: 'denoising steps, up to 50' },
  {
    name: 'guidance',
    value: '<0..20>',
    group: MODEL,
    decimal: true,
    fromProject: 'yes',
    help: 'how closely to follow the prompt',
  },
  {
    name: 'seed',
    value: '<n>',
    group: MODEL,
    fromProject: 'yes',
    help: 'repeat an earlier edit; chosen and shown if not given',
  },
  {
    name: 'negative-prompt',
    value: '<text>',
    group: MODEL,
    fromProject: 'yes',
    help: 'what the picture should not show (flux-general)',
  },
  {
    name: 'acceleration',
    value: '<none|regular|high>',
    group: MODEL,
    fromProject: 'yes',
    help: 'speed against quality (flux-2-lora, flux-2-edit, flux-dev)',
  },
  {
    name: 'expand-prompt',
    group: MODEL,
    fromProject: 'yes',
    help: 'let fal expand the prompt (flux-2-lora, flux-2-edit)',
  },
  { name: 'no-safety-checker', group: MODEL, fromProject: 'yes', help: "switch fal's content checker off" },
  {
    name: 'set',
    value: '<key=value>',
    group: MODEL,
    repeatable: true,
    fromProject: 'inside-folder',
    help: "any other field of the model's input; repeatable",
  },
  {
    name: 'output',
    short: 'o',
    value: '<file|dir/|template|->',
    group: RESULT,
    fromProject: 'inside-folder',
    help: 'where to; {name} {index} {seed} {model} {ext} {request_id}',
  },
  { name: 'force', short: 'f', group: RESULT, fromProject: 'trusted', help: 'overwrite an existing file' },
  { name: 'num-images', value: '<n>', group: RESULT, fromProject: 'yes', help: 'how many pictures to make' },
  {
    name: 'size',
    value: '<preset|WxH|model>',
    group: RESULT,
    fromProject: 'yes',
    help: 'e.g. square_hd, 1024x768; left to the model if not given (flux-general, flux-2-lora, flux-2-edit)',
  },
  {
    name: 'format',
    value: '<png|jpeg|webp>',
    group: RESULT,
    fromProject: 'yes',
    help: 'webp with flux-2-lora and flux-2-edit only',
  },
  {
    name: 'keep-blanked',
    group: RESULT,
    fromProject: 'yes',
    help: 'save pictures that the safety checker blanked',
  },
  {
    name: 'dry-run',
    short: 'n',
    group: RUN,
    fromProject: 'stricter',
    help: 'show the request, its uploads and its cost; send nothing',
  },
  {
    name: 'max-cost',
    value: '<usd>',
    group: MONEY,
    fromProject: 'stricter',
    help: 'refuse to send what could cost more',
  },
  {
    name: 'daily-cap',
    value: '<usd>',
    group: MONEY,
    fromProject: 'stricter',
    help: 'the same for all edits of a day together',
  },
  {
    name: 'again',
    group: MONEY,
    fromProject: 'trusted',
    settableIn: ['project', 'user'],
    help: 'pay for another one, though the same command was cut short and its edit can be had',
  },
  {
    name: 'detach',
    group: RUN,
    fromProject: 'yes',
    help: 'submit, print the request id and leave; see wait',
  },
  CANCEL_ON_TIMEOUT_FLAG,
  ...COMMON_FLAGS,
];

/** Two spellings or two sources of one thing. */
export const EDIT_EXCLUSIVE: ExclusiveFlags = [
  ['prompt', 'prompt-file'],
  ['strength', 'image-strength'],
  ['sandbox', 'proxy-url'],
];
