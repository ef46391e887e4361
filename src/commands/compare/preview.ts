import type { Context } from '../../context.js';
import { cameOut, modelOf, subjectOf, type ComparedEdit } from '../../study/compare/measures.js';
import { grouped } from '../../study/grouped.js';
import { editsPreview, type EditedPicture } from '../edits-preview.js';

/**
 * Each picture beside its results of the first seed; empty if the terminal shows no pictures.
 *
 * @param outDir absolute
 */
export async function comparisonPreview(
  edits: readonly ComparedEdit[],
  outDir: string,
  context: Pick<Context, 'stdout' | 'env'>,
): Promise<string> {
  const places = grouped(edits.filter(cameOut), (edit) => subjectOf(edit, false));
  const { text, left } = await editsPreview([...places.values()].map(pictureOf), outDir, context);
  return left > 0 ? `${text}… and ${left} more on the page\n` : text;
}

function pictureOf(group: readonly ComparedEdit[]): EditedPicture {
  const ofModels = [...grouped(group, modelOf)];
  return {
    name: group[0]?.cell.at['picture'] ?? '',
    edits: ofModels.flatMap(([name, [first]]) =>
      first === undefined ? [] : [{ name, result: first.result }],
    ),
  };
}
