import type { RowState } from '../../batch/rows/result-row.js';

/** Unit of a figure; a `ratio` of 1 is shown as 100 per cent. */
export type Unit = 'usd' | 'ms' | 'bytes' | 'ratio' | 'px' | '';

/** A figure by which items can be sorted. Cards show the first few known ones. */
export interface Metric {
  /** Key in {@link ReportItem.figures}. */
  key: string;
  label: string;
  unit: Unit;
}

/** A parameter that was varied, its values in order. */
export interface Axis {
  name: string;
  values: string[];
}

/** One figure about the whole report, already formatted: "cost", "$12.40 billed". */
export interface Figure {
  label: string;
  value: string;
  hint?: string | undefined;
}

/** Texts in columns. A column of only figures is right-aligned. */
export interface ReportTable {
  title: string;
  columns: string[];
  rows: string[][];
}

/** Line chart: one value per series for each value of x; null leaves a gap. */
export interface Chart {
  title: string;
  x: { label: string; values: (number | string)[] };
  series: { name: string; values: (number | null)[] }[];
}

/** Data that appears once on a page. Texts may hold anything: they are never treated as HTML. */
export interface ReportHead {
  kind: 'batch' | 'compare' | 'sweep';
  /** Name of the manifest, or another text that identifies this report. */
  title: string;
  /** Whether the sandbox made it; a banner says so. */
  sandbox: boolean;
  figures: Figure[];
  /** Plain sentences. */
  verdict?: string[] | undefined;
  tables?: ReportTable[] | undefined;
  charts?: Chart[] | undefined;
  metrics: Metric[];
  /**
   * Empty for a list. The first axis makes the columns of a grid, the second its rows; the reader chooses a value of
   * each further one.
   */
  axes: Axis[];
  /** ISO 8601. */
  madeAt: string;
}

/** One picture on disk. */
export interface ReportPicture {
  /** URL relative to the page, encoded: see `urlTo`. */
  src: string;
  /** A smaller copy; null if the picture itself is small. */
  thumb: string | null;
  /** Pixels. */
  width: number | null;
  /** Pixels. */
  height: number | null;
  /** Name for people; any text. */
  name: string;
}

/** One edit. Texts may hold anything: they are never treated as HTML. */
export interface ReportItem {
  /** The edit's identity; no two items have the same. */
  key: string;
  /** The row's id or its position. */
  title: string;
  state: RowState;
  prompt: string;
  model: string;
  seed: number | null;
  /** Input pictures that are on disk. */
  before: ReportPicture[];
  /** URLs of other input pictures: shown as text, never loaded. */
  beforeUrls: string[];
  /** Result pictures; may be empty. */
  after: ReportPicture[];
  /** By the keys of the head's metrics; null if unknown. */
  figures: Record<string, number | null>;
  /** Messages for people: errors, hints, failed expectations, warnings. */
  notes: string[];
  /** fal's id of the request; null if it never got one. */
  request: string | null;
  /** Command line that repeats this edit. */
  command: string | null;
  /** Position in the grid: a value for the name of each axis. */
  at: Record<string, string>;
}

/** The part of the head that the page's script reads; the rest of it is plain HTML. */
export type PageHead = Pick<ReportHead, 'kind' | 'sandbox' | 'metrics' | 'axes'> & { charts: Chart[] };
