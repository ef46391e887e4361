/** What stands in one place of a sheet. Its texts may be foreign. */
export interface SheetCell {
  /** Absolute; undefined for a cell without a picture. */
  path: string | undefined;
  /** Why there is no picture; in its place. */
  note?: string;
  /** Beneath the picture, on one line. */
  label?: string;
}

/** Pictures in rows and columns. Its texts may be foreign; what does not fit is cut with an ellipsis. */
export interface Sheet {
  title: string;
  /** Above each column. */
  columns: string[];
  /** To the left of each row. */
  rows: string[];
  /** Row by row; undefined for a place that is left blank. */
  cells: (SheetCell | undefined)[][];
  footer?: string;
}
