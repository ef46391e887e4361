import type { RowState } from '../../batch/rows/result-row.js';

/** Unit of a figure; a `ratio` of 1 is shown as 100 per cent. */
export type Unit = 'usd' | 'ms' | 'bytes' | 'ratio' | 'px' | '';

/** A figure that items have, by which they can be sorted. Cards show the first few that are known. */
export interface Metric {
  /** Its name in {@link ReportItem.figures}. */
  key: string;
  label: string;
  unit: Unit;
}

/** A parameter that was varied, its values in order. */
export interface Axis {
  name: string;
  values: string[];
}

/** One number about the whole, in words already: "cost", "$12.40 billed". */
export interface Figure {
  label: string;
  value: string;
  hint?: string | undefined;
}

/** Texts in columns. A column whose cells are all figures stands at the right. */
export interface ReportTable {
  title: string;
  columns: string[];
  rows: string[][];
}

/** Lines over one axis: a value of each series for each value of x; null leaves a gap. */
export interface Chart {
  title: string;
  x: { label: string; values: (number | string)[] };
  series: { name: string; values: (number | null)[] }[];
}

/** Data that a page has once. Texts may hold anything: they are never treated as HTML. */
export interface ReportHead {
  kind: 'batch' | 'compare' | 'sweep';
  /** The manifest's name, or what else tells this report from others. */
  title: string;
  /** Made by the sandbox: a banner says so. */
  sandbox: boolean;
  figures: Figure[];
  /** Plain sentences. */
  verdict?: string[] | undefined;
  tables?: ReportTable[] | undefined;
  charts?: Chart[] | undefined;
  metrics: Metric[];
  /**
   * None for a list. The first makes the columns of a grid, the second its rows; of each further one a value is
   * chosen.
   */
  axes: Axis[];
  /** ISO 8601. */
  madeAt: string;
}

/** One picture on the disk. */
export interface ReportPicture {
  /** Relative to the page, encoded: see `urlTo`. */
  src: string;
  /** A smaller copy; null if the picture itself is small. */
  thumb: string | null;
  /** Pixels. */
  width: number | null;
  /** Pixels. */
  height: number | null;
  /** As people know it; any text. */
  name: string;
}

/** One edit. Texts may hold anything: they are never taken for HTML. */
export interface ReportItem {
  /** The edit's identity; no two items have the same. */
  key: string;
  /** Its id or its place. */
  title: string;
  state: RowState;
  prompt: string;
  model: string;
  seed: number;
  /** The pictures that were edited, those on the disk. */
  before: ReportPicture[];
  /** Those that are somewhere else: shown as text, never loaded. */
  beforeUrls: string[];
  /** The results; none where there are none. */
  after: ReportPicture[];
  /** By the keys of the head's metrics; null where it is not known. */
  figures: Record<string, number | null>;
  /** Messages for people: errors, hints, failed expectations, warnings. */
  notes: string[];
  /** fal's id of the request; null where it never got one. */
  request: string | null;
  /** The command line that repeats this edit. */
  command: string | null;
  /** Where it stands in the grid: a value by the name of each axis. */
  at: Record<string, string>;
}

/** The part of the head that the page's script reads; the rest of it is plain HTML. */
export type PageHead = Pick<ReportHead, 'kind' | 'sandbox' | 'metrics' | 'axes'> & { charts: Chart[] };
