import type { ProcessId } from '../context.js';
import type { Charged } from '../errors/error.js';
import type { ErrorKind } from '../exit-codes.js';

/**
 * The life of an edit: planned → intent → accepted → completed → saved, and its side exits.
 *
 * - planned: decided and checked; nothing is sent
 * - intent: the submit is about to be sent, or was sent and its answer has not been seen
 * - accepted: fal accepted it and gave it a request id
 * - completed: fal's result is here as JSON; its pictures are not all saved yet
 * - saved: every picture is a file
 * - rejected: fal did not accept it
 * - failed: it ended without a picture
 * - moderated: the content checker refused it or blanked a picture
 * - unknown: it was sent and its outcome is unknown
 * - cancelled: it was stopped before it ran
 */
export const JOB_STATES = [
  'planned',
  'intent',
  'accepted',
  'completed',
  'saved',
  'rejected',
  'failed',
  'moderated',
  'unknown',
  'cancelled',
] as const;
export type JobState = (typeof JOB_STATES)[number];

/**
 * The states from which each state can be reached. Any other step is a late report about a job that has moved on: it
 * changes nothing.
 */
export const BEFORE: Record<JobState, readonly JobState[]> = {
  planned: [],
  intent: ['planned'],
  // An unknown job may be found at fal later. For a rejected, cancelled or failed one, fal may also report otherwise.
  accepted: ['intent', 'unknown', 'rejected'],
  completed: ['accepted', 'cancelled', 'failed'],
  saved: ['accepted', 'completed', 'moderated'],
  rejected: ['planned', 'intent', 'unknown'],
  failed: ['planned', 'intent', 'accepted', 'completed'],
  moderated: ['accepted', 'completed', 'saved'],
  unknown: ['intent'],
  cancelled: ['planned', 'intent', 'accepted', 'unknown'],
};

/**
 * Where the estimated cost of an edit comes from.
 *
 * - calculated: from the price of a unit, and the number of units
 * - history: from fal, which knows the cost of earlier calls
 * - assumed: from the user, since it is unknown
 * - measured: from the bills of the same batch, since it is unknown
 * - unknown: there is no estimate
 */
export const COST_GRADES = ['calculated', 'history', 'assumed', 'measured', 'unknown'] as const;
export type CostGrade = (typeof COST_GRADES)[number];

/** Reason why a job ended, for people. */
export interface JobError {
  kind: ErrorKind;
  message: string;
  /** Whether the same edit may succeed if sent again; undefined if unknown. */
  retryable?: boolean;
}

/** A file that the edit uploaded, as fal's input names it. */
export interface UploadedFile {
  /** Hexadecimal. */
  sha256: string;
  url: string;
}

/** Changes to each picture before it is saved, and the input that they are made from. */
export interface FinishSpec {
  /** SHA-256 of the input's file, hexadecimal. */
  source: string;
  /** Put the input's transparency back. */
  alpha?: true;
  /** Convert to the input's colour profile. */
  icc?: true;
  /** keep: author, copyright, description and capture date; all: everything. */
  metadata?: 'keep' | 'all';
}

/** Where an edit's pictures are saved, so that any later command saves them where the first one would have. */
export interface OutputSpec {
  /**
   * As bytes to a stream, or into files. With a stream, the other fields say where to put pictures that did not
   * reach it.
   */
  kind: 'files' | 'stream';
  /** Absolute; a relative template starts here. */
  cwd: string;
  /** Path with placeholders. */
  template: string;
  /** Whether a taken name gets a number instead of being refused. */
  numberWhenTaken: boolean;
  /** Value of `{name}`. */
  name: string;
  /** Value of `{seed}`. */
  seed: number;
  /** Value of `{model}`: its short name. */
  model: string;
  /** Value of `{ext}`: file extension of the requested format, without the dot. */
  ext: string;
  /** Number of requested pictures. */
  count: number;
  /** Overwrite an existing file. */
  force: boolean;
  /** Save pictures that the safety checker blanked. */
  keepBlanked: boolean;
  /** Absent if the pictures are saved as fal returns them. */
  finish?: FinishSpec;
}

/** The part that the ledger stores: seed and model are the job's, and a stream ends with its command. */
export type StoredOutput = Omit<OutputSpec, 'kind' | 'seed' | 'model'>;

/** One picture or other file of a job. */
export interface JobImage {
  /** From 0, in fal's order: the main output first. */
  index: number;
  /** Name of the output that it belongs to; undefined for the main one. */
  field?: string | undefined;
  /** Absolute path chosen before the download; undefined if the bytes went to a stream. */
  target: string | undefined;
  /** Absolute path; undefined until it is saved. */
  path: string | undefined;
  /** Undefined, as the height, for a file that is no picture of pixels. */
  width: number | undefined;
  height: number | undefined;
  contentType: string | undefined;
  /** Size of the file. */
  bytes: number | undefined;
  /** SHA-256 of the file, hexadecimal. Set without a path: this is about to be saved, or was when the run was cut short. */
  sha256: string | undefined;
  /** SHA-256 of the bytes that fal returned. */
  receivedSha256: string | undefined;
  /** Steps of finishing that were left out, one sentence each; undefined if none were. */
  warnings?: readonly string[] | undefined;
}

/** A planned edit, before anything is sent. */
export interface NewJob {
  model: string;
  endpoint: string;
  /**
   * The way to fal: `fal`, the address of a proxy, `sandbox` for the built-in one that ends with its run, or
   * `sandbox+` and the address of one that runs on its own.
   */
  via: string;
  /**
   * Hash of the key that sent it; undefined for another person's key. Another account's history does not contain it.
   */
  account?: string | undefined;
  prompt: string;
  seed: number;
  /** Hash of the user's request, without values that we chose; equal for repeated runs of a command. */
  askedHash: string;
  /** Hash that earlier releases made of the same request, to find a job that they left unfinished. Not stored. */
  earlierHash?: string | undefined;
  /** Sent to be fetched later: never mistaken for an interrupted edit. */
  detached: boolean;
  output: StoredOutput;
  /** Dollars; undefined if unknown. */
  estimatedUsd: number | undefined;
  /** Where the estimate comes from; undefined in jobs of earlier releases, which calculated it. */
  costGrade?: CostGrade | undefined;
  unitPriceUsd: number | undefined;
  /** Hash of the schema that it was requested with; undefined for a listed model. No part of its identity. */
  schemaHash?: string | undefined;
}

/** Everything that the ledger knows about one edit. Times are milliseconds since the epoch. */
export interface Job extends Omit<NewJob, 'output' | 'askedHash' | 'earlierHash'> {
  /** Increases with every job: the order of the ledger, even if the clock was changed. */
  seq: number;
  /** Our id: `j` and eleven letters or digits. */
  id: string;
  state: JobState;
  /** fal's id; undefined until the edit is accepted. */
  requestId: string | undefined;
  askedHash: string | undefined;
  /** In the model's unit, from fal's answer. */
  billedUnits: number | undefined;
  billedUsd: number | undefined;
  charged: Charged;
  /** The job that was intended, if fal accepted a submit twice. */
  duplicateOf: string | undefined;
  /** The process that is working on it; undefined if there is none. */
  owner: ProcessId | undefined;
  plannedAt: number;
  /** Time just before the POST; undefined for a request that was not sent from here. */
  intentAt: number | undefined;
  /** Time on fal's clock by which it was certainly sent, if at all; undefined if fal had not given its time. */
  sentFalAt: number | undefined;
  /** Time on fal's clock when fal was first asked for it and did not list it. */
  missedFalAt: number | undefined;
  acceptedAt: number | undefined;
  completedAt: number | undefined;
  /** Time when the last picture was saved, or the job ended otherwise. */
  endedAt: number | undefined;
  /** Time when fal was asked to cancel it. */
  cancelRequestedAt: number | undefined;
  /** Time from acceptance until a runner started it; undefined if no process was watching. */
  queuedMs: number | undefined;
  /** On fal's clock. */
  inferenceMs: number | undefined;
  /** As sent; undefined until the intent. */
  input: Record<string, unknown> | undefined;
  inputHash: string | undefined;
  uploads: UploadedFile[];
  /** Undefined for a request that was not sent from here. */
  output: OutputSpec | undefined;
  /** fal's answer with the pictures. */
  result: unknown;
  error: JobError | undefined;
  /** `no_such_request`: it was sent, and fal provably did not accept it. */
  reason: EndReason | undefined;
  images: JobImage[];
}

/** Reason why a job ended, if it decides what may be done next; null for all other reasons. */
export type EndReason = 'no_such_request';

/** Whether anything remains to be done for a job. */
export function isUnfinished(state: JobState): boolean {
  return state === 'intent' || state === 'unknown' || isAwaited(state);
}

/** Whether fal has the job and not all of its pictures are saved: `wait` fetches those. */
export function isAwaited(state: JobState): boolean {
  return state === 'accepted' || state === 'completed';
}

/** States that ended without a picture as far as was known: fal may report otherwise later. */
export const GIVEN_UP: readonly JobState[] = ['failed', 'cancelled'];

/**
 * Message of earlier releases for any 5xx from the model: it may have come from a gateway, and the edit may have been
 * paid for.
 */
const ONCE_TAKEN_FOR_FAILED = /^The model failed at fal \(5\d\d\)/;

/**
 * Whether a job that was given up may still have a picture, and a bill: for example, fal no longer listed it, or was
 * asked too late to cancel it. fal must be asked before it is written off or sent again.
 */
export function mayHidePicture({ state, requestId, charged, error }: Job): boolean {
  if (!GIVEN_UP.includes(state) || requestId === undefined) return false;
  return charged !== 'no' || ONCE_TAKEN_FOR_FAILED.test(error?.message ?? '');
}

/** Whether a job is a request named by its id, not sent by a command of this ledger. */
export function isAdopted({ askedHash, duplicateOf }: Pick<Job, 'askedHash' | 'duplicateOf'>): boolean {
  return askedHash === undefined && duplicateOf === undefined;
}

/** The seed that was sent; null for a model that takes none. */
export function sentSeed({ seed, input }: Pick<Job, 'seed' | 'input'>): number | null {
  return input === undefined || 'seed' in input ? seed : null;
}
