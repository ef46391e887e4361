import type { JobState } from '../../src/ledger/job.js';

/** What a job counts for in the model: as little as the promises need. */
export interface ModelJob {
  id: string;
  state: JobState;
  command: string;
  detached: boolean;
  /** Pid of whoever works on it. */
  owner: number | undefined;
  requestId: string | undefined;
  /** In cents. */
  estimated: number;
  billed: number | undefined;
  charged: 'no' | 'yes' | 'maybe';
  wasSent: boolean;
  /** Named by its request id alone: it gives way to the job that sent the request. */
  isForeign: boolean;
}

/** The states that a job can go to, written down from the contract and not from the program. */
const NEXT: Record<JobState, string> = {
  planned: 'intent rejected failed cancelled',
  intent: 'accepted rejected failed unknown cancelled',
  accepted: 'completed saved failed moderated cancelled',
  completed: 'saved failed moderated',
  saved: 'moderated',
  rejected: 'accepted',
  failed: 'completed',
  moderated: 'saved',
  unknown: 'accepted rejected cancelled',
  cancelled: 'completed',
};

/** The ledger as one would keep it on paper: a list of jobs, and who is alive. */
export class Model {
  /** Oldest first. */
  jobs: ModelJob[] = [];
  readonly alive = new Set<number>();

  /** Whether the job takes the step; where it does not, nothing changes. */
  step(job: ModelJob, state: JobState, changes: Partial<ModelJob>): boolean {
    if (!NEXT[job.state].split(' ').includes(state)) return false;
    Object.assign(job, { state }, changes);
    return true;
  }

  isAbandoned({ owner }: ModelJob): boolean {
    return owner === undefined || !this.alive.has(owner);
  }

  /** Abandoned jobs that fal has, or may have. */
  abandoned(kind: 'awaited' | 'unknown'): ModelJob[] {
    const states = kind === 'awaited' ? ['accepted', 'completed'] : ['intent', 'unknown'];
    return this.jobs.filter((job) => states.includes(job.state) && this.isAbandoned(job));
  }

  /** What a run of the command goes on with; undefined where it begins anew. */
  formerOf(
    command: string,
    detached: boolean,
  ): { kind: 'awaited' | 'busy' | 'unknown'; job: ModelJob } | undefined {
    const mine = (job: ModelJob): boolean => job.command === command;
    const awaited = this.abandoned('awaited').findLast((job) => mine(job) && !job.detached);
    if (awaited !== undefined && !detached) return { kind: 'awaited', job: awaited };
    const isBusy = (job: ModelJob): boolean =>
      ['planned', 'intent', 'accepted', 'completed'].includes(job.state) && !this.isAbandoned(job);
    const busy = this.jobs.findLast((job) => mine(job) && !job.detached && isBusy(job));
    if (busy !== undefined && !detached) return { kind: 'busy', job: busy };
    // Whoever works on it: nothing is sent over an edit of which nobody knows what came of it.
    const isUnknown = (job: ModelJob): boolean =>
      job.state === 'unknown' || (job.state === 'intent' && this.isAbandoned(job));
    const unknown = this.jobs.findLast((job) => mine(job) && isUnknown(job));
    return unknown === undefined ? undefined : { kind: 'unknown', job: unknown };
  }

  /** In cents: sent and not known to be free, and about to be sent by somebody alive. */
  spent(): number {
    return this.jobs.reduce((sum, job) => {
      if (job.state === 'planned') return this.isAbandoned(job) ? sum : sum + job.estimated;
      if (!job.wasSent || job.charged === 'no') return sum;
      return sum + (job.billed ?? job.estimated);
    }, 0);
  }
}
