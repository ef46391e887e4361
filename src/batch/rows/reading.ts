import type { Context } from '../../context.js';
import type { EditOrder } from '../../edit/plan/plan.js';
import type { KnownPrices } from '../../edit/plan/estimate.js';
import type { RowChanges } from '../../ledger/batch/rows.js';
import type { Caps } from '../../ledger/spending.js';
import type { Ledger } from '../../ledger/ledger.js';
import type { Expectations } from '../expect/expectations.js';
import type { FolderIdentity } from '../folder/folder-identity.js';
import type { Shard } from './identity.js';
import type { Fields, Position, Problem } from '../manifest/entry.js';
import type { Standing } from '../run/summary.js';

/** An edit read from a row's fields. */
export interface RowOrder {
  /** The id that the user gave it. */
  id: string | undefined;
  order: EditOrder;
  expectations: Expectations;
  /** Whether its prompt is in a separate file, which may change before the next run. */
  hasPromptFile?: boolean;
}

export interface PlanOptions {
  ledger: Ledger;
  context: Context;
  /** Absolute. */
  outDir: string;
  /** Absolute folder that relative paths in rows start from. */
  folder: string;
  /** @throws FalEditError (usage, input), with a line for each problem, beginning with the field */
  readRow: (fields: Fields) => Promise<RowOrder>;
  /** An endpoint's prices, without asking fal. */
  pricesOf: (endpoint: string) => Promise<KnownPrices>;
  shard: Shard | undefined;
  /** Identity of the batch folder. */
  identity: FolderIdentity;
  /** Whether we choose the pictures' names, which may change between runs: finished rows keep theirs. */
  namesAreOurs?: boolean;
  /** Send rows that may have been paid for under a fingerprint that cannot be recomputed. */
  again: boolean;
  /** With a cap, every row's maximum cost must be known. */
  caps: Caps;
  /**
   * Everything that affects rows except their fields and files; if undefined, a later run cannot reuse this reading.
   */
  basis?: unknown;
  /** Skip invalid rows. */
  skipInvalid: boolean;
  /** The ledger has no edits: a file with the name of a row's picture may be a paid one that was forgotten. */
  countMade?: boolean;
  /** Rows may have been sent by a run whose records are lost: their pictures may exist. */
  mayBeMade?: boolean;
  onProblem: (problem: Problem) => void;
  /** Inspects the plan without changing the ledger. */
  inspect?: (plan: BatchPlan) => Promise<void> | void;
}

/** Rows that have notes. */
export interface RowNotes {
  rows: number;
  examples: readonly string[];
}

/** Result of a reading. */
export interface BatchPlan {
  /** Number of rows in this batch (in this shard). */
  rows: number;
  /** Number of rows in other shards. */
  elsewhere: number;
  /** Number of invalid rows. */
  invalid: number;
  problems: number;
  /** Number of rows that request exactly the same edit as another row, including the seed. */
  equal: number;
  /** Rows whose pictures are changed for their upload; unknown if the rows were not read again. */
  converted?: RowNotes | undefined;
  /** Rows with facts about their fields that no schema holds; unknown if the rows were not read again. */
  fieldNotes?: RowNotes | undefined;
  /** Rows that may have been paid for under a fingerprint of an earlier version that cannot be recomputed. */
  unrecognised: { place: Position; id: string | undefined }[];
  /** Number of rows whose pictures seem to exist already, if requested. */
  made: number;
  changes: RowChanges;
  /** Whether nothing has changed since the last reading: rows, order, ids, positions and expectations. */
  isSame: boolean;
  /** Whether the rows are now in the ledger. */
  kept: boolean;
  /** States and costs of the rows, if the ledger did not keep them. */
  standing?: Standing | undefined;
}
