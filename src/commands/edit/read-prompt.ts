import { createReadStream } from 'node:fs';
import path from 'node:path';
import { addAbortSignal } from 'node:stream';
import type { FlagValue } from '../../config/settings.js';
import type { EditingSettings } from '../flags/editing.js';
import type { Context } from '../../context.js';
import { codeOf, FalEditError, inputError, inputFieldError, usageError } from '../../errors/error.js';
import { otherSpelling } from '../../images/named-file.js';
import { decodeText } from '../../text.js';
import type { Model } from '../../models/model.js';
import { promptNeed } from '../../models/prompt-need.js';
import { whole } from '../../models/read-request.js';

/**
 * The prompt of the settings, from a flag or a file. Undefined if there is none and the model needs none.
 *
 * @param example a command with one
 * @throws FalEditError (usage, input)
 */
export async function readPrompt(
  settings: EditingSettings,
  context: Pick<Context, 'cwd' | 'stdin' | 'signal'>,
  model: Model,
  example?: string,
): Promise<string | undefined> {
  const { values } = settings;
  const isGiven = values['prompt'] !== undefined || values['prompt-file'] !== undefined;
  return isGiven || promptNeed(model) === 'required' ? readText(settings, context, example) : undefined;
}

/** The prompt of the settings, which must have one. @throws FalEditError (usage, input) */
export async function readText(
  { values, origins }: EditingSettings,
  context: Pick<Context, 'cwd' | 'stdin' | 'signal'>,
  example = 'fal-edit photo.jpg -p "turn it into a watercolor"',
): Promise<string> {
  const file = textOf(values['prompt-file']);
  const where = origins['prompt-file'] ?? '--prompt-file';
  if (file !== undefined) return checked(await readPromptFile(file, where, context), `${where}: ${file}`);
  const prompt = textOf(values['prompt']);
  if (prompt === undefined) {
    throw usageError('--prompt is missing: say what the picture should become.', example);
  }
  return checked(prompt, origins['prompt'] ?? '--prompt');
}

function checked(prompt: string, where: string): string {
  if (prompt.trim() === '') throw usageError(`${where} must not be blank.`);
  return whole(prompt, where);
}

async function readPromptFile(
  file: string,
  where: string,
  context: Pick<Context, 'cwd' | 'stdin' | 'signal'>,
): Promise<string> {
  let bytes: Uint8Array;
  try {
    const stream =
      file === '-' ? context.stdin : createReadStream(await onDisk(path.resolve(context.cwd, file)));
    bytes = await readAll(addAbortSignal(context.signal, stream), `${where}: ${file}`);
  } catch (error) {
    context.signal.throwIfAborted();
    if (error instanceof FalEditError) throw error;
    throw inputFieldError(where, `${file} cannot be read (${codeOf(error) ?? 'unknown reason'}).`);
  }
  const decoded = decodeText(bytes);
  if ('problem' in decoded) {
    const { problem, line } = decoded;
    throw inputFieldError(where, `${file}${line === undefined ? '' : ` (line ${line})`} ${problem}.`);
  }
  // The newline at the end of a file is not part of the prompt.
  return decoded.text.replace(/\r?\n$/, '');
}

async function onDisk(file: string): Promise<string> {
  return (await otherSpelling(file)) ?? file;
}

/** A prompt is short; a picture piped in by mistake is refused early. */
const LONGEST_PROMPT_BYTES = 1024 * 1024;

async function readAll(stream: AsyncIterable<string | Uint8Array>, where: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    length += bytes.byteLength;
    if (length > LONGEST_PROMPT_BYTES)
      throw inputError(`${where} is larger than 1 MB, the limit for a prompt.`);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

function textOf(value: FlagValue | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
