import path from 'node:path';
import { mainPicture, type ResultRow } from '../batch/rows/result-row.js';
import type { Context } from '../context.js';
import type { PreviewPicture } from '../terminal/preview.js';

/** Rows of the terminal that a picture with its results takes. */
const ROWS = 14;
/** More fill the screen many times over; the page has them all. */
const MOST_PICTURES = 20;
const DEFAULT_COLUMNS = 80;

/** A picture with results of it, for a line of the preview. Names are printed below; they may come from outside. */
export interface EditedPicture {
  name: string;
  /** All of them of this picture, in the order in which they are shown. */
  edits: readonly { name: string; result: Pick<ResultRow, 'inputs' | 'images'> }[];
}

/** Text of a preview, and the number of pictures left out. */
export interface EditsPreview {
  /** Empty where the terminal shows no pictures. */
  text: string;
  /** Number of pictures left out for lack of room; 0 if none are shown. */
  left: number;
}

/**
 * `--preview`: a line for each picture, with its results beside it. Pictures given as URLs and results that were not
 * kept are left out.
 *
 * @param outDir absolute, at which relative paths of the results start
 */
export async function editsPreview(
  pictures: readonly EditedPicture[],
  outDir: string,
  { stdout, env }: Pick<Context, 'stdout' | 'env'>,
): Promise<EditsPreview> {
  const { pictureProtocol, previewText } = await import('../terminal/preview.js');
  const protocol = pictureProtocol(stdout, env);
  if (protocol === 'none') return { text: '', left: 0 };
  const size = { columns: stdout.columns || DEFAULT_COLUMNS, rows: ROWS };
  const texts: string[] = [];
  for (const picture of pictures.slice(0, MOST_PICTURES)) {
    texts.push(await previewText(lineOf(picture, outDir), protocol, size, env));
  }
  return { text: texts.join('\n'), left: pictures.length - texts.length };
}

function lineOf({ name, edits }: EditedPicture, outDir: string): PreviewPicture[] {
  const input = edits[0]?.result.inputs[0];
  const isHere = input !== undefined && !/^https?:/i.test(input);
  return [
    ...(isHere ? [{ path: path.resolve(outDir, input), name }] : []),
    ...edits.flatMap((edit) => {
      const file = mainPicture(edit.result)?.path ?? undefined;
      return file === undefined ? [] : [{ path: path.resolve(outDir, file), name: edit.name }];
    }),
  ];
}
