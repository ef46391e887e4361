import type { CommandSpec } from '../command.js';
import { SANDBOX_FLAGS, type SandboxName } from '../flags/sandbox.js';

export const SANDBOX_COMMAND: CommandSpec<SandboxName> = {
  name: 'sandbox',
  usage: '',
  summary: 'run the local fal on its own',
  about: 'Run a local fal: the real protocol over TCP, pictures of its own, no cost.',
  examples: [
    ['fal-edit sandbox', 'run it, and print the two lines that make other commands use it'],
    ['fal-edit sandbox > sandbox.env & sleep 1; . ./sandbox.env', 'the same in a script'],
    ['fal-edit sandbox --toxic reset_peer,on=submit,stream=downstream,times=1', 'lose the first answer'],
  ],
  flags: SANDBOX_FLAGS,
  exits: [
    [0, 'stopped'],
    [2, 'bad flags, or the port is taken'],
  ],
};
