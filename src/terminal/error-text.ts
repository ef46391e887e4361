import { FalEditError, messageOf } from '../errors/error.js';
import { harmless } from './plain.js';
import type { Terminal } from './terminal.js';

/**
 * An error for people: what happened, what it may have cost, what to do next.
 *
 * @param sandbox the edit is on the sandbox, which charges nothing
 */
export function errorText(
  error: FalEditError,
  { paint, options }: Pick<Terminal, 'paint' | 'options'>,
  sandbox = options.sandbox,
): string {
  const [first = '', ...more] = harmless(error.message).split('\n');
  const lines = [`${paint('red', 'error:')} ${first}`, ...more.map((line) => `       ${line}`)];
  if (error.charged !== 'no') {
    const charged = sandbox ? `no (sandbox; at fal: ${error.charged})` : error.charged;
    lines.push(`${paint('bold', 'charged:')} ${charged}`);
  }
  if (error.hint !== undefined) lines.push(`${paint('dim', 'hint:')} ${harmless(error.hint)}`);
  if (options.debug)
    lines.push(paint('dim', harmless(error.stack ?? '')), ...originLines(error).map(harmless));
  return lines.join('\n');
}

function originLines(error: FalEditError): string[] {
  if (error.origin === undefined) return [];
  const { origin } = error;
  return [`origin: ${origin instanceof Error ? (origin.stack ?? origin.message) : messageOf(origin)}`];
}
