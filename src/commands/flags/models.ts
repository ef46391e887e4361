import { COMMON_FLAGS } from './edit.js';
import type { ExclusiveFlags, Flag } from './flag.js';

const WHAT = 'What to show';

export const MODELS_FLAGS: readonly Flag[] = [
  {
    name: 'check',
    group: WHAT,
    fromProject: 'yes',
    help: 'ask fal whether they are as they are described here; free',
  },
  {
    name: 'json-schema',
    group: WHAT,
    fromProject: 'yes',
    help: "one model's input as JSON schema, and nothing else",
  },
  ...COMMON_FLAGS,
];

/** Two ways to fal. */
export const MODELS_EXCLUSIVE: ExclusiveFlags = [['sandbox', 'proxy-url']];
