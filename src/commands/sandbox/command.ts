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
    ['fal-edit sandbox --schemas examples/schemas', 'serve other models too, by their OpenAPI documents'],
    ['fal-edit sandbox --toxic reset_peer,on=submit,stream=downstream,times=1', 'lose the first answer'],
  ],
  flags: SANDBOX_FLAGS,
  notes: [
    '--schemas takes documents as fal publishes them, one endpoint a file: from https://fal.ai/api/openapi/queue/openapi.json?endpoint_id=…, or an item of https://api.fal.ai/v1/models?expand=openapi-3.0. Inputs are checked and results are made by the document; the models of fal-edit itself keep their own checks, and only their published schema is the file\'s. A file prices.json in the folder may name prices: {"acme/fill": {"unit_price": 0.05, "unit": "megapixels"}}, with call_price for what a call usually costs.',
  ],
  exits: [
    [0, 'stopped'],
    [2, 'bad flags, a bad file in --schemas, or the port is taken'],
  ],
};
