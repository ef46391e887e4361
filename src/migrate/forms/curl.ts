import { shellWords } from '../../shell-words.js';
import type { Form } from './form.js';
import { plainJson } from '../../plain-json.js';

/** A submit to fal's queue. The body is the input itself (fal-api.md 2.1); the key stays in its variable. */
export const curl: Form = {
  uploads: false,
  body: ({ endpoint }, input) =>
    [
      `curl -X POST ${shellWords([`https://queue.fal.run/${endpoint}`])}`,
      '-H "Authorization: Key $FAL_KEY"',
      `-H ${shellWords(['Content-Type: application/json'])}`,
      `-d ${shellWords([plainJson(input, 2)])}`,
    ].join(' \\\n  '),
};
