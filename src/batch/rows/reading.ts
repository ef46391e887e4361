import type { Context } from '../../context.js';
import type { EditOrder } from '../../edit/plan/plan.js';
import type { CurrentPrice } from '../../fal/platform/prices.js';
import type { RowChanges } from '../../ledger/batch/rows.js';
import type { Caps } from '../../ledger/spending.js';
import type { Ledger } from '../../ledger/ledger.js';
import type { Expectations } from '../expect/expectations.js';
import type { FolderIdentity } from '../folder/folder-identity.js';
import type { Shard } from './identity.js';
import type { Fields, Position, Problem } from '../manifest/entry.js';
import type { Standing } from '../run/summary.js';

/** The edit of a row, read from its fields. */
export interface RowOrder {
  /** The user's own name for it. */
  id: string | undefined;
  order: EditOrder;
  expectations: Expectations;
  /** Its prompt stands in a file of its own, which may say something else the next time. */
  hasPromptFile?: boolean;
}

export interface PlanOptions {
  ledger: Ledger;
  context: Context;
  /** Absolute. */
  outDir: string;
  /** Absolute folder at which relative paths of the rows start. */
  folder: string;
  /** @throws FalEditError (usage, input), a line for each thing that is wrong, each beginning with the field */
  readRow: (fields: Fields) => Promise<RowOrder>;
  /** An endpoint's price, without asking fal; undefined if unknown. */
  priceOf: (endpoint: string) => CurrentPrice | undefined;
  shard: Shard | undefined;
  /** The identity of the folder. */
  identity: FolderIdentity;
  /** Names of pictures are ours, and may be others each time: what is done keeps the one that it has. */
  namesAreOurs?: boolean;
  /** Send what may have been paid for under a fingerprint that cannot be made again. */
  again: boolean;
  /** Where there is one, rows must be such that it can be told what they cost at most. */
  caps: Caps;
  /** All that decides what becomes of a row but itself and its files; undefined: what was read is not recognised later. */
  basis?: unknown;
  /** Leave out rows in which something is wrong. */
  skipInvalid: boolean;
  /** The ledger knows of no edit: what has the name of a row's picture may be one that was paid for and forgotten. */
  countMade?: boolean;
  /** Rows may have been made by a run whose records are lost: their pictures may be there. */
  mayBeMade?: boolean;
  onProblem: (problem: Problem) => void;
  /** Leave the ledger as it was: the rows are only looked at. */
  inspect?: (plan: BatchPlan) => Promise<void> | void;
}

/** The result of a reading. */
export interface BatchPlan {
  /** Rows of this batch (of this shard). */
  rows: number;
  /** Rows that belong to other shards. */
  elsewhere: number;
  /** Rows in which something is wrong. */
  invalid: number;
  problems: number;
  /** Rows that ask for the very picture that another one asks for, seed included. */
  equal: number;
  /** Rows that may have been paid for under a fingerprint of an earlier version, of which that cannot be told. */
  unrecognised: { place: Position; id: string | undefined }[];
  /** Rows whose pictures seem to be there already, where that was asked for. */
  made: number;
  changes: RowChanges;
  /** Nothing is different from the last reading: rows, order, ids, places and what is expected. */
  isSame: boolean;
  /** Whether the rows are in the ledger now. */
  kept: boolean;
  /** Where the rows are, where the ledger forgot them again. */
  standing?: Standing | undefined;
}
