import type { LineCounter, ParsedNode } from 'yaml';
import type { Entry, FieldValue, Position } from '../entry.js';
import { wrong } from '../wrong.js';
import { aliasTargets } from './aliases.js';
import type { Yaml, YamlDocument } from './documents.js';
import { syntaxProblem } from './syntax.js';
import { followed, rowValues, ValueError, type NodeContext } from './value.js';

const NOTHING_BEHIND = 'The rest of this document was not read.';

/**
 * The rows of one YAML document, which is a map or a list of maps; an empty document has none. A row is a problem
 * where the syntax is wrong in it or between it and the next: it may be half of what was meant.
 *
 * @param file the manifest as the user named it
 */
export function* rowsOf(
  { contents, errors }: YamlDocument,
  file: string,
  lines: LineCounter,
  yaml: Yaml,
): Generator<Entry> {
  const context: NodeContext = { yaml, targetOf: aliasTargets({ contents }, yaml) };
  const placeAt = (offset: number): Position => ({ file, line: lines.linePos(offset).line });
  const nodes = nodesOf(contents, yaml);
  const faults = [...errors].sort((a, b) => a.pos[0] - b.pos[0]);

  const [early] = faults;
  if (early !== undefined && early.pos[1] < (nodes[0]?.range[0] ?? Infinity)) {
    yield wrong(placeAt(early.pos[0]), syntaxProblem(early, lines));
  }
  let next = 0;
  for (const [index, node] of nodes.entries()) {
    const [start] = node.range;
    while ((faults[next]?.pos[1] ?? Infinity) < start) next++;
    const fault = faults[next];
    const isHit = fault !== undefined && fault.pos[0] < (nodes[index + 1]?.range[0] ?? Infinity);
    yield isHit ? wrong(placeAt(start), syntaxProblem(fault, lines)) : entryOf(node, placeAt(start), context);
  }
  const end = nodes.at(-1)?.range[1] ?? Infinity;
  const late = faults.find(({ code, pos }) => code === 'UNEXPECTED_TOKEN' && pos[0] >= end);
  if (late !== undefined) {
    yield wrong(placeAt(late.pos[0]), `${syntaxProblem(late, lines)} ${NOTHING_BEHIND}`);
  }
}

function nodesOf(contents: ParsedNode | null, { isScalar, isSeq }: Yaml): readonly ParsedNode[] {
  if (contents === null || (isScalar(contents) && contents.value === null)) return [];
  return isSeq(contents) ? contents.items : [contents];
}

function entryOf(node: ParsedNode, place: Position, context: NodeContext): Entry {
  let field: string | undefined;
  try {
    const row = followed(node, context);
    if (!context.yaml.isMap(row)) {
      return wrong(place, `is ${kindOf(row, context.yaml)}. Allowed: a map, e.g. image: cat.png.`);
    }
    const { pairs, read } = rowValues(context);
    const fields: [string, FieldValue][] = [];
    for (const [key, value] of pairs(row)) {
      field = key;
      fields.push([key, read(value)]);
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
