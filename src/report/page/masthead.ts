import { usdText } from '../../units.js';
import type { Figure, ReportHead, ReportTable } from './data.js';
import { escapeHtml, untrusted } from './html.js';

const KINDS: Record<ReportHead['kind'], string> = {
  batch: 'Batch report',
  compare: 'Comparison of models',
  sweep: 'Sweep over parameters',
};

/** Shown at the top of every page with sandbox pictures. */
export const SANDBOX_BANNER =
  '<p class="sandbox-banner" role="note"><strong>Sandbox.</strong> These pictures were not made by fal, and nothing was charged.</p>';

/**
 * Amount that fal billed, or would have billed.
 *
 * @param isOutstanding whether fal accepted edits whose charge is not known yet
 */
export function billedFigure(usd: number, sandbox: boolean, isOutstanding: boolean): Figure {
  if (!sandbox && usd === 0 && isOutstanding) return { label: 'billed', value: 'not known yet' };
  return sandbox
    ? { label: 'charged', value: 'nothing', hint: `sandbox; would be ${usdText(usd)}` }
    : { label: 'billed', value: usdText(usd) };
}

/** Top of the page, readable without scripts: title, verdict, figures. */
export function masthead(head: ReportHead): string {
  return [
    ...(head.sandbox ? [SANDBOX_BANNER] : []),
    '<header class="masthead">',
    `<div class="eyebrow"><p>${KINDS[head.kind]}</p><div id="page-tools"></div></div>`,
    `<h1>${untrusted(head.title)}</h1>`,
    `<p class="made">Made ${timeElement(head.madeAt)}</p>`,
    ...(head.verdict ?? []).map((sentence) => `<p class="verdict" dir="auto">${escapeHtml(sentence)}</p>`),
    ...(head.figures.length === 0 ? [] : [figureList(head.figures)]),
    '</header>',
  ].join('\n');
}

/** Tables below the masthead. */
export function tableSections({ tables = [] }: ReportHead): string {
  return tables.map(tableSection).join('\n');
}

function figureList(figures: readonly Figure[]): string {
  const items = figures.map(({ label, value, hint }) => {
    const below = hint === undefined ? '' : `<dd class="hint">${untrusted(hint)}</dd>`;
    return `<div><dt>${untrusted(label)}</dt><dd>${untrusted(value)}</dd>${below}</div>`;
  });
  return `<dl class="figures">\n${items.join('\n')}\n</dl>`;
}

/** A table. A wide one scrolls on its own, also by keyboard; the page does not. */
function tableSection({ title, columns, rows }: ReportTable): string {
  const marks = columns.map((_, index) =>
    rows.every((row) => /^[^\p{L}]*\d\D{0,4}$/u.test(row[index] ?? '')) ? ' class="number"' : '',
  );
  const cells = (row: readonly string[]) =>
    columns.map((_, index) => `<td${marks[index] ?? ''}>${untrusted(row[index] ?? '')}</td>`).join('');
  const titles = columns.map((name, index) => `<th scope="col"${marks[index] ?? ''}>${untrusted(name)}</th>`);
  return [
    '<section class="table">',
    `<h2>${untrusted(title)}</h2>`,
    `<div class="scroller" tabindex="0" role="region" aria-label="${escapeHtml(title)}"><table>`,
    `<thead><tr>${titles.join('')}</tr></thead>`,
    `<tbody>${rows.map((row) => `<tr>${cells(row)}</tr>`).join('\n')}</tbody>`,
    '</table></div>',
    '</section>',
  ].join('\n');
}

function timeElement(iso: string): string {
  return `<time datetime="${escapeHtml(iso)}">${escapeHtml(minuteText(iso))}</time>`;
}

/** `2025-11-24 20:24 UTC`; text that is not a date stays unchanged. */
function minuteText(iso: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return iso;
  return `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
