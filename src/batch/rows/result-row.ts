import type { Charged } from '../../errors/error.js';
import type { ErrorKind } from '../../exit-codes.js';
import type { RowState } from '../../ledger/batch/states.js';
import type { Position } from '../manifest/entry.js';

export { ROW_STATES, type RowState } from '../../ledger/batch/states.js';

/** Version of the rows of results.jsonl, of summary.json and of the events. */
export const BATCH_SCHEMA_VERSION = 1;

/** One expectation, measured on one picture. */
export interface Measured {
  /** `min_width`, `max_change`, … */
  expectation: string;
  /** As the user wrote it. */
  wanted: number | string | boolean;
  /** As it was found; null where it could not be measured. */
  found: number | string | boolean | null;
  met: boolean;
  /** Which picture, from 0. */
  image: number;
}

/** One picture of a row. */
export interface ResultImage {
  /** Relative to the out-dir, with forward slashes; null where it was not kept. */
  path: string | null;
  width: number | null;
  height: number | null;
  content_type: string | null;
  bytes: number | null;
  sha256: string | null;
  nsfw: boolean | null;
}

/**
 * A row with its result: a line of results.jsonl, and the source of reports. Unknown figures are null. Texts
 * are as the manifest or fal had them: not safe in a terminal or in HTML.
 */
export interface ResultRow {
  schema_version: number;
  /** The row's identity, hexadecimal: never its place. */
  key: string;
  /** Our id for the edit that it became, in the ledger of the out-dir. */
  job: string | null;
  /** Version of the fingerprint that the key is made of; lines of version 1 do not say it. */
  fingerprint: number;
  /** The user's own name for it. */
  id: string | null;
  place: Position;
  state: RowState;
  /** Played on the sandbox: nothing of it is charged, whatever its figures say. */
  sandbox: boolean;
  /** How often it was sent, from 1; 0 where it never was. */
  attempt: number;
  model: string;
  endpoint: string;
  request_id: string | null;
  prompt: string;
  seed: number;
  /**
   * The pictures that were edited: paths relative to the out-dir, with forward slashes (absolute where there is no
   * way from one to the other), or http(s) URLs.
   */
  inputs: string[];
  images: ResultImage[];
  cost: {
    estimated_usd: number | null;
    billed_units: number | null;
    unit_price_usd: number | null;
    billed_usd: number | null;
  };
  timings: { queued_ms: number | null; inference_ms: number | null; total_ms: number | null };
  expectations: Measured[];
  warnings: string[];
  error: { kind: ErrorKind; message: string; hint: string | null; charged: Charged } | null;
  /** ISO 8601; null while it is not over. */
  finished_at: string | null;
}

/** How many rows are in each state. */
export type RowCounts = Record<RowState, number>;

/** summary.json: a batch as its last run left it. */
export interface BatchSummary {
  schema_version: number;
  /** `ok` where everything is done; else the kind of error that decided the exit code. */
  status: 'ok' | ErrorKind;
  /** Played on the sandbox: nothing is charged, and its costs are what fal would have billed. */
  sandbox: boolean;
  exit_code: number;
  /** The manifest, or the pictures, as the user named them. */
  source: string;
  /** `2/8`, or null. */
  shard: string | null;
  started_at: string;
  finished_at: string;
  /** Rows of the manifest (of this shard), and how many of them are in each state: they add up. */
  rows: number;
  states: RowCounts;
  /** Rows that were passed over since something is wrong with them (`--skip-invalid`). */
  invalid: number;
  /** Files of the folders that were named which are no rows, by what they are: heic, bmp, …, other. */
  left_out?: Record<string, number>;
  /** The part of this run, without earlier runs. */
  run: {
    /** Paid submits that fal accepted, or may have. */
    submitted: number;
    uploads: number;
    uploaded_bytes: number;
    total_ms: number;
    /** Why it stopped sending before the end; null where it did not. */
    stopped: string | null;
  };
  /** Cost of all rows, whenever they were sent, in dollars. */
  cost: {
    /** Billed by fal, as far as it said so. */
    billed_usd: number;
    /** Would have been billed, in a batch on the sandbox, which bills nothing. */
    would_be_usd?: number;
    /** Estimates for what fal has or may have, and has not billed yet. */
    outstanding_usd: number;
    /** Estimates for what is still to be sent. */
    pending_usd: number;
  };
}
