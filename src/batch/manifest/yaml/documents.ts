import { setImmediate as breath } from 'node:timers/promises';
import type { Document, LineCounter } from 'yaml';
import { DEEPEST_NESTING } from '../limits.js';
import type { SyntaxFault } from './syntax.js';

/** The library, loaded by who reads with it. */
export type Yaml = typeof import('yaml');

/** A document, or what is wrong outside of any. */
export type YamlDocument = Pick<Document.Parsed, 'contents'> & { errors: readonly SyntaxFault[] };

/**
 * YAML as what JSON can say: no tag makes a date or bytes of a text, `yes` is a text also in YAML 1.1, and keys are
 * texts. Keys that stand twice are looked for by us: the library compares each with each.
 */
const OPTIONS = {
  schema: 'core',
  resolveKnownTags: false,
  merge: false,
  stringKeys: true,
  uniqueKeys: false,
  prettyErrors: false,
  logLevel: 'error',
} as const;

/** Parts of the text between two looks at the signal: about 20 ms. */
const LEXEMES_A_BREATH = 20_000;

/** A row's own limit is told with the row. Beyond this one the library runs out of stack, and V8 can die of it. */
const DEEPEST_DOCUMENT = 2 * DEEPEST_NESTING;
const TOO_DEEP = { code: 'RESOURCE_EXHAUSTION', message: 'it is nested too deeply' } as const;

/**
 * The documents of a YAML text. Reading takes up to a second a megabyte, so that it stops from time to time to let
 * a signal arrive.
 *
 * @param lines learns where the lines begin
 * @throws the signal's reason
 */
export async function* documentsOf(
  text: string,
  lines: LineCounter,
  { Composer, Lexer, Parser }: Yaml,
  signal: AbortSignal,
): AsyncGenerator<YamlDocument> {
  const composer = new Composer(OPTIONS);
  const parser = new Parser(lines.addNewLine);
  lines.addNewLine(0);
  let lexemes = 0;
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) yield* composer.next(token);
    if (parser.stack.length > DEEPEST_DOCUMENT) {
      const { offset } = parser;
      yield { contents: null, errors: [{ ...TOO_DEEP, pos: [offset, offset] }] };
      return;
    }
    if (++lexemes % LEXEMES_A_BREATH > 0) continue;
    await breath();
    signal.throwIfAborted();
  }
  for (const token of parser.end()) yield* composer.next(token);
  // Also where no document began: something may be wrong outside of any.
  yield* composer.end(true, text.length);
}
