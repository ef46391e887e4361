/** Size on a terminal, in cells. */
export interface PreviewSize {
  columns: number;
  rows: number;
}

/** Slots of pictures side by side, in cells. */
export interface Slots<T> extends PreviewSize {
  pictures: readonly T[];
  /** From the left of one to the left of the next. */
  pitch: number;
}

/** Columns between two pictures. */
const GAP = 2;
/** Smallest width of a picture, in columns. */
const NARROWEST = 6;

/** Divides the room among the pictures: `columns` and `rows` are those that each has, without the row of names. */
export function slotsFor<T>(pictures: readonly T[], { columns, rows }: PreviewSize): Slots<T> {
  const room = Math.floor((columns + GAP) / (NARROWEST + GAP));
  const fitting = pictures.slice(0, Math.max(1, room));
  const width = Math.floor((columns + GAP) / Math.max(1, fitting.length)) - GAP;
  return { pictures: fitting, columns: Math.max(1, width), rows: Math.max(1, rows - 1), pitch: width + GAP };
}
