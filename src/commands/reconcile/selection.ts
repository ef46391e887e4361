import { FalEditError } from '../../errors/error.js';
import type { Job } from '../../ledger/job.js';
import type { Ledger } from '../../ledger/ledger.js';
import { abandonedJobs, isAbandoned, listJobs } from '../../ledger/lookup.js';

/** Jobs to reconcile. */
export interface Selection {
  /** Unknown jobs. */
  open: Job[];
  /** Named jobs that are already settled. */
  known: Job[];
}

/**
 * Selects the jobs if none is named: all with --all, else the only one.
 *
 * @throws FalEditError (usage): there are several
 */
export function selectJobs(ledger: Ledger, all: boolean): Selection {
  const open = abandonedJobs(ledger, ['intent', 'unknown']);
  if (all) {
    const beingSent = listJobs(ledger, { states: ['intent'] }).filter((job) => !isAbandoned(ledger, job));
    return { open: [...open, ...beingSent.reverse()], known: [] };
  }
  if (open.length > 1) {
    const lines = [`${open.length} edits may have been sent. Name one:`, ...open.map(line)];
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
