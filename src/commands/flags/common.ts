import { TRUST_PROJECT } from '../../config/flag-definition.js';
import { defineFlags } from '../flag.js';

export const TRUST_PROJECT_FLAG = {
  name: TRUST_PROJECT,
  group: 'General',
  fromProject: 'trusted',
  // A file that could say so would trust itself.
  settableIn: ['environment'],
  help: 'let .env and fal-edit.config.json here set anything; see trust',
} as const;

export const JSON_FLAG = {
  name: 'json',
  group: 'General',
  fromProject: 'yes',
  help: 'print one JSON document on stdout, on failure too',
} as const;

export const QUIET_FLAG = {
  name: 'quiet',
  short: 'q',
  group: 'General',
  fromProject: 'yes',
  help: 'print only errors on stderr',
} as const;

export const NO_COLOR_FLAG = {
  name: 'no-color',
  group: 'General',
  fromProject: 'yes',
  help: 'print without colour',
} as const;

/** Flags of every command that prints. */
export const OUTPUT_FLAGS = defineFlags([
  TRUST_PROJECT_FLAG,
  JSON_FLAG,
  QUIET_FLAG,
  { name: 'verbose', short: 'v', group: 'General', fromProject: 'yes', help: 'say more about what happens' },
  {
    name: 'debug',
    group: 'General',
    fromProject: 'yes',
    help: 'show every request, and stack traces; never the key',
  },
  NO_COLOR_FLAG,
]);

export const TIMEOUT_FLAG = {
  name: 'timeout',
  value: '<duration>',
  group: 'General',
  fromProject: 'yes',
  help: 'stop waiting after this long, e.g. 30s, 1h (default 10m)',
} as const;

export const PROXY_FLAG = {
  name: 'proxy-url',
  value: '<url>',
  group: 'General',
  fromProject: 'trusted',
  help: 'send every request for fal to this URL',
} as const;

export const SANDBOX_FLAG = {
  name: 'sandbox',
  group: 'General',
  fromProject: 'stricter',
  help: 'use the built-in local fal: no key, no network, no cost',
} as const;

export const SCHEMA_FLAG = {
  name: 'schema',
  value: '<file>',
  group: 'General',
  repeatable: true,
  fromProject: 'inside-folder',
  help: 'use the OpenAPI document of an endpoint from disk; repeatable, one for each model',
} as const;

export const SCHEMA_MAX_AGE_FLAG = {
  name: 'schema-max-age',
  value: '<duration>',
  group: 'General',
  fromProject: 'yes',
  help: "fetch fal's schema of a model again when it is older (default 24h)",
} as const;

export const CANCEL_ON_TIMEOUT_FLAG = {
  name: 'cancel-on-timeout',
  group: 'General',
  fromProject: 'yes',
  help: 'at the deadline, cancel at fal instead of leaving it to be fetched',
} as const;

export const FORCE_FLAG = {
  name: 'force',
  short: 'f',
  group: 'Output',
  fromProject: 'trusted',
  help: 'overwrite existing files',
} as const;

export const SETTLE_FLAG = {
  name: 'settle',
  value: '<duration>',
  fromProject: 'trusted',
  help: 'wait this long before concluding that fal never got a request (default 10m)',
} as const;

/** A page in the browser. */
export const OPEN_FLAG = {
  name: 'open',
  group: 'Display',
  fromProject: 'trusted',
  help: 'open the page in the browser when it is written',
} as const;

/**
 * Flags of commands that ask fal about an earlier edit. Without --sandbox, since a new sandbox does not know the
 * edit.
 */
export const CONTROL_FLAGS = defineFlags([TIMEOUT_FLAG, PROXY_FLAG, ...OUTPUT_FLAGS]);
