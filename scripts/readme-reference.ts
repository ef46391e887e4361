import * as z from 'zod';
import { BATCH_FLAGS } from '../src/commands/flags/batch.js';
import { EDIT_FLAGS } from '../src/commands/flags/edit.js';
import { PAGES } from '../src/commands/help/pages.js';
import type { HelpFlag, HelpPage } from '../src/terminal/help.js';
import { SANDBOX_FLAGS } from '../src/commands/flags/sandbox.js';
import { EXIT_CODES, type ErrorKind } from '../src/exit-codes.js';
import { allowed, placeAt } from '../src/models/allowed.js';
import type { Model } from '../src/models/model.js';
import { MODELS } from '../src/models/registry.js';
import { FLAG_OF, type RequestKey } from '../src/models/request.js';
import { describeToxics } from '../src/sandbox/toxic-text.js';

/** The README's blocks that are made from the code, by the name between their markers. */
export function referenceBlocks(): Record<string, string> {
  return {
    flags: flagTable(EDIT_FLAGS),
    'batch-flags': flagTable(BATCH_FLAGS.filter((flag) => !EDIT_FLAGS.includes(flag))),
    'decide-commands': commandTable(DECIDE),
    'decide-flags': commandFlagTable(DECIDE, BATCH_FLAGS),
    commands: commandTable(CONTROL),
    'command-flags': commandFlagTable(CONTROL),
    models: modelTable(),
    'exit-codes': exitCodeTable(),
    'sandbox-flags': flagTable(SANDBOX_FLAGS),
    toxics: ['```', ...describeToxics(), '```'].join('\n'),
  };
}

/** The README with its blocks made anew. */
export function withReference(readme: string): string {
  return Object.entries(referenceBlocks()).reduce((text, [name, block]) => {
    const start = `<!-- ${name}: made by npm run readme -->`;
    const end = `<!-- /${name} -->`;
    const [before, rest] = split(text, start);
    const [, after] = split(rest, end);
    return `${before}${start}\n\n${block}\n\n${end}${after}`;
  }, readme);
}

function split(text: string, marker: string): [string, string] {
  const at = text.indexOf(marker);
  if (at < 0) throw new Error(`The README has no ${marker}`);
  return [text.slice(0, at), text.slice(at + marker.length)];
}

type Pages = readonly [string, HelpPage][];

/** The commands with which a team decides and tunes. */
const DECIDE: Pages = Object.entries(PAGES).filter(([name]) =>
  ['models', 'migrate', 'compare', 'pick', 'sweep'].includes(name),
);

/** The commands about edits that were sent earlier: those that have no table of their own. */
const CONTROL: Pages = Object.entries(PAGES).filter(
  ([name]) => !['edit', 'batch', 'sandbox', ...DECIDE.map(([other]) => other)].includes(name),
);

function commandTable(pages: Pages): string {
  return table(
    ['command', 'what it does'],
    pages.map(([, { usage, about }]) => [code(usage.replace(' [options]', '')), cell(about)]),
  );
}

/** Flags that several commands share stand there once. @param known flags that have been shown already */
function commandFlagTable(pages: Pages, known: readonly HelpFlag[] = []): string {
  const isKnown = ({ name, help }: HelpFlag): boolean =>
    known.some((flag) => flag.name === name && flag.help === help);
  const rows = new Map<string, { flag: HelpFlag; commands: string[] }>();
  for (const [name, { flags }] of pages) {
    for (const flag of flags.filter((one) => !isKnown(one))) {
      const key = JSON.stringify([spelling(flag), flag.help]);
      const row: { flag: HelpFlag; commands: string[] } = rows.get(key) ?? { flag, commands: [] };
      row.commands.push(name);
      rows.set(key, row);
    }
  }
  return table(
    ['flag', 'of', 'meaning'],
    [...rows.values()].map(({ flag, commands }) => [
      code(spelling(flag)),
      commands.length === pages.length ? 'all' : commands.join(', '),
      cell(flag.help),
    ]),
  );
}

function flagTable(flags: readonly HelpFlag[]): string {
  const rows = flags
    .filter((flag) => flag.hidden !== true)
    .map((flag) => [code(spelling(flag)), cell(flag.help)]);
  return table(['flag', 'meaning'], rows);
}

function spelling({ name, short, value }: HelpFlag): string {
  return `${short === undefined ? '' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`;
}

/** As many columns as a page takes: the first models in full, their sisters in a line each. */
function modelTable(): string {
  const [columns, sisters] = [MODELS.slice(0, 2), MODELS.slice(2)];
  const keys = (Object.keys(FLAG_OF) as RequestKey[]).filter((key) => key !== 'prompt');
  const rows = keys.map((key) => [code(FLAG_OF[key]), ...columns.map((model) => cell(takes(model, key)))]);
  const head = [
    ['endpoint', ...columns.map(({ endpoint }) => code(endpoint))],
    ['what it is', ...columns.map(({ purpose }) => cell(purpose))],
    ['price', ...columns.map((model) => cell(priceOf(model)))],
  ];
  const others = sisters.map((model) => {
    const { name, endpoint, purpose } = model;
    return `- ${code(name)} (${code(endpoint)}): ${cell(purpose)}; ${cell(priceOf(model))}`;
  });
  return [
    table(['', ...columns.map(({ name }) => code(name))], [...head, ...rows]),
    'Their plain sisters, in full with `fal-edit models <name>`:',
    others.join('\n'),
  ].join('\n\n');
}

function priceOf({ price }: Model): string {
  return `$${price.unitUsd} a megapixel (read ${price.date})`;
}

function takes(model: Model, key: RequestKey): string {
  if (key === 'images') return model.maxImages === 1 ? 'exactly 1' : `1 to ${model.maxImages}`;
  const field = model.fields[key]?.[0];
  if (field === undefined) return 'refused';
  if (key === 'loras') return takesLoras(model, field);
  const { schema } = placeAt(model.input, [field]);
  if (allowed(schema) === 'true or false') return 'yes';
  const fallback = (model.input.shape as Record<string, { meta?: () => { default?: unknown } | undefined }>)[
    field
  ]?.meta?.()?.default;
  const shown = fallback === undefined || fallback === '' ? '' : `; fal's default: ${shownDefault(fallback)}`;
  return `${allowed(schema)}${shown}`;
}

function takesLoras(model: Model, field: string): string {
  const { properties } = z.toJSONSchema(model.input) as { properties: Record<string, { maxItems?: number }> };
  const most = properties[field]?.maxItems;
  const { schema } = placeAt(model.input, [field, 0, 'scale']);
  return `${most === undefined ? 'any number' : `up to ${most}`}; scale: ${allowed(schema)}`;
}

function exitCodeTable(): string {
  const kinds = Object.entries(EXIT_CODES) as [ErrorKind, { code: number; meaning: string }][];
  return table(
    ['code', 'kind', 'meaning'],
    [
      ['0', '', 'everything asked for was done'],
      ...kinds.map(([kind, { code: exit, meaning }]) => [String(exit), code(kind), cell(meaning)]),
    ],
  );
}

function table(head: string[], rows: string[][]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function code(text: string): string {
  return `\`${text.replaceAll('|', '\\|')}\``;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
}

function shownDefault(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
