import { FalEditError, InterruptedError, type Charged } from '../../errors/error.js';
import { commonKind, EXIT_CODES, EXIT_OK, type ErrorKind, type ExitCode } from '../../exit-codes.js';
import { errorDocument, SCHEMA_VERSION } from '../edit/document.js';

type Failures = readonly (FalEditError | undefined)[];

/**
 * Exit code of a command with several requests: that of the only one, the common kind if all failed alike, `partial`
 * if some failed, else `failed`. A signal takes precedence.
 */
export function exitCodeOf(failures: Failures): ExitCode {
  const interrupted = failures.find((failure) => failure instanceof InterruptedError);
  if (interrupted !== undefined) return interrupted.exitCode;
  const kind = kindOf(failures);
  return kind === undefined ? EXIT_OK : EXIT_CODES[kind].code;
}

/**
 * First fields of the document about several requests. @param all `sandbox`: it is on the sandbox, where nothing is
 * charged
 */
export function severalHead(
  all: readonly { error: FalEditError | undefined; sandbox: boolean }[],
): Record<string, unknown> {
  const error = severalError(all.map((one) => one.error));
  if (error === undefined) return { schema_version: SCHEMA_VERSION, status: 'ok' };
  const isFree = all.every((one) => one.sandbox || one.error === undefined);
  return errorDocument(error, isFree);
}

/** Error for the document about several requests; undefined if all succeeded. */
export function severalError(failures: Failures): FalEditError | undefined {
  const kind = kindOf(failures);
  const failed = failures.filter((failure) => failure !== undefined);
  const [first] = failed;
  if (kind === undefined || first === undefined) return undefined;
  if (failures.length === 1) return first;
  const interrupted = failed.find((failure) => failure instanceof InterruptedError);
  return new FalEditError(
    interrupted === undefined ? kind : 'interrupted',
    `${failed.length} of ${failures.length} requests failed. The first: ${first.message}`,
    { charged: mostOf(failed), hint: first.hint },
  );
}

function kindOf(failures: Failures): ErrorKind | undefined {
  const kinds = failures.flatMap((failure) => failure?.kind ?? []);
  return kinds.length === 0 ? undefined : commonKind(kinds, kinds.length === failures.length);
}

function mostOf(failures: readonly FalEditError[]): Charged {
  const said = failures.map(({ charged }) => charged);
  return said.includes('yes') ? 'yes' : said.includes('maybe') ? 'maybe' : 'no';
}

/** The error with the request's name before it, for output about several requests. */
export function named(name: string, error: FalEditError): FalEditError {
  const { kind, message, hint, details, charged, origin } = error;
  return new FalEditError(kind, `${name}: ${message}`, { hint, details, charged, origin });
}
