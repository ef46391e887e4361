import { isUtf8 } from 'node:buffer';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Alias, LineCounter, Node, ParsedNode, YAMLParseError } from 'yaml';
import { firstUndecodableLine } from '../../../text.js';
import { DEEPEST_NESTING, type Entry, type FieldValue, type Position, wrong } from '../entry.js';
import { NOT_UTF8 } from '../lines.js';
import { aliasTargets, rowValues, ValueError, type Yaml } from './values.js';

/** Bytes in a MB, the size limit: YAML is read whole, and each MB takes up to a second and 60 MB of memory. */
const MB = 1024 * 1024;
const LIMIT = 'the limit for YAML and JSON lists is 1 MB. Use JSONL or CSV for more.';

/**
 * Reads YAML as JSON values: no tag turns text into a date or bytes, `yes` is text even in YAML 1.1, and keys are
 * text. Repeated keys are found row by row.
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

/**
 * Rows have their own, smaller limit, reported per row. Beyond this one the library overflows the stack, which can
 * crash V8.
 */
const DEEPEST_DOCUMENT = 2 * DEEPEST_NESTING;

/** Longest quoted reason, in characters: the library's messages may quote the text. */
const LONGEST_REASON = 100;

/** A syntax error, with its start and end. */
type Fault = Pick<YAMLParseError, 'code' | 'message' | 'pos'>;

interface YamlDocument {
  contents: ParsedNode | null;
  errors: readonly Fault[];
}

/**
 * Reads the rows of a YAML manifest or a JSON file: a list of maps, or documents that are each a map or such a list.
 *
 * @param file the manifest as the user named it
 * @param size in bytes; undefined if unknown until the end
 * @throws the signal's reason
 */
export async function* readYaml(
  chunks: AsyncIterable<Buffer>,
  { file, size }: { file: string; size: number | undefined },
  signal: AbortSignal,
): AsyncGenerator<Entry[]> {
  const bytes = await wholeOf(chunks);
  if (bytes === undefined) {
    const is = size === undefined ? 'more than 1 MB' : `${(Math.ceil(size / (MB / 10)) / 10).toFixed(1)} MB`;
    yield [wrong({ file, line: 1 }, `is ${is}; ${LIMIT}`)];
    return;
  }
  if (!isUtf8(bytes)) {
    yield [wrong({ file, line: firstUndecodableLine(bytes) }, NOT_UTF8)];
    return;
  }
  const yaml = await import('yaml');
  const lines = new yaml.LineCounter();
  const documents = documentsOf(textOf(bytes), lines, yaml);
  // Parsing is synchronous: let a signal arrive.
  await sleep(1);
  signal.throwIfAborted();
  for (const document of documents) yield* entriesOf(document, file, lines, yaml);
}

/** All bytes; undefined if there are too many. */
async function wholeOf(chunks: AsyncIterable<Buffer>): Promise<Buffer | undefined> {
  const kept: Buffer[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    length += chunk.length;
    if (length > MB) return undefined;
    kept.push(chunk);
  }
  return Buffer.concat(kept, length);
}

/** Converts CR line ends (spreadsheets and old Mac editors), which the library does not recognise. */
function textOf(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  return text.includes('\n') ? text : text.replaceAll('\r', '\n');
}

/**
 * Parses a text into documents, like the library's parseAllDocuments, but stops at nesting that would overflow the
 * stack.
 */
function documentsOf(text: string, lines: LineCounter, { Composer, Lexer, Parser }: Yaml): YamlDocument[] {
  const parser = new Parser(lines.addNewLine);
  lines.addNewLine(0);
  const tooDeep: YamlDocument[] = [];
  function* tokens() {
    for (const lexeme of new Lexer().lex(text)) {
      yield* parser.next(lexeme);
      if (parser.stack.length <= DEEPEST_DOCUMENT) continue;
      const pos: [number, number] = [parser.offset, parser.offset];
      const fault = { code: 'RESOURCE_EXHAUSTION', message: 'it is nested too deeply', pos } as const;
      tooDeep.push({ contents: null, errors: [fault] });
      return;
    }
    yield* parser.end();
  }
  // Returns a document even for an empty text: there may be errors outside any document.
  return [...new Composer(OPTIONS).compose(tokens(), true, text.length), ...tooDeep];
}

/**
 * Rows of one document: a map or a list of maps. An empty document has none. A row with a syntax error in it, or
 * between it and the next row, becomes a problem: half of it may be missing.
 */
function* entriesOf(
  { contents, errors }: YamlDocument,
  file: string,
  lines: LineCounter,
  yaml: Yaml,
): Generator<Entry[]> {
  const nodes = nodesOf(contents, yaml);
  const targets = aliasTargets(contents, yaml);
  const positionAt = (offset: number): Position => ({ file, line: lines.linePos(offset).line });
  const faults = [...errors].sort((a, b) => a.pos[0] - b.pos[0]);

  const [early] = faults;
  if (early !== undefined && early.pos[1] < (nodes[0]?.range[0] ?? Infinity)) {
    yield [wrong(positionAt(early.pos[0]), syntaxProblem(early, lines))];
  }
  let next = 0;
  for (const [index, node] of nodes.entries()) {
    const [start] = node.range;
    while ((faults[next]?.pos[1] ?? Infinity) < start) next++;
    const fault = faults[next];
    const isHit = fault !== undefined && fault.pos[0] < (nodes[index + 1]?.range[0] ?? Infinity);
    yield [
      isHit
        ? wrong(positionAt(start), syntaxProblem(fault, lines))
        : entryOf(node, positionAt(start), targets, yaml),
    ];
  }
  const end = nodes.at(-1)?.range[1] ?? Infinity;
  const late = faults.find(({ code, pos }) => code === 'UNEXPECTED_TOKEN' && pos[0] >= end);
  if (late !== undefined) {
    yield [
      wrong(positionAt(late.pos[0]), `${syntaxProblem(late, lines)} The rest of this document was not read.`),
    ];
  }
}

function nodesOf(contents: ParsedNode | null, { isScalar, isSeq }: Yaml): readonly ParsedNode[] {
  if (contents === null || (isScalar(contents) && contents.value === null)) return [];
  return isSeq(contents) ? contents.items : [contents];
}

/** Describes a syntax error and its position in a sentence, without the row's line. */
function syntaxProblem({ code, message, pos }: Fault, lines: LineCounter): string {
  const { line, col } = lines.linePos(pos[0]);
  const reason = code === 'NON_STRING_KEY' ? 'a key is not a string' : message.slice(0, LONGEST_REASON);
  const lowered = reason.charAt(0).toLowerCase() + reason.slice(1);
  return `cannot be read as YAML: ${lowered} (line ${line}, column ${col}).`;
}

function entryOf(node: ParsedNode, place: Position, targets: ReadonlyMap<Alias, Node>, yaml: Yaml): Entry {
  const values = rowValues(yaml, targets);
  let field: string | undefined;
  try {
    const row = values.followed(node);
    if (!yaml.isMap(row)) {
      return wrong(place, `is ${kindOf(row, yaml)}, not a map such as image: cat.png.`);
    }
    const fields: [string, FieldValue][] = [];
    for (const [key, value] of values.pairs(row)) {
      field = key;
      fields.push([key, values.read(value)]);
    }
    return { kind: 'row', place, fields: Object.fromEntries(fields) };
  } catch (error) {
    if (error instanceof ValueError) return wrong(place, error.problem, field);
    throw error;
  }
}

function kindOf(node: unknown, { isScalar, isSeq }: Yaml): string {
  if (isSeq(node)) return 'a list';
  if (!isScalar(node) || node.value === null) return 'empty';
  return { string: 'a string', number: 'a number' }[typeof node.value as string] ?? 'true or false';
}
