/* Failures that the program decides by: each has its own class, typed fields, and a guard where others ask for it. */
import type { ErrorKind } from '../exit-codes.js';
import { FalEditError, InterruptedError, type FalEditErrorOptions, type Stopped } from './error.js';

/** One row of fal's 422 (fal-api.md 4.1). */
export interface DetailRow {
  loc: (string | number)[];
  msg: string;
  type: string;
}

/** fal answered a request with a failure. */
export class FalAnswerError extends FalEditError {
  constructor(
    kind: ErrorKind,
    message: string,
    /** The answer's HTTP status. */
    readonly status: number,
    /** fal's own word on whether the same request may succeed another time (fal-api.md 2.9). */
    readonly retryable: boolean | undefined,
    /** The rows of a 422; empty for others. */
    readonly rows: readonly DetailRow[],
    { details, ...options }: FalEditErrorOptions & { details: Record<string, unknown> },
  ) {
    super(kind, message, {
      ...options,
      details: { http_status: status, ...(retryable === undefined ? {} : { retryable }), ...details },
    });
  }
}

/** The HTTP status of a failure that fal answered with. */
export function falStatusOf(error: unknown): number | undefined {
  return error instanceof FalAnswerError ? error.status : undefined;
}

/** Whether the same edit may succeed another time: as fal says, else by its status (fal-api.md 2.9, 4.1). */
export function isRetryable(error: unknown): boolean | undefined {
  if (error instanceof FalAnswerError && error.retryable !== undefined) return error.retryable;
  if (error instanceof FalEditError && error.kind === 'temporary') return true;
  return (falStatusOf(error) ?? 0) >= 500 ? true : undefined;
}

/** Where a connection failed before anything was sent. */
export type UnsentPhase = 'start' | 'connect' | 'proxy' | 'tls';

/** fal could not be reached at all: nothing was sent, nothing can be charged. */
export class UnreachableError extends FalEditError {
  constructor(
    message: string,
    /** Undefined where nothing is known about it. */
    readonly phase: UnsentPhase | undefined,
    options: FalEditErrorOptions,
  ) {
    super('temporary', message, {
      ...options,
      ...(phase === undefined ? {} : { details: { not_sent: phase } }),
    });
  }
}

/** The ledger cannot be used. */
export class LedgerError extends FalEditError {
  constructor(
    kind: ErrorKind,
    message: string,
    /** Absolute. */
    readonly file: string,
    options: FalEditErrorOptions,
  ) {
    super(kind, message, { ...options, details: { ledger: file, ...options.details } });
  }
}

/** A file cannot be written. */
export class SaveError extends FalEditError {
  constructor(
    message: string,
    /** Absolute. */
    readonly target: string,
    options: FalEditErrorOptions,
  ) {
    super('failed', message, { ...options, details: { target, ...options.details } });
  }
}

/** A picture cannot be fetched. */
export class DownloadError extends FalEditError {
  constructor(
    message: string,
    readonly url: string,
    options: FalEditErrorOptions,
  ) {
    super('temporary', message, { ...options, details: { url } });
  }
}

/** The edit did not end within the user's deadline. */
export class DeadlineError extends FalEditError {
  constructor(
    message: string,
    /** Outcome of the cancel; undefined where none was tried. */
    readonly stopped: Stopped | undefined,
    options: FalEditErrorOptions,
  ) {
    super('temporary', message, options);
  }
}

/** Outcome of the cancel that an edit ended with; undefined where none was tried. */
export function stoppedOf(error: unknown): Stopped | undefined {
  return error instanceof DeadlineError || error instanceof InterruptedError ? error.stopped : undefined;
}

/** Whether fal says that the edit was cancelled (fal-api.md 2.4), or we made sure that it was. */
export function isCancelled(error: unknown): boolean {
  return falStatusOf(error) === 499 || stoppedOf(error) === 'cancelled';
}
