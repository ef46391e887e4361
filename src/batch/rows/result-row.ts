import type { Charged } from '../../errors/error.js';
import type { ErrorKind } from '../../exit-codes.js';
import type { RowState } from '../../ledger/batch/states.js';
import type { CostGrade } from '../../ledger/job.js';
import type { Position } from '../manifest/entry.js';

export { ROW_STATES, type RowState } from '../../ledger/batch/states.js';

/** Version of the rows in results.jsonl, of summary.json and of the events. */
export const BATCH_SCHEMA_VERSION = 1;

/** One expectation, measured on one picture. */
export interface Measured {
  /** `min_width`, `max_change`, … */
  expectation: string;
  /** As the user wrote it. */
  wanted: number | string | boolean;
  /** The measured value; null if it could not be measured. */
  found: number | string | boolean | null;
  met: boolean;
  /** Index of the picture, from 0. */
  image: number;
}

/** One picture of a row, or another file that fal returned with it. */
export interface ResultImage {
  /** Relative to the out-dir, with forward slashes; null if it was not kept. */
  path: string | null;
  /** Name of the output that it belongs to; null for the main one. Absent in files of earlier releases. */
  field?: string | null | undefined;
  width: number | null;
  height: number | null;
  content_type: string | null;
  bytes: number | null;
  /** SHA-256 of the file. */
  sha256: string | null;
  /** SHA-256 of the bytes that fal returned. Absent in files of earlier releases, which saved just these. */
  received_sha256?: string | null | undefined;
  nsfw: boolean | null;
}

/**
 * A row with its result: a line of results.jsonl, and the source of reports. Unknown figures are null. Texts are
 * unchanged from the manifest or fal: not safe in a terminal or in HTML.
 */
export interface ResultRow {
  schema_version: number;
  /** The row's identity, hexadecimal; independent of its position. */
  key: string;
  /** Our id for its edit, in the ledger of the out-dir. */
  job: string | null;
  /** Version of the fingerprint that the key is derived from; absent in lines of version 1. */
  fingerprint: number;
  /** The id that the user gave it. */
  id: string | null;
  place: Position;
  state: RowState;
  /** Run on the sandbox: nothing is charged, whatever its figures say. */
  sandbox: boolean;
  /** Number of times it was sent; 0 if never. */
  attempt: number;
  model: string;
  endpoint: string;
  request_id: string | null;
  prompt: string;
  /** Null for a model that takes none. */
  seed: number | null;
  /**
   * The pictures that were edited: paths relative to the out-dir with forward slashes (absolute if there is no
   * relative path), or http(s) URLs.
   */
  inputs: string[];
  images: ResultImage[];
  cost: {
    estimated_usd: number | null;
    /** Where the estimate comes from. Absent in files of earlier releases, which calculated it. */
    grade?: CostGrade | undefined;
    billed_units: number | null;
    unit_price_usd: number | null;
    billed_usd: number | null;
  };
  timings: { queued_ms: number | null; inference_ms: number | null; total_ms: number | null };
  expectations: Measured[];
  warnings: string[];
  /** Changes to the pictures for their upload, one line each. Absent in files of earlier releases. */
  notes?: string[] | undefined;
  error: { kind: ErrorKind; message: string; hint: string | null; charged: Charged } | null;
  /** ISO 8601; null until it ends. */
  finished_at: string | null;
}

/** The picture of a row that reports show and measure: none if the main output is a drawing or an archive. */
export function mainPicture({ images }: { images: readonly ResultImage[] }): ResultImage | undefined {
  return mainPictures({ images })[0];
}

/** The pictures of a row's main output, without files that cannot be shown. */
export function mainPictures({ images }: { images: readonly ResultImage[] }): ResultImage[] {
  return images.filter(({ field, width, path }) => field == null && (path === null || width !== null));
}

/** Number of rows in each state. */
export type RowCounts = Record<RowState, number>;

/** How the unknown price of an endpoint was replaced in a run; in summary.json too. */
export interface AssumedCost {
  endpoint: string;
  /** For one edit, in dollars; null if nothing was assumed. */
  assumed_usd: number | null;
  /** Mean of the bills in dollars; null if fal has billed none. */
  measured_usd: number | null;
  /** Number of bills. */
  bills: number;
}

/** summary.json: a batch after its last run. */
export interface BatchSummary {
  schema_version: number;
  /** `ok` if everything is done; else the kind of error that decided the exit code. */
  status: 'ok' | ErrorKind;
  /** Run on the sandbox: nothing is charged, and costs are those that fal would have billed. */
  sandbox: boolean;
  exit_code: number;
  /** The manifest, or the pictures, as the user named them. */
  source: string;
  /** `2/8`, or null. */
  shard: string | null;
  started_at: string;
  finished_at: string;
  /** Number of rows in the manifest (in this shard); the counts by state add up to it. */
  rows: number;
  states: RowCounts;
  /** Invalid rows that were skipped (`--skip-invalid`). */
  invalid: number;
  /** Files in the named folders that are not rows, by type: bmp, raw, …, other. */
  left_out?: Record<string, number>;
  /** Figures of this run only. */
  run: {
    /** Paid submits that fal accepted, or may have. */
    submitted: number;
    uploads: number;
    uploaded_bytes: number;
    total_ms: number;
    /** Why it stopped sending early; null if it did not. */
    stopped: string | null;
    /** How unknown prices were replaced, for each endpoint that had none. */
    assumed_costs: AssumedCost[];
  };
  /** Cost of all rows in all runs, in dollars. */
  cost: {
    /** Billed by fal, as far as known. */
    billed_usd: number;
    /** For a batch on the sandbox: the amount that fal would have billed. */
    would_be_usd?: number;
    /** Estimates for edits that fal has or may have, and has not billed yet. */
    outstanding_usd: number;
    /** Estimates for edits still to be sent. */
    pending_usd: number;
  };
}
