import { positionText } from '../batch/manifest/entry.js';
import type { BatchSummary, ResultRow } from '../batch/rows/result-row.js';
import { attachmentLines } from './attachments.js';
import { beginning } from './naming.js';
import { chargedText, whatHappened } from './what-happened.js';
import { xmlAttributes, xmlText } from './xml.js';

/** How much of its prompt a row without an id shows in its name. */
const PROMPT_IN_NAME = 80;
/** How long a message may be where it has one line. The text of the element has all of it. */
const LONGEST_MESSAGE = 400;

export interface JunitOptions {
  /** The out-dir as the CI server finds it: absolute, or relative to its workspace, which it is if absent. */
  outDir?: string;
}

/**
 * A batch as one JUnit XML document, a test case a row, in pieces: none is larger than a row. The elements are those
 * of Jenkins' schema in its order, with the properties that test cases may have meanwhile in front; `file` and `line`
 * are what GitLab and others read beyond it.
 *
 * Unmet, failed and moderated rows are failures; one whose outcome is unknown is an error; what is not over is
 * skipped. The counts are those of the summary, since they come first.
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
    // A picture that is a row by itself has no manifest: what the user named stands for it.
    classname: place.line === undefined ? source : place.file,
    name: id ?? `${positionText(place)} ${beginning(prompt, PROMPT_IN_NAME)}`.trimEnd(),
    file: place.file,
    line: place.line,
    // Where it is missing, some readers show NaN.
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
