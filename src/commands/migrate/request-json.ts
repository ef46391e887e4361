import { reasonOf, structureProblem } from '../../batch/manifest/jsonl/problems.js';
import { inputError, type FalEditError } from '../../errors/error.js';
import { keptRequest, type KeptRequest } from '../../migrate/request.js';

/**
 * Reads a request from its JSON.
 *
 * @param name of the file, for messages
 * @throws FalEditError (input): not JSON (with line and column), not an object, or a duplicate key
 */
export function readRequestJson(text: string, name: string): KeptRequest {
  if (text.trim() === '') throw inputError(`${name} is empty.`, { hint: FORM });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw notJson(error, text, name);
  }
  const structure = structureProblem(text);
  if (structure !== undefined) throw inputError(`${name} ${structure}`);
  const request = keptRequest(value);
  if (typeof request !== 'string') return request;
  throw inputError(`${name} must be a JSON object (one request), not ${request}.`, {
    hint: Array.isArray(value)
      ? `For several requests, write a .jsonl file with one per line: jq -c '.[]' ${JSON.stringify(name)} > requests.jsonl`
      : FORM,
  });
}

const FORM = 'For example: {"prompt": "snow", "image_url": "https://…", "strength": 0.6}';

function notJson(error: unknown, text: string, name: string): FalEditError {
  // Its column counts from the start of the text; convert it to line and column.
  const [, reason = '', column] = /^(.*?)(?: \(column (\d+)\))?$/s.exec(reasonOf(error, text)) ?? [];
  const before = text.slice(0, column === undefined ? 0 : Number(column) - 1).split('\n');
  const where = column === undefined ? name : `${name}:${before.length}:${(before.at(-1) ?? '').length + 1}`;
  return inputError(`${where} is not JSON: ${reason}.`, { hint: FORM });
}
