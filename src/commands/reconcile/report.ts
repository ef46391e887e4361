import { collectCommand } from '../../batch/next-steps.js';
import type { Finding } from '../../edit/reconcile/finding.js';
import { FalEditError } from '../../errors/error.js';
import { commonKind } from '../../exit-codes.js';
import type { Job } from '../../ledger/job.js';
import { isSandbox } from '../../ledger/spending.js';
import type { FetchOutcome } from '../fetch-jobs.js';
import { editDocument, errorDocument, errorObject, SCHEMA_VERSION, shortPath } from '../edit/document.js';
import { doubtText } from './text.js';

/** Result of a reconcile. */
export interface Report {
  findings: Finding[];
  /** Named jobs that were already settled. */
  known: Job[];
  /** Whether a process is working on a job. */
  isWorkedOn: (job: Job) => boolean;
  /** Fetched edits, including duplicates. */
  fetched: FetchOutcome[];
  settleMs: number;
  /** fal's answers came from the sandbox, which charges nothing. */
  sandbox: boolean;
  cwd: string;
  /** By job, the batch folder that it belongs to. */
  folders: Map<string, string>;
}

/** Error if an edit is still unknown or could not be fetched, for the exit code and the document. */
export function endingOf({ findings, fetched, settleMs, folders, cwd }: Report): FalEditError | undefined {
  const interrupted = fetched.find(({ error }) => error?.kind === 'interrupted')?.error;
  if (interrupted !== undefined) return interrupted;
  const open = findings.filter((finding) => finding.outcome === 'not_yet_known');
  const [first, ...more] = open;
  if (first !== undefined) {
    const unread = first.why.reason === 'no_answer' ? first.why.error : undefined;
    // If fal could not be asked about any of them, there is nothing else to report.
    if (unread !== undefined && more.every(({ why }) => why.reason === 'no_answer')) return unread;
    const ids = open.map(({ job }) => job.id);
    const times = open.flatMap(({ why }) => (why.reason === 'settling' ? [why.askAgainAt] : []));
    const message =
      more.length === 0
        ? `Job ${first.job.id} may still have been sent. ${doubtText(first.why, settleMs)}`
        : `${open.length} edits may still have been sent: ${ids.join(', ')}.`;
    const folder = folders.get(first.job.id);
    const one =
      folder === undefined ? `fal-edit reconcile ${first.job.id}` : collectCommand(shortPath(folder, cwd));
    const again = more.length === 0 ? one : 'fal-edit reconcile --all';
    return new FalEditError('unknown', message, {
      charged: 'maybe',
      hint: `Check again later: ${again}. To pay for another one anyway: --again with the edit.`,
      details: {
        jobs: ids,
        ...(times.length === 0 ? {} : { ask_again_at: new Date(Math.max(...times)).toISOString() }),
      },
    });
  }
  return fetchError(fetched);
}

/** A single failure as it is; for several, one error with their common kind. */
function fetchError(fetched: readonly FetchOutcome[]): FalEditError | undefined {
  const errors = fetched.flatMap(({ error }) => error ?? []);
  const [first] = errors;
  if (first === undefined || fetched.length === 1) return first;
  const kinds = errors.map(({ kind }) => kind);
  return new FalEditError(
    commonKind(kinds, errors.length === fetched.length),
    `${errors.length} of ${fetched.length} edits that fal accepted could not be fetched.`,
    { charged: 'maybe', hint: 'Fetch those that fal still has: fal-edit wait --unfinished' },
  );
}

/** The contract's `--json`: one entry per job, with the edit's own document if it was fetched. */
export function reconcileDocument(report: Report, error: FalEditError | undefined): Record<string, unknown> {
  const { findings, known, fetched, cwd, isWorkedOn } = report;
  const outcomeOf = (job: Job): string => {
    if (job.requestId !== undefined) return 'accepted';
    return job.state === 'planned' && isWorkedOn(job) ? 'in_flight' : 'not_accepted';
  };
  const duplicates = findings.flatMap((finding) =>
    finding.outcome === 'accepted' ? finding.duplicates.map((job) => ({ job, of: finding.job })) : [],
  );
  const ofEdit = (job: Job): Record<string, unknown> => {
    const outcome = fetched.find((one) => one.job.id === job.id);
    if (outcome === undefined) {
      const { id, state, requestId, via } = job;
      return { job: id, state, request_id: requestId ?? null, sandbox: isSandbox(via) };
    }
    // The version is that of the whole document.
    return { ...editDocument(outcome.record, cwd, outcome.error), schema_version: undefined };
  };
  return {
    ...(error === undefined
      ? { schema_version: SCHEMA_VERSION, status: 'ok' }
      : errorDocument(error, report.sandbox)),
    jobs: [
      ...findings.map((finding) => ({
        ...ofEdit(finding.job),
        out_dir: report.folders.get(finding.job.id) ?? null,
        outcome: finding.outcome,
        request_ids: requestIds(finding),
        ...doubtFields(finding),
      })),
      ...duplicates.map(({ job, of }) => ({
        ...ofEdit(job),
        outcome: 'duplicate',
        duplicate_of: of.id,
        request_ids: idOf(job),
      })),
      ...known.map((job) => ({
        ...ofEdit(job),
        outcome: outcomeOf(job),
        request_ids: idOf(job),
      })),
    ],
    duplicates: duplicates.flatMap(({ job }) => idOf(job)),
  };
}

function requestIds(finding: Finding): string[] {
  const more = finding.outcome === 'accepted' ? finding.duplicates.flatMap(idOf) : [];
  return [...idOf(finding.job), ...more];
}

function idOf({ requestId }: Job): string[] {
  return requestId === undefined ? [] : [requestId];
}

function doubtFields(finding: Finding): Record<string, unknown> {
  if (finding.outcome !== 'not_yet_known') return {};
  const { why, job } = finding;
  return {
    reason: why.reason,
    ...(why.reason === 'settling' ? { ask_again_at: new Date(why.askAgainAt).toISOString() } : {}),
    ...(why.reason === 'no_inputs' ? { candidates: why.requestIds } : {}),
    ...(why.reason === 'no_answer' ? { error: errorObject(why.error, isSandbox(job.via)) } : {}),
  };
}
