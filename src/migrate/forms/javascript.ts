import { indented, type Form } from './form.js';
import { plainJson } from '../../plain-json.js';

/** For fal's own client. JSON is valid JavaScript. */
export const javascript: Form = {
  uploads: false,
  head: "import { fal } from '@fal-ai/client';",
  body: ({ endpoint }, input) =>
    [
      `await fal.subscribe(${plainJson(endpoint)}, {`,
      `  input: ${indented(plainJson(input, 2), '  ')},`,
      '}).then(({ data }) => console.log(data.images));',
    ].join('\n'),
};
