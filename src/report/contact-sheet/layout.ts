import { fitted, textWidth } from './fitted.js';

/** A cell of a sheet. Its texts may be untrusted. */
export interface SheetCell {
  /** Absolute; undefined for a cell without a picture. */
  path: string | undefined;
  /** Why there is no picture; shown in its place. */
  note?: string;
  /** Shown beneath the picture, on one line. */
  label?: string;
}

/** Pictures in rows and columns. Its texts may be untrusted; an ellipsis replaces what does not fit. */
export interface Sheet {
  title: string;
  /** Shown above each column. */
  columns: string[];
  /** Shown to the left of each row. */
  rows: string[];
  /** Row by row; undefined leaves a blank. */
  cells: (SheetCell | undefined)[][];
  footer?: string;
}

/** Positions and sizes on a sheet, in pixels. */
export interface Layout {
  width: number;
  /** Around the whole sheet. */
  margin: number;
  /** Around each picture. */
  padding: number;
  /** Longest side of a picture. */
  cell: number;
  /** From the left of one cell to the left of the next. */
  pitch: number;
  /** Width of a full row: row head and cells. */
  tableWidth: number;
  /** Width of the row heads; 0 if there are none. */
  headWidth: number;
  /** Number of columns side by side; the others continue below. */
  across: number;
  columns: number;
  rows: number;
  /** Font sizes. */
  type: { title: number; head: number; label: number };
  /** Whether any cell has a label. */
  labelled: boolean;
}

/** Browsers and viewers give up at 32,767 pixels. */
const WIDEST = 30_000;
/** Leaves a sheet of one small picture room for its title. */
const NARROWEST = 360;
export function layoutOf(sheet: Sheet, cell: number): Layout {
  const em = Math.min(18, Math.max(9, Math.round(cell / 22)));
  const margin = Math.max(12, Math.round(cell / 11));
  const padding = Math.max(3, Math.round(cell / 32));
  const pitch = cell + 2 * padding;
  const columns = Math.max(sheet.columns.length, ...sheet.cells.map((row) => row.length), 0);
  const headWidth = rowHeadWidth(sheet.rows, Math.max(110, Math.round(cell * 0.6)), em);
  const room = Math.floor((WIDEST - 2 * margin - headWidth) / pitch);
  const across = Math.max(1, Math.min(columns, room));
  const tableWidth = headWidth + across * pitch + 1;
  return {
    width: Math.max(NARROWEST, 2 * margin + tableWidth),
    tableWidth,
    margin,
    padding,
    cell,
    pitch,
    headWidth,
    across,
    columns,
    rows: Math.max(sheet.rows.length, sheet.cells.length),
    type: { title: Math.round(em * 1.5), head: em, label: Math.max(8, em - 1) },
    labelled: sheet.cells.some((row) => row.some((one) => (one?.label ?? '') !== '')),
  };
}

/** Width that the longest row head needs, up to a limit at which row heads are broken into lines. */
function rowHeadWidth(rows: readonly string[], most: number, size: number): number {
  const widths = rows
    .flatMap((text) => fitted(text, { width: most / size, lines: 4 }))
    .map((line) => textWidth(line) * size);
  const longest = widths.reduce((one, other) => Math.max(one, other), 0);
  return longest === 0 ? 0 : Math.min(most, Math.ceil(longest)) + size;
}
