import { positionText } from '../batch/manifest/entry.js';
import type { BatchSummary, ResultRow } from '../batch/rows/result-row.js';
import { attachmentLines } from './attachments.js';
import { beginning } from './naming.js';
import { chargedText, whatHappened } from './what-happened.js';
import { xmlAttributes, xmlText } from './xml.js';

/** Characters of the prompt in the name of a row without an id. */
const PROMPT_IN_NAME = 80;
/** Longest one-line message, in characters. The text of the element has all of it. */
const LONGEST_MESSAGE = 400;

export interface JunitOptions {
  /** The out-dir as the CI server sees it: absolute, or relative to its workspace; the workspace itself if absent. */
  outDir?: string;
}

/**
 * A batch as one JUnit XML document, one test case per row, in pieces no larger than a row. Elements follow Jenkins'
 * schema and its order, preceded by the properties that test cases may now have; `file` and `line` are extensions
 * that GitLab and others read.
 *
 * Unmet, failed and moderated rows are failures; a row with an unknown outcome is an error; an unfinished one is
 * skipped. The counts come first in the document, so they are those of the summary.
 */
export function* junitXml(
  summary: BatchSummary,
  rows: Iterable<ResultRow>,
  { outDir = '' }: JunitOptions = {},
): Generator<string> {
  yield head(summary);
  for (const row of rows) yield testCase(row, summary, outDir);
  yield '  </testsuite>\n</testsuites>\n';
}

function head({ source, sandbox, rows, states, run, started_at }: BatchSummary): string {
  const counts = {
    tests: rows,
    failures: states.unmet + states.failed + states.moderated,
    errors: states.unknown,
  };
  const time = seconds(run.total_ms);
  const suite = {
    name: `fal-edit ${source}${sandbox ? ' (sandbox)' : ''}`,
    ...counts,
    skipped: states.pending + states.waiting,
    time,
    timestamp: started_at,
  };
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${xmlAttributes({ name: 'fal-edit', ...counts, time })}>`,
    `  <testsuite${xmlAttributes(suite)}>`,
    '',
  ].join('\n');
}

function testCase(row: ResultRow, { source }: BatchSummary, outDir: string): string {
  const { id, place, prompt, timings } = row;
  const attributes = {
    // A picture given directly has no manifest: the name that the user gave is used instead.
    classname: place.line === undefined ? source : place.file,
    name: id ?? `${positionText(place)} ${beginning(prompt, PROMPT_IN_NAME)}`.trimEnd(),
    file: place.file,
    line: place.line,
    // If it is missing, some readers show NaN.
    time: seconds(timings.total_ms ?? 0),
  };
  return [
    `    <testcase${xmlAttributes(attributes)}>`,
    ...properties(row),
    ...outcome(row),
    ...systemOut(row, outDir),
    '    </testcase>',
    '',
  ].join('\n');
}

function properties({ seed, request_id, key, cost, sandbox }: ResultRow): string[] {
  const money = sandbox
    ? { sandbox: 'true', would_cost_usd: cost.billed_usd }
    : { cost_usd: cost.billed_usd };
  const known = Object.entries({ key, seed, request_id, ...money }).flatMap(([name, value]) =>
    value === null ? [] : [`        <property${xmlAttributes({ name, value })}/>`],
  );
  return ['      <properties>', ...known, '      </properties>'];
}

function outcome(row: ResultRow): string[] {
  switch (row.state) {
    case 'done':
      return [];
    case 'unmet':
    case 'failed':
    case 'moderated':
      return [complaint('failure', row)];
    case 'unknown':
      return [complaint('error', row)];
    case 'pending':
    case 'waiting':
      return [`      <skipped${xmlAttributes({ message: oneLine(whatHappened(row).message) })}/>`];
  }
}

function complaint(element: 'failure' | 'error', row: ResultRow): string {
  const { kind, message, hint } = whatHappened(row);
  const type = element === 'error' ? 'unknown' : kind;
  const text = [message, ...(hint === null ? [] : [`hint: ${hint}`]), `charged: ${chargedText(row)}`];
  const attributes = xmlAttributes({ type, message: oneLine(message) });
  return `      <${element}${attributes}>${xmlText(text.join('\n'))}</${element}>`;
}

function systemOut({ images }: ResultRow, outDir: string): string[] {
  const paths = images.flatMap(({ path }) => (path === null ? [] : [path]));
  const lines = attachmentLines(paths, outDir);
  return lines.length === 0 ? [] : [`      <system-out>${xmlText(lines.join('\n'))}</system-out>`];
}

function oneLine(message: string): string {
  return beginning(message, LONGEST_MESSAGE);
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}
