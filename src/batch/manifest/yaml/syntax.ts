import type { LineCounter, YAMLParseError } from 'yaml';

/** The library's messages may quote the text. */
const LONGEST_REASON = 100;

/** What the library finds wrong with the syntax. */
export type SyntaxFault = Pick<YAMLParseError, 'code' | 'message' | 'pos'>;

/** What is wrong with the syntax, and where: a sentence without the place of its row. */
export function syntaxProblem({ code, message, pos }: SyntaxFault, lines: LineCounter): string {
  const { line, col } = lines.linePos(pos[0]);
  const reason = code === 'NON_STRING_KEY' ? 'a key is not a string' : message.slice(0, LONGEST_REASON);
  const lowered = reason.charAt(0).toLowerCase() + reason.slice(1);
  return `cannot be read as YAML: ${lowered} (line ${line}, column ${col}).`;
}
