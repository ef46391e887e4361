import { isOpen } from '../../edit/reconcile/finding.js';
import { FalEditError, inputError } from '../../errors.js';
import type { Job } from '../../ledger/job.js';
import type { Ledger } from '../../ledger/ledger.js';
import { abandonedJobs, findMeant, isAbandoned, listJobs } from '../../ledger/lookup.js';

/** What a reconcile is about. */
export interface Selection {
  /** Of these it is not known what came of them. */
  open: Job[];
  /** Named, and nothing is to be found out about them. */
  known: Job[];
}

/**
 * The jobs that are meant: those that are named, or all, or the only one there is.
 *
 * @throws FalEditError (usage, input): several could be meant, or a name fits none
 */
export function selectJobs(
  ledger: Ledger,
  names: readonly string[],
  { all, sandbox }: { all: boolean; sandbox: boolean },
): Selection {
  if (names.length > 0) return named(ledger, names, sandbox);
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

function named(ledger: Ledger, names: readonly string[], sandbox: boolean): Selection {
  const jobs = new Map<string, Job>();
  for (const name of names) {
    const job = findMeant(ledger, name, sandbox);
    if (job === undefined) {
      throw inputError(`"${name}" is not in the ledger.`, {
        hint: 'fal-edit requests lists what is. A request that was sent from elsewhere: fal-edit wait <request id> --model <name>',
      });
    }
    jobs.set(job.id, job);
  }
  const found = [...jobs.values()];
  return { open: found.filter(isOpen), known: found.filter((job) => !isOpen(job)) };
}

function line({ id, intentAt, plannedAt, model, prompt }: Job): string {
  const short = prompt.length > 40 ? `${prompt.slice(0, 39)}…` : prompt;
  return `${id}  ${new Date(intentAt ?? plannedAt).toISOString()}  ${model}  ${short.replaceAll('\n', ' ')}`;
}
