import type { BatchSummary, ResultRow, RowState } from '../../batch/rows/result-row.js';
import { secondsText, usdText } from '../../units.js';
import { EXIT_CODES } from '../../exit-codes.js';
import { rowName } from '../naming.js';
import { chargedText, whatHappened } from '../what-happened.js';
import { inert } from './inert.js';

/** Most rows that a job summary shows. */
export const MOST_SUMMARY_ROWS = 50;

/*
 * Longest texts, in characters of up to six bytes each: with all of them a summary takes less than half of the
 * megabyte that GitHub allows per step, which leaves room for the summaries of others.
 */
const LONGEST_MESSAGE = 1000;
const LONGEST_NAME = 200;
const LONGEST_ID = 100;

/** States, in the order that matters to people. */
const STATES: readonly RowState[] = ['done', 'unmet', 'failed', 'moderated', 'unknown', 'waiting', 'pending'];
const ENDED_BADLY: readonly RowState[] = ['unmet', 'failed', 'moderated', 'unknown'];

/**
 * Summary of a batch for the page of a GitHub job (`$GITHUB_STEP_SUMMARY`), in Markdown: how it ended, its cost, and
 * the rows that went wrong. Below 900 KiB. Texts of rows are shown literally: none can become markup, HTML or a link.
 *
 * @param worst the rows to show, worst first; rows beyond {@link MOST_SUMMARY_ROWS} are only counted
 */
export function jobSummary(summary: BatchSummary, worst: readonly ResultRow[]): string {
  const listed = worst.slice(0, MOST_SUMMARY_ROWS);
  const sections = [
    heading(summary),
    table(STATES, [STATES.map((state) => String(summary.states[state]))], '--:'),
    figures(summary),
    ...(listed.length === 0 ? [] : [table(TITLES, listed.map(rowCells), '---')]),
    ...leftOut(summary, listed, worst.length),
  ];
  return `${sections.join('\n\n')}\n`;
}

function heading({ status, exit_code, source, shard, sandbox }: BatchSummary): string {
  const meaning = status === 'ok' ? 'everything asked for was done' : EXIT_CODES[status].meaning;
  const what = `${inert(source, LONGEST_NAME)}${shard === null ? '' : `, shard ${inert(shard, LONGEST_ID)}`}`;
  return [
    `## fal-edit batch: ${status === 'ok' ? 'done' : status}`,
    '',
    `Batch of ${what}: ${meaning} (exit code ${exit_code}).`,
    ...(sandbox ? ['', '**Sandbox:** the pictures were not made by fal, and nothing was charged.'] : []),
  ].join('\n');
}

function figures({ rows, invalid, cost, run, sandbox }: BatchSummary): string {
  const dollars = (usd: number): string => inert(usdText(usd), LONGEST_ID);
  return [
    `- Rows: ${rows}${invalid === 0 ? '' : `, and ${invalid} skipped as invalid`}`,
    sandbox
      ? `- Cost: nothing charged, would be ${dollars(cost.billed_usd)}, and ${dollars(cost.pending_usd)} for rows not sent yet`
      : `- Cost: ${cost.billed_usd === 0 && cost.outstanding_usd > 0 ? 'billed amount not known yet' : `${dollars(cost.billed_usd)} billed`}, ${dollars(cost.outstanding_usd)} outstanding, ${dollars(cost.pending_usd)} for rows not sent yet`,
    `- Time: ${secondsText(run.total_ms)}`,
    ...(run.stopped === null ? [] : [`- Stopped early: ${inert(run.stopped, LONGEST_MESSAGE)}`]),
  ].join('\n');
}

const TITLES = ['Row', 'State', 'What happened', 'Request', 'Charged'];

function rowCells(row: ResultRow): string[] {
  const { message, hint } = whatHappened(row);
  return [
    inert(rowName(row), LONGEST_NAME),
    row.state,
    inert(hint === null ? message : `${message} ${hint}`, LONGEST_MESSAGE),
    inert(row.request_id ?? '', LONGEST_ID),
    inert(chargedText(row), LONGEST_ID),
  ];
}

/** A Markdown table. Cells must already be inert. */
function table(titles: readonly string[], rows: readonly (readonly string[])[], alignment: string): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(titles), line(titles.map(() => alignment)), ...rows.map(line)].join('\n');
}

/** Note about unlisted rows. The caller may hold only the worst rows, so the summary's counts are used as well. */
function leftOut({ states }: BatchSummary, listed: readonly ResultRow[], offered: number): string[] {
  const ended = ENDED_BADLY.reduce((sum, state) => sum + states[state], 0);
  const listedBadly = listed.filter(({ state }) => ENDED_BADLY.includes(state)).length;
  const unshown = Math.max(offered - listed.length, ended - listedBadly);
  if (unshown <= 0) return [];
  return [
    `${unshown === 1 ? '1 more row is' : `${unshown} more rows are`} not listed here; results.jsonl lists all.`,
  ];
}
