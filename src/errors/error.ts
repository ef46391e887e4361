import { EXIT_CODES, type ErrorKind, type ExitCode } from '../exit-codes.js';

/** Whether the edit was or may have been paid for. */
export type Charged = 'no' | 'yes' | 'maybe';

/** One problem of the user's input. */
export interface FieldProblem {
  /** The field as the user wrote it: `--strength`, `FAL_EDIT_STRENGTH`, a column; null where the whole row is meant. */
  field: string | null;
  /** The problem and its fix: a sentence, or a predicate that follows the field ("must be a number."). */
  message: string;
  file?: string;
  /** From 1. */
  line?: number;
}

/** A predicate follows its field directly, another sentence after a colon. */
const PREDICATE =
  /^(must|is|are|was|were|has|have|cannot|can|may|does|do|takes|needs|starts|applies|asks|holds|contains) /;

/** `--strength must be a number.`, `--image: a.jpg does not exist.`, `rows.csv:17: strength must be a number.` */
export function problemText({ field, message, file, line }: FieldProblem): string {
  const position = file === undefined ? '' : `${file}${line === undefined ? '' : `:${line}`}: `;
  if (field === null) return `${position}${message}`;
  return `${position}${field}${PREDICATE.test(message) ? '' : ':'} ${message}`;
}

export interface FalEditErrorOptions {
  /** The next step, in the imperative. */
  hint?: string | undefined;
  /** Each problem of the input. */
  problems?: readonly FieldProblem[] | undefined;
  /** Facts for scripts: request id, status code, rows of a 422. JSON values only. */
  details?: Record<string, unknown> | undefined;
  /** Defaults to "no": nothing was sent, or fal said that it did not accept it. */
  charged?: Charged | undefined;
  /**
   * The failure underneath, for `--debug`. Deliberately not `cause`: @fal-ai/client walks `.cause`, finds a
   * transport code in it and sends a paid submit again (fal-api.md, section 10).
   */
  origin?: unknown;
}

/**
 * Every failure that a person gets to see. The message says what happened to which flag, file or row; the kind
 * decides the exit code; `charged` says whether it may have cost anything.
 */
export class FalEditError extends Error {
  override readonly name = 'FalEditError';
  readonly hint: string | undefined;
  readonly problems: readonly FieldProblem[] | undefined;
  readonly details: Record<string, unknown> | undefined;
  readonly charged: Charged;
  readonly origin: unknown;

  constructor(
    readonly kind: ErrorKind,
    message: string,
    options: FalEditErrorOptions = {},
  ) {
    super(message);
    this.hint = options.hint;
    this.problems = options.problems;
    this.details = options.details;
    this.charged = options.charged ?? 'no';
    this.origin = options.origin;
  }

  get exitCode(): ExitCode {
    return EXIT_CODES[this.kind].code;
  }

  /** This failure in other words. It keeps its class and the fields that are not named. */
  with(changes: Retold): this {
    return retold(this, changes);
  }
}

function retold<E extends FalEditError>(error: E, { message = error.message, ...others }: Retold): E {
  const copy = Object.create(Object.getPrototypeOf(error) as object) as E;
  for (const [name, value] of Object.entries({ message, stack: error.stack })) {
    Object.defineProperty(copy, name, { value, configurable: true, writable: true, enumerable: false });
  }
  Object.assign(copy, error, others);
  return copy;
}

/** The parts that {@link FalEditError.with} can change. */
type Retold = Partial<
  Pick<FalEditError, 'kind' | 'message' | 'hint' | 'problems' | 'details' | 'charged' | 'origin'>
>;

/** This machine lacks something that every further edit would need: room on a disk, memory, files. */
export class ShortageError extends FalEditError {
  constructor(
    /** The system's code, e.g. ENOSPC. */
    readonly systemCode: string,
    message: string,
    options: FalEditErrorOptions,
  ) {
    super('temporary', message, { ...options, details: { system: systemCode, ...options.details } });
  }
}

/** The signals that stop a run, with the exit code of each: 128 and the number of the signal, as in a shell. */
export const INTERRUPTIONS = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const satisfies Partial<
  Record<NodeJS.Signals, ExitCode>
>;

export type InterruptSignal = keyof typeof INTERRUPTIONS;

/** Outcome of stopping a request at fal. */
export type Stopped =
  /** It did not run, and costs nothing; or fal confirmed that it was cut short. */
  | 'cancelled'
  /** fal took note, and it is not known yet whether in time. */
  | 'requested'
  /** It is running, and was left running. */
  | 'running'
  /** It was done before. */
  | 'completed'
  | 'not-found'
  | 'unreachable';

/** A signal stopped the run. */
export class InterruptedError extends FalEditError {
  constructor(
    readonly signal: InterruptSignal,
    message = 'Interrupted.',
    options: FalEditErrorOptions = {},
    /** Outcome of the cancel at fal; undefined where none was tried. */
    readonly stopped?: Stopped,
  ) {
    super('interrupted', message, options);
  }

  override get exitCode(): ExitCode {
    return INTERRUPTIONS[this.signal];
  }
}

/** A flag or value is wrong. Nothing was sent. */
export function usageError(message: string, hint?: string): FalEditError {
  return new FalEditError('usage', message, { hint });
}

/**
 * A value of one field is wrong. Nothing was sent.
 *
 * @param field as the user knows it: `--strength`, a variable, a column
 * @param message a sentence, or a predicate that follows the field
 */
export function fieldError(field: string, message: string, hint?: string): FalEditError {
  return problemsError('usage', [{ field, message }], { hint });
}

/** As {@link fieldError}, where the value names a file that is wrong. */
export function inputFieldError(
  field: string,
  message: string,
  options: FalEditErrorOptions = {},
): FalEditError {
  return problemsError('input', [{ field, message }], options);
}

/** Several problems of the input, a line each. Nothing was sent. */
export function problemsError(
  kind: ErrorKind,
  problems: readonly FieldProblem[],
  options: FalEditErrorOptions = {},
): FalEditError {
  return new FalEditError(kind, problems.map(problemText).join('\n'), { ...options, problems });
}

/** The problems that an error is about; one without a field where it has no list of them. */
export function problemsIn({ problems, message }: FalEditError): readonly FieldProblem[] {
  return problems ?? [{ field: null, message }];
}

/** A file is wrong. Nothing was sent. */
export function inputError(message: string, options: FalEditErrorOptions = {}): FalEditError {
  return new FalEditError('input', message, options);
}

/**
 * Turns a thrown value into an error of ours. Any other error is a bug of ours, or something that the system
 * refuses.
 *
 * @param charged whether anything was sent by then; "maybe" where that is unknown
 */
export function asFalEditError(error: unknown, charged: Charged = 'maybe'): FalEditError {
  if (error instanceof FalEditError) return error;
  const sent = charged === 'no' ? ' Nothing was sent.' : '';
  const code = codeOf(error) ?? '';
  const [trouble, hint] = SHORTAGES[code] ?? [];
  if (trouble !== undefined) {
    const message = `${trouble}: ${sentence(messageOf(error))}${sent}`;
    return new ShortageError(code, message, { charged, hint, origin: error });
  }
  return new FalEditError('internal', `This is a bug in fal-edit: ${sentence(messageOf(error))}${sent}`, {
    charged,
    hint: 'Please report it, with the output of the same command and --debug.',
    origin: error,
  });
}

/**
 * A trouble of this machine (its disk, its ledger) says nothing about what fal charges: it is told together with what
 * is known of that. Where something is charged, it was no bad input, and running it again is safe.
 */
export function withCharge(error: FalEditError, charged: Charged): FalEditError {
  const { kind } = error;
  if (error.charged !== 'no' || charged === 'no' || (kind !== 'input' && kind !== 'internal')) return error;
  return error.with({ kind: kind === 'input' ? 'temporary' : kind, charged });
}

const TOO_MANY_FILES = [
  'Too many files are open',
  'Raise the limit (ulimit -n), then run it again.',
] as const;
const DISK_FULL = ['The disk is full', 'Free some space, then run it again.'] as const;
const DISK_FAILS = ['The disk reports an error', 'Check the disk, then run it again.'] as const;

/** Errors that the system may raise anywhere. */
const SHORTAGES: Readonly<Partial<Record<string, readonly [trouble: string, remedy: string]>>> = {
  EMFILE: TOO_MANY_FILES,
  ENFILE: TOO_MANY_FILES,
  ENOSPC: DISK_FULL,
  EDQUOT: DISK_FULL,
  EFBIG: DISK_FULL,
  ENOMEM: ['There is not enough memory', 'Close other programs, then run it again.'],
  EIO: DISK_FAILS,
  EROFS: DISK_FAILS,
  ENOLCK: ['The file system does not support locks', 'Set FAL_EDIT_STATE_DIR to a folder on another disk.'],
};

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** The message of a thrown value, never empty. */
export function messageOf(error: unknown): string {
  if (error instanceof Error && error.message !== '') return error.message;
  const text = String(error);
  return text === '' ? 'unknown error' : text;
}

/** The first system or undici error code found on the error or in its causes, e.g. ECONNREFUSED. */
export function codeOf(error: unknown): string | undefined {
  for (
    let current = error, depth = 0;
    current instanceof Error && depth < 8;
    current = current.cause, depth++
  ) {
    const { code } = current as NodeJS.ErrnoException;
    if (typeof code === 'string') return code;
  }
  return undefined;
}
