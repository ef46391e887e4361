import { EXIT_CODES, type ErrorKind, type ExitCode } from './exit-codes.js';

/** Whether the edit was or may have been paid for. */
export type Charged = 'no' | 'yes' | 'maybe';

/** One problem of the user's input. */
export interface FieldProblem {
  /** Null where the whole row is meant. */
  field: string | null;
  message: string;
  file?: string;
  /** From 1. */
  line?: number;
}

export interface FalEditErrorOptions {
  /** The next step, in the imperative. */
  hint?: string | undefined;
  /** Each problem, where there are several, for scripts. */
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
}

/** The signals that stop a run, with the exit code of each: 128 and the number of the signal, as in a shell. */
export const INTERRUPTIONS = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const satisfies Partial<
  Record<NodeJS.Signals, ExitCode>
>;

export type InterruptSignal = keyof typeof INTERRUPTIONS;

/** A signal stopped the run. */
export class InterruptedError extends FalEditError {
  constructor(
    readonly signal: InterruptSignal,
    message = 'Interrupted.',
    options: FalEditErrorOptions = {},
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
    return new FalEditError('temporary', message, {
      charged,
      hint,
      details: { system: code },
      origin: error,
    });
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
  const { kind, message, hint, details, origin } = error;
  if (error.charged !== 'no' || charged === 'no' || (kind !== 'input' && kind !== 'internal')) return error;
  return new FalEditError(kind === 'input' ? 'temporary' : kind, message, { charged, hint, details, origin });
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
