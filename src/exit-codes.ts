/**
 * Every way a run can end. The README's table is made from this one.
 *
 * The code is a promise to scripts; the kind is the same promise by name (`error.kind` in `--json`).
 */
export const EXIT_CODES = {
  failed: { code: 1, meaning: 'fal accepted the edit and it failed there' },
  usage: { code: 2, meaning: 'bad flags, values or untrusted settings; nothing was sent' },
  input: { code: 2, meaning: 'bad files; nothing was sent' },
  partial: { code: 3, meaning: 'some of several edits failed' },
  auth: { code: 4, meaning: 'no key, wrong key, no permission' },
  account: { code: 5, meaning: 'fal says that the account is locked or has no balance' },
  moderated: { code: 6, meaning: 'refused by the content checker, or the picture came back blanked' },
  temporary: { code: 7, meaning: 'deadline, network or service trouble; safe to run again' },
  budget: { code: 8, meaning: 'a cost or count cap was reached' },
  unknown: { code: 9, meaning: 'a submit was sent and its outcome is unknown: `fal-edit reconcile`' },
  expectation: { code: 10, meaning: 'a result did not meet its expectations' },
  locked: { code: 11, meaning: 'another run is using this batch' },
  internal: { code: 70, meaning: 'a bug in fal-edit' },
  interrupted: { code: 130, meaning: 'stopped by SIGINT (129: by SIGHUP, 143: by SIGTERM)' },
} as const satisfies Record<string, { code: number; meaning: string }>;

/** The name of a kind of failure, as in `--json`. */
export type ErrorKind = keyof typeof EXIT_CODES;

/**
 * The common kind of several failures: their own if everything failed in the same way.
 *
 * @param isAll whether nothing succeeded
 */
export function commonKind(kinds: readonly ErrorKind[], isAll: boolean): ErrorKind {
  if (!isAll) return 'partial';
  const [kind, ...others] = new Set(kinds);
  return kind !== undefined && others.length === 0 ? kind : 'failed';
}

/** Exit code of the process: 0 if everything requested was done, else a code of {@link EXIT_CODES}, 129 or 143. */
export type ExitCode = number;

/** Everything requested was done. */
export const EXIT_OK: ExitCode = 0;
