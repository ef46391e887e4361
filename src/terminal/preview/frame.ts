import { drawnInside, type Raster } from '../../images/drawn-inside.js';
import type { PreviewSize, Slots } from './slots.js';

/** Pixels of a cell on a high-density screen. Larger pictures are shrunk to what is visible. */
const CELL_WIDTH = 16;
const CELL_HEIGHT = 32;

/** A PNG, and the cells that it fills. */
export interface FilePicture extends PreviewSize {
  png: Uint8Array;
}

/**
 * Pictures that the terminal draws itself. The rows are made first, so that the screen has scrolled before
 * anything is on it. Then each picture is drawn, and the cursor goes to the line below all of them.
 */
export async function fileFrame(
  { pictures, columns, rows, pitch }: Slots<{ path: string }>,
  sequence: (picture: FilePicture) => string,
): Promise<string> {
  const files: (FilePicture | undefined)[] = [];
  for (const { path } of pictures) files.push(await filePicture(path, { columns, rows }));
  const high = Math.max(...files.map((file) => file?.rows ?? 0));
  if (high === 0) return '';
  const sequences = files.map((file, index) =>
    file === undefined ? '' : `\x1b[${index * pitch + 1}G\x1b7${sequence(file)}\x1b8`,
  );
  return `${'\n'.repeat(high)}\x1b[${high}A${sequences.join('')}\x1b[${high}B\r`;
}

async function filePicture(path: string, size: PreviewSize): Promise<FilePicture | undefined> {
  const box = { width: size.columns * CELL_WIDTH, height: size.rows * CELL_HEIGHT };
  const drawn = await drawnInside(path, box);
  if (drawn === undefined) return undefined;
  const { default: sharp } = await import('sharp');
  const { width, height, data } = drawn;
  const png = await sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
  return { png, ...cellsOf(drawn, box) };
}

/** The terminal enlarges small pictures, so that an input is as large as its result. */
function cellsOf({ width, height }: Raster, box: { width: number; height: number }): PreviewSize {
  const scale = Math.min(box.width / width, box.height / height);
  return {
    columns: Math.max(1, Math.round((width * scale) / CELL_WIDTH)),
    rows: Math.max(1, Math.round((height * scale) / CELL_HEIGHT)),
  };
}
