import * as z from 'zod';
import { pageOf, usageOf } from '../../src/commands/at-once.js';
import type { CommandSpec } from '../../src/commands/command.js';
import { COMMANDS } from '../../src/commands/all.js';
import { exitsText, type HelpFlag } from '../../src/terminal/help.js';
import { EXIT_CODES, type ErrorKind } from '../../src/exit-codes.js';
import { allowed, schemaAt } from '../../src/models/allowed.js';
import type { ListedModel, Model } from '../../src/models/model.js';
import { MODELS } from '../../src/models/registry.js';
import { FLAG_OF, type RequestKey } from '../../src/models/request.js';
import { SHORT_NAMES } from '../../src/models/short-names.js';
import { interfaceTable } from './interface-table.js';
import { jsonSections } from './json-page.js';
import { cell, code, table } from './table.js';
import { describeToxics } from '../../src/sandbox/faults/toxic-text.js';

/** The blocks of the pages that are made from the code, by the name between their markers. */
const BLOCKS: Record<string, () => string> = {
  commands: commandTable,
  reference: () => COMMANDS.map(({ spec }) => commandSection(spec)).join('\n\n'),
  models: modelTable,
  'short-names': () =>
    table(
      ['name', 'endpoint'],
      Object.entries(SHORT_NAMES).map(([name, endpoint]) => [code(name), code(endpoint)]),
    ),
  'exit-codes': exitCodeTable,
  'library-call': () =>
    interfaceTable(
      ['src/models/request.ts', 'EditRequest'],
      ['src/models/request.ts', 'UploadSettings'],
      ['src/models/request.ts', 'FinishSettings'],
      ['src/library/call.ts', 'EditCall'],
      ['src/library/call.ts', 'Access'],
    ),
  'library-batch': () =>
    interfaceTable(['src/library/many-call.ts', 'BatchCall'], ['src/library/many-call.ts', 'ManyCall']),
  'library-compare': () => interfaceTable(['src/library/many-call.ts', 'CompareCall']),
  'library-many': () =>
    interfaceTable(
      ['src/library/many-call.ts', 'BatchResult'],
      ['src/library/many-call.ts', 'CompareResult'],
    ),
  'library-result': () => interfaceTable(['src/edit/record.ts', 'EditRecord']),
  json: jsonSections,
  faults: () => ['```', ...describeToxics(), '```'].join('\n'),
};

/** A page with its blocks made anew: `<!-- name: made by npm run docs -->` to `<!-- /name -->`. */
export function withBlocks(page: string): string {
  return page.replaceAll(
    /(<!-- ([\w-]+): made by npm run docs -->\n)[^]*?(<!-- \/\2 -->)/g,
    (_, start: string, name: string, end: string) => {
      const block = BLOCKS[name];
      if (block === undefined)
        throw new Error(`There is no block ${name}. There are: ${Object.keys(BLOCKS).join(', ')}`);
      return `${start}\n${block()}\n\n${end}`;
    },
  );
}

function commandTable(): string {
  return table(
    ['command', 'what it does'],
    COMMANDS.map(({ spec }) => {
      const { usage, about } = pageOf(spec);
      return [code(usage.replace(' [options]', '')), cell(about)];
    }),
  );
}

/** A command as its help has it: what it does, how it is called, all flags, and what stands below them. */
function commandSection(spec: CommandSpec): string {
  const { name, about, flags, examples, notes = [], exits } = spec;
  const calls = examples.map(([command, what]) => `# ${what}\n${command}`);
  return [
    `## fal-edit ${name}`,
    cell(about),
    ['```', usageOf(spec), '', ...calls, '```'].join('\n'),
    flagTable(flags),
    ...[...notes, exitsText(exits)].map(cell),
  ].join('\n\n');
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

function priceOf({ price }: ListedModel): string {
  return `$${price.unitUsd} a megapixel (read ${price.date})`;
}

function takes(model: Model, key: RequestKey): string {
  if (key === 'images') return model.maxImages === 1 ? 'exactly 1' : `1 to ${model.maxImages}`;
  const field = model.fields[key]?.[0];
  if (field === undefined) return 'refused';
  if (key === 'loras') return takesLoras(model, field);
  const { schema } = schemaAt(model.input, [field]);
  if (allowed(schema) === 'true or false') return 'yes';
  const fallback = (model.input.shape as Record<string, { meta?: () => { default?: unknown } | undefined }>)[
    field
  ]?.meta?.()?.default;
  const defaultText =
    fallback === undefined || fallback === '' ? '' : `; fal's default: ${valueText(fallback)}`;
  return `${allowed(schema)}${defaultText}`;
}

function takesLoras(model: Model, field: string): string {
  const { properties } = z.toJSONSchema(model.input) as { properties: Record<string, { maxItems?: number }> };
  const most = properties[field]?.maxItems;
  const { schema } = schemaAt(model.input, [field, 0, 'scale']);
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

function valueText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
