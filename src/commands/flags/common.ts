import { TRUST_PROJECT } from '../../config/flag-definition.js';
import type { Flag } from './flag.js';

/** The last group of every help page: how the program itself behaves. */
export const RUN = 'How it runs';

export const TIMEOUT_FLAG: Flag = {
  name: 'timeout',
  value: '<30s, 10m>',
  group: RUN,
  fromProject: 'yes',
  help: 'our own deadline; 10m if not given',
};

export const PROXY_FLAG: Flag = {
  name: 'proxy-url',
  value: '<url>',
  group: RUN,
  fromProject: 'trusted',
  help: 'send requests for fal to this proxy',
};

export const CANCEL_ON_TIMEOUT_FLAG: Flag = {
  name: 'cancel-on-timeout',
  group: RUN,
  fromProject: 'yes',
  help: 'at the deadline, cancel it at fal instead of leaving it to be fetched',
};

export const TRUST_PROJECT_FLAG: Flag = {
  name: TRUST_PROJECT,
  group: RUN,
  fromProject: 'trusted',
  // A file that could say so would trust itself.
  settableIn: ['environment'],
  help: 'let .env and fal-edit.config.json here set anything; see trust',
};

/** What every command that prints something has. */
export const OUTPUT_FLAGS: readonly Flag[] = [
  TRUST_PROJECT_FLAG,
  { name: 'json', group: RUN, fromProject: 'yes', help: 'one JSON document on stdout, on failure too' },
  { name: 'quiet', short: 'q', group: RUN, fromProject: 'yes', help: 'errors only' },
  { name: 'verbose', short: 'v', group: RUN, fromProject: 'yes', help: 'more about what happens' },
  {
    name: 'debug',
    group: RUN,
    fromProject: 'yes',
    help: 'every request, and stack traces; the key is never shown',
  },
  { name: 'no-color', group: RUN, fromProject: 'yes', help: 'no colour' },
];

/**
 * What every command has that asks fal about an edit which was sent earlier. Without --sandbox: a sandbox that is
 * started now knows nothing of it.
 */
export const CONTROL_FLAGS: readonly Flag[] = [TIMEOUT_FLAG, PROXY_FLAG, ...OUTPUT_FLAGS];
