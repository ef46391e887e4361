import path from 'node:path';
import type { Context } from '../../context.js';
import { cameOut, modelOf, placeOf, type ComparedEdit } from '../../study/compare/measures.js';
import { grouped } from '../../study/grouped.js';

/** Rows of the terminal that a picture with its results takes. */
const ROWS = 14;
/** More fill the screen many times over; the page has them all. */
const MOST_SHOWN = 20;
const DEFAULT_COLUMNS = 80;

/**
 * Each picture beside its results, those of the first seed; empty where the terminal shows none.
 *
 * @param outDir absolute
 */
export async function comparisonPreview(
  edits: readonly ComparedEdit[],
  outDir: string,
  { stdout, env }: Pick<Context, 'stdout' | 'env'>,
): Promise<string> {
  const { pictureProtocol, previewText } = await import('../../terminal/preview.js');
  const protocol = pictureProtocol(stdout, env);
  if (protocol === 'none') return '';
  const size = { columns: stdout.columns || DEFAULT_COLUMNS, rows: ROWS };
  const places = [...grouped(edits.filter(cameOut), (edit) => placeOf(edit, false)).values()];
  const shown: string[] = [];
  for (const group of places.slice(0, MOST_SHOWN)) {
    shown.push(await previewText(picturesOf(group, outDir), protocol, size, env));
  }
  const rest = places.length - shown.length;
  return `${shown.join('\n')}${rest > 0 ? `… and ${rest} more in the page\n` : ''}`;
}

function picturesOf(group: readonly ComparedEdit[], outDir: string): { path: string; name: string }[] {
  const [first] = group;
  const input = first?.result.inputs[0];
  const isHere = input !== undefined && !/^https?:/i.test(input);
  const firstOfModel = new Map(group.toReversed().map((edit) => [modelOf(edit), edit]));
  const models = [...new Set(group.map(modelOf))];
  return [
    ...(isHere ? [{ path: path.resolve(outDir, input), name: first?.cell.at['picture'] ?? '' }] : []),
    ...models.flatMap((name) => {
      const file = firstOfModel.get(name)?.result.images[0]?.path;
      return file === null || file === undefined ? [] : [{ path: path.resolve(outDir, file), name }];
    }),
  ];
}
