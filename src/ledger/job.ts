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
 * The states that may precede each state. A step that is not listed is a late report about a job that has gone
 * on: it changes nothing.
 */
export const BEFORE: Record<JobState, readonly JobState[]> = {
  planned: [],
  intent: ['planned'],
  // An unknown one is adopted when it is found at fal; of one that was cancelled or given up, fal may know better.
  accepted: ['intent', 'unknown', 'rejected'],
  completed: ['accepted', 'cancelled', 'failed'],
  saved: ['accepted', 'completed', 'moderated'],
  rejected: ['planned', 'intent', 'unknown'],
  failed: ['planned', 'intent', 'accepted', 'completed'],
  moderated: ['accepted', 'completed', 'saved'],
  unknown: ['intent'],
  cancelled: ['planned', 'intent', 'accepted', 'unknown'],
};

/** Why a job ended as it did, for people. */
export interface JobError {
  kind: ErrorKind;
  message: string;
  /** Whether the same edit may succeed if it is sent again; undefined where that is unknown. */
  retryable?: boolean;
}

/** A file that the edit uploaded, as fal's input names it. */
export interface UploadedFile {
  /** Hexadecimal. */
  sha256: string;
  url: string;
}

/** Where an edit's pictures go, so that any later command can put them where the first one would have. */
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
  /** Whether a taken name gets a number, instead of being refused. */
  numberWhenTaken: boolean;
  /** Value of `{name}`. */
  name: string;
  /** Value of `{seed}`. */
  seed: number;
  /** Value of `{model}`: its short name. */
  model: string;
  /** Value of `{ext}`: the ending of the format that was asked for, without the dot. */
  ext: string;
  /** Number of requested pictures. */
  count: number;
  /** Overwrite an existing file. */
  force: boolean;
  /** Save pictures that the safety checker blanked. */
  keepBlanked: boolean;
}

/** The part that the ledger stores: seed and model are the job's, and a stream ends with its command. */
export type StoredOutput = Omit<OutputSpec, 'kind' | 'seed' | 'model'>;

/** One picture of a job. */
export interface JobImage {
  /** From 0, in fal's order. */
  index: number;
  /** Absolute path that was chosen for it before the download; undefined where the bytes went to a stream. */
  target: string | undefined;
  /** Absolute path; undefined until it is saved. */
  path: string | undefined;
  width: number | undefined;
  height: number | undefined;
  contentType: string | undefined;
  /** Size of the file. */
  bytes: number | undefined;
  /** Hexadecimal. */
  sha256: string | undefined;
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
   * Hash of the key that sent it; undefined for somebody else's key. The history of another account does not
   * contain it.
   */
  account?: string | undefined;
  prompt: string;
  seed: number;
  /** Hash of the user's request, without values that we chose: two runs of one command have the same. */
  askedHash: string;
  /** The hash that earlier releases made of the same request, to find a job that they left unfinished. Not stored. */
  earlierHash?: string | undefined;
  /** Sent to be fetched later: never mistaken for one that was cut short. */
  detached: boolean;
  output: StoredOutput;
  /** Dollars. */
  estimatedUsd: number;
  unitPriceUsd: number;
}

/** Everything that the ledger knows about one edit. Times are milliseconds since the epoch. */
export interface Job extends Omit<
  NewJob,
  'output' | 'estimatedUsd' | 'unitPriceUsd' | 'askedHash' | 'earlierHash'
> {
  /** Grows with every job: the order of the ledger, whatever the clock did. */
  seq: number;
  /** Ours: `j` and eleven letters or digits. */
  id: string;
  state: JobState;
  /** fal's; undefined until the edit is accepted. */
  requestId: string | undefined;
  askedHash: string | undefined;
  estimatedUsd: number | undefined;
  unitPriceUsd: number | undefined;
  /** In the model's unit, from fal's answer. */
  billedUnits: number | undefined;
  billedUsd: number | undefined;
  charged: Charged;
  /** The job that was meant to be the only one, where fal accepted a submit twice. */
  duplicateOf: string | undefined;
  /** The process that works on it; undefined when there is none. */
  owner: ProcessId | undefined;
  plannedAt: number;
  /** Just before the POST. Undefined for a request that was not sent from here. */
  intentAt: number | undefined;
  /** Time on fal's clock by which it was certainly sent, if at all; undefined if fal had not given its time. */
  sentFalAt: number | undefined;
  /** By fal's clock, when fal was first asked for it and did not list it. */
  missedFalAt: number | undefined;
  acceptedAt: number | undefined;
  completedAt: number | undefined;
  /** When the last picture was saved, or the job came to another end. */
  endedAt: number | undefined;
  /** When fal was asked to cancel it. */
  cancelRequestedAt: number | undefined;
  /** Time from acceptance until a runner started it; undefined if nobody watched. */
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

/** Why a job ended as it did, where that decides what may be done about it; null for all other reasons. */
export type EndReason = 'no_such_request';

/** Whether something is still to be done about a job. */
export function isUnfinished(state: JobState): boolean {
  return state === 'intent' || state === 'unknown' || isAwaited(state);
}

/** Whether fal has the job and not all of its pictures are here: `wait` fetches those. */
export function isAwaited(state: JobState): boolean {
  return state === 'accepted' || state === 'completed';
}

/** Ends without a picture, as far as was known then: fal may say otherwise when it is asked later. */
export const GIVEN_UP: readonly JobState[] = ['failed', 'cancelled'];

/**
 * Message of earlier releases for any 5xx of the model: it may have come from a gateway, and the edit may be
 * paid for.
 */
const ONCE_TAKEN_FOR_FAILED = /^The model failed at fal \(5\d\d\)/;

/**
 * Whether a job that was given up may have a picture all the same, and a bill: fal forgot it, say, or was asked too
 * late to cancel it. fal is to be asked before it is written off or sent again.
 */
export function mayHidePicture({ state, requestId, charged, error }: Job): boolean {
  if (!GIVEN_UP.includes(state) || requestId === undefined) return false;
  return charged !== 'no' || ONCE_TAKEN_FOR_FAILED.test(error?.message ?? '');
}

/** Whether a whole job is a request that was named by its id, not sent by a command of this ledger. */
export function isAdopted({ askedHash, duplicateOf }: Pick<Job, 'askedHash' | 'duplicateOf'>): boolean {
  return askedHash === undefined && duplicateOf === undefined;
}
