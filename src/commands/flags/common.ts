import type { Flag } from './flag.js';

/** The last group of every help page: how the program itself behaves. */
export const RUN = 'How it runs';

export const TIMEOUT_FLAG: Flag = {
  name: 'timeout',
  value: '<30s, 10m>',
  group: RUN,
  help: 'our own deadline; 10m if not given',
};

export const PROXY_FLAG: Flag = {
  name: 'proxy-url',
  value: '<url>',
  group: RUN,
  help: 'send requests for fal to this proxy',
};

export const CANCEL_ON_TIMEOUT_FLAG: Flag = {
  name: 'cancel-on-timeout',
  group: RUN,
  help: 'at the deadline, cancel it at fal instead of leaving it to be fetched',
};

/** What every command that prints something has. */
export const OUTPUT_FLAGS: readonly Flag[] = [
  { name: 'json', group: RUN, help: 'one JSON document on stdout, on failure too' },
  { name: 'quiet', short: 'q', group: RUN, help: 'errors only' },
  { name: 'verbose', short: 'v', group: RUN, help: 'more about what happens' },
  { name: 'debug', group: RUN, help: 'every request, and stack traces; the key is never shown' },
  { name: 'no-color', group: RUN, help: 'no colour' },
];

/**
 * What every command has that asks fal about an edit which was sent earlier. Without --sandbox: a sandbox that is
 * started now knows nothing of it.
 */
export const CONTROL_FLAGS: readonly Flag[] = [TIMEOUT_FLAG, PROXY_FLAG, ...OUTPUT_FLAGS];
