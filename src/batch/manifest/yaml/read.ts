import type { Entry } from '../entry.js';
import { wrong } from '../wrong.js';
import { documentsOf } from './documents.js';
import { rowsOf } from './rows.js';
import { wholeTextOf } from './whole-text.js';

/**
 * The rows of a YAML manifest, or of a JSON file: a list of maps, or documents each of which is a map or such a list.
 * It is read whole, at most 8 MB.
 *
 * @param file the manifest as the user named it
 * @throws the signal's reason
 */
export async function* readYaml(
  chunks: AsyncIterable<Buffer>,
  file: string,
  signal: AbortSignal,
): AsyncGenerator<Entry[]> {
  const whole = await wholeTextOf(chunks);
  if ('problem' in whole) {
    yield [wrong({ file, line: whole.line }, whole.problem)];
    return;
  }
  const yaml = await import('yaml');
  const lines = new yaml.LineCounter();
  for await (const document of documentsOf(whole.text, lines, yaml, signal)) {
    for (const entry of rowsOf(document, file, lines, yaml)) yield [entry];
  }
}
