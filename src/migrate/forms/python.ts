import { indented, type Form } from './form.js';
import { plainJson } from '../../plain-json.js';

/** For fal's own client. */
export const python: Form = {
  uploads: false,
  head: 'import fal_client',
  body: ({ endpoint }, input) =>
    [
      'result = fal_client.subscribe(',
      `    ${plainJson(endpoint)},`,
      `    arguments=${indented(pythonValue(input), '    ')},`,
      ')',
      'print(result["images"])',
    ].join('\n'),
};

const INDENT = '    ';

/** A JSON value as a literal. JSON's escapes mean the same in Python's strings; its three words are spelled otherwise. */
export function pythonValue(value: unknown): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value !== 'object') return plainJson(value);
  const [open, close, items] = Array.isArray(value)
    ? ['[', ']', value.map(pythonValue)]
    : ['{', '}', Object.entries(value).map(([key, item]) => `${plainJson(key)}: ${pythonValue(item)}`)];
  if (items.length === 0) return open + close;
  return [open, ...items.map((item) => `${INDENT}${indented(item, INDENT)},`), close].join('\n');
}
