import { durationText } from '../../edit/duration.js';
import type { GoingOn } from '../../edit/going-on.js';
import type { Finding, Uncertainty } from '../../edit/reconcile/finding.js';
import type { Job } from '../../ledger/job.js';
import { isSandbox } from '../../ledger/spending.js';

/** What was found out about a job, on one line. */
export function findingLine({ job, ...finding }: Finding, settleMs: number): string {
  const { id } = job;
  switch (finding.outcome) {
    case 'accepted':
      return `job ${id}: fal took it, as request ${job.requestId ?? ''}.`;
    case 'not_accepted':
      return `job ${id}: fal did not take it, and nothing is charged. It may be run again.`;
    case 'not_yet_known':
      return `job ${id}: still not known. ${doubtText(finding.why, settleMs)}`;
    case 'in_flight':
      return `job ${id}: is being sent right now by process ${job.owner?.pid ?? ''}. It was left alone.`;
    case 'sandbox':
      return `job ${id}: was sent to the built-in sandbox, which ended with its run. Nothing is charged.`;
  }
}

/** That an edit was paid for more than once, with all of its requests. */
export function duplicatesText({ id, requestId, via }: Job, duplicates: readonly Job[]): string {
  const ids = [requestId ?? '', ...duplicates.map((one) => one.requestId ?? '')];
  const times = ids.length === 2 ? 'twice' : `${ids.length} times`;
  const what = isSandbox(via)
    ? `fal took job ${id} ${times}, as`
    : `job ${id} was charged ${times}: fal took it as`;
  return `${what} the requests ${ids.join(', ')}. All of them are fetched.`;
}

/** Why nothing can be concluded, in a sentence or two. */
export function doubtText(why: Uncertainty, settleMs: number): string {
  switch (why.reason) {
    case 'settling':
      return `fal lists no such request, but it may still come: a request is given ${durationText(settleMs)} to be listed. Ask again after ${new Date(why.askAgainAt).toISOString()}.`;
    case 'no_clock':
      return 'fal lists no such request, but it cannot be told how long ago the edit was sent: the clock has changed, or fal does not tell its own. To believe the list as it is: --settle 0.';
    case 'being_sent':
      return `The same edit is being sent right now by process ${why.by.owner?.pid ?? ''}, and what fal lists may be that one's. Ask again when it is done.`;
    case 'no_inputs': {
      const [first = '', ...more] = why.requestIds;
      const which = more.length === 0 ? `request ${first}` : `request ${first} and ${more.length} more`;
      return `fal kept no inputs, or only parts of them, of ${which}, so that it cannot be told whether they are this edit. Look at https://fal.ai/dashboard, and fetch what is yours with fal-edit wait.`;
    }
    case 'too_old':
      return 'fal lists no such request, but it was sent longer ago than fal keeps what was sent (30 days). Look at https://fal.ai/dashboard/billing.';
    case 'another_way':
      return 'No such request is listed there, but that may be another fal than the one it was sent to.';
    case 'no_answer':
      return 'fal could not be asked.';
  }
}

/** What a job is of which nothing has to be found out. */
export function knownLine(job: Job, isWorkedOn: boolean, goingOn: GoingOn): string {
  const { id, state, requestId, error, images, owner, charged, via } = job;
  const paths = images.flatMap(({ path }) => path ?? []);
  const why = error === undefined ? '' : ` (${error.message})`;
  switch (state) {
    case 'accepted':
    case 'completed':
      return `job ${id}: fal has it, as request ${requestId ?? ''}. ${goingOn.fetch(requestId ?? id)}`;
    case 'saved':
      return `job ${id}: is done${paths.length === 0 ? '' : `, and saved as ${paths.join(', ')}`}.`;
    case 'planned':
      return isWorkedOn
        ? `job ${id}: is about to be sent by process ${owner?.pid ?? ''}.`
        : `job ${id}: was never sent. Nothing is charged.`;
    case 'failed':
    case 'cancelled':
      if (requestId !== undefined && charged !== 'no') {
        return `job ${id}: ${state}${why}.${isSandbox(via) ? '' : ' It may be charged.'} ${goingOn.fetch(requestId)}`;
      }
      return `job ${id}: is known to be ${state}${why}.`;
    default:
      return `job ${id}: is known to be ${state}${why}.`;
  }
}
