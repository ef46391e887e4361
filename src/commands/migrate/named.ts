import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { Notation } from '../../batch/manifest/format.js';
import { notationByName } from '../../batch/manifest/format.js';
import { openRows, type RowSource } from '../../batch/manifest/open.js';
import { rowsOf } from '../../batch/manifest/rows.js';
import type { CallOf } from '../command.js';
import type { MIGRATE } from './command.js';
import type { Context } from '../../context.js';
import { usageError } from '../../errors/error.js';
import { displayName } from '../../images/names.js';
import type { KeptRequest } from '../../migrate/request.js';
import { earlierRequest } from './earlier.js';
import { readFileText, readStdinText } from './read-text.js';
import { readRequestJson } from './request-json.js';

/** The user's input: one request, or a manifest. */
export type Named =
  | { kind: 'request'; request: KeptRequest }
  | { kind: 'manifest'; source: Pick<RowSource, 'folder' | 'rows'>; notation: Notation };

/**
 * Resolves the argument: stdin, a manifest (by its ending), a file with a request, or an earlier request by its id.
 *
 * @throws FalEditError (usage, input)
 */
export async function readNamed(
  words: readonly string[],
  settings: CallOf<typeof MIGRATE>['settings'],
  context: Context,
): Promise<Named> {
  const [word, ...others] = words;
  if (word === undefined || word === '') {
    throw usageError('Name a request: a file, - for stdin, or the id of an earlier one.', EXAMPLE);
  }
  if (others.length > 0) {
    throw usageError(`Name one request, not ${words.length}.`, 'Put several into a manifest.');
  }
  if (word === '-') return fromStdin(context);
  const notation = notationByName(word);
  if (notation !== undefined && !word.toLowerCase().endsWith('.json')) {
    const source = await openRows([word], { recursive: false, format: undefined }, context);
    return { kind: 'manifest', source, notation };
  }
  const file = { path: path.resolve(context.cwd, word), written: word, where: 'request' };
  if (isName(word) && !(await exists(file.path))) {
    return { kind: 'request', request: await earlierRequest(word, settings, context) };
  }
  const text = await readFileText(file, context);
  return { kind: 'request', request: readRequestJson(text, displayName(word)) };
}

const EXAMPLE = 'fal-edit migrate request.json --to flux-2-lora';

async function fromStdin(context: Context): Promise<Named> {
  const text = await readStdinText(context);
  if (!isLines(text)) return { kind: 'request', request: readRequestJson(text, 'stdin') };
  const chunks = async function* (): AsyncGenerator<Buffer> {
    yield await Promise.resolve(Buffer.from(text));
  };
  const rows = () => rowsOf({ name: 'stdin', notation: 'jsonl', chunks }, context.signal);
  return { kind: 'manifest', source: { folder: context.cwd, rows }, notation: 'jsonl' };
}

/** Whether a text is JSON Lines: its first line is a whole object, and more lines follow. */
function isLines(text: string): boolean {
  const [first = '', ...more] = text.trim().split('\n');
  if (!first.startsWith('{') || more.every((line) => line.trim() === '')) return false;
  try {
    JSON.parse(first);
    return true;
  } catch {
    return false;
  }
}

/** Whether a word has the form of a request id. */
function isName(word: string): boolean {
  return /^[\w-]{1,100}$/.test(word);
}

function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
