import type { Output } from '../../context.js';
import type { Model } from '../../models/model.js';
import { FLAG_OF, type RequestKey } from '../../models/request.js';
import { sideBySideLines } from '../../terminal/side-by-side.js';
import { wrap } from '../../terminal/wrap.js';
import { priceText, takesCell } from './cells.js';
import { furtherFields, lacks } from '../../models/describe.js';

/** All models side by side. Long texts have their own lines on a terminal; for scripts they are rows of the table. */
export function overviewLines(models: readonly Model[], output: Pick<Output, 'isTTY' | 'columns'>): string[] {
  const row = (label: string, cell: (model: Model) => string): string[] => [label, ...models.map(cell)];
  const flags = (Object.keys(FLAG_OF) as RequestKey[]).filter((key) => key !== 'prompt');
  const table = [
    row('', ({ name }) => name),
    row('base', ({ base }) => base ?? 'unknown'),
    ...flags.map((key) => row(FLAG_OF[key], (model) => takesCell(model, key))),
    row('--set', (model) => (furtherFields(model) === 0 ? '-' : `${furtherFields(model)} more`)),
    row('price', priceText),
    row('price of', ({ billed }) => billed ?? '-'),
  ];
  if (output.isTTY !== true) {
    const long = [
      row('endpoint', ({ endpoint }) => endpoint),
      row('purpose', ({ purpose }) => purpose),
      row('lacks', (model) => lacks(model).join(', ')),
    ];
    return sideBySideLines(
      [['model', ...models.map(({ name }) => name)], ...table.slice(1), ...long],
      output,
    );
  }
  return [
    ...models.flatMap(({ name, endpoint, purpose }) => [
      `${name}  ${endpoint}`,
      ...wrap(purpose, widthOf(output) - 2).map((line) => `  ${line}`),
    ]),
    '',
    ...sideBySideLines(table, output),
    '',
    ...models.flatMap((model) => hanging(`${model.name} lacks ${listText(lacks(model))}`, output)),
    '',
    'In brackets: the default at fal. fal-edit models <name> shows',
    'one in full.',
  ];
}

function listText(names: readonly string[]): string {
  return names.length === 0 ? 'nothing that another has' : names.join(', ');
}

function hanging(text: string, output: Pick<Output, 'columns'>): string[] {
  return wrap(text, widthOf(output) - 2).map((line, index) => (index === 0 ? line : `  ${line}`));
}

/** A terminal that reports 0 columns does not know its width. */
function widthOf({ columns }: Pick<Output, 'columns'>): number {
  return columns === undefined || columns === 0 ? 80 : Math.max(40, columns);
}
