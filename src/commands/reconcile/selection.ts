import { FalEditError } from '../../errors.js';
import type { Job } from '../../ledger/job.js';
import type { Ledger } from '../../ledger/ledger.js';
import { abandonedJobs, isAbandoned, listJobs } from '../../ledger/lookup.js';

/** What a reconcile is about. */
export interface Selection {
  /** Of these it is not known what came of them. */
  open: Job[];
  /** Named, and nothing is to be found out about them. */
  known: Job[];
}

/**
 * The jobs that are meant where none is named: all, or the only one there is.
 *
 * @throws FalEditError (usage): several could be meant
 */
export function selectJobs(ledger: Ledger, all: boolean): Selection {
  const open = abandonedJobs(ledger, ['intent', 'unknown']);
  if (all) {
    const beingSent = listJobs(ledger, { states: ['intent'] }).filter((job) => !isAbandoned(ledger, job));
    return { open: [...open, ...beingSent.reverse()], known: [] };
  }
  if (open.length > 1) {
    const lines = [
      `Of ${open.length} edits it is not known whether fal took them. Say which:`,
      ...open.map(line),
    ];
    throw new FalEditError('usage', lines.join('\n'), {
      hint: 'All of them: fal-edit reconcile --all',
      details: { jobs: open.map(({ id }) => id) },
    });
  }
  return { open, known: [] };
}

function line({ id, intentAt, plannedAt, model, prompt }: Job): string {
  const short = prompt.length > 40 ? `${prompt.slice(0, 39)}…` : prompt;
  return `${id}  ${new Date(intentAt ?? plannedAt).toISOString()}  ${model}  ${short.replaceAll('\n', ' ')}`;
}
