import { durationText } from '../../units.js';
import type { NextSteps } from '../../edit/next-steps.js';
import type { Finding, Uncertainty } from '../../edit/reconcile/finding.js';
import type { Job } from '../../ledger/job.js';
import { isSandbox } from '../../ledger/spending.js';

/** One line about the outcome of a job. */
export function findingLine({ job, ...finding }: Finding, settleMs: number): string {
  const { id } = job;
  switch (finding.outcome) {
    case 'accepted':
      return `job ${id}: accepted by fal as request ${job.requestId ?? ''}.`;
    case 'not_accepted':
      return `job ${id}: never reached fal; nothing is charged. You can run it again.`;
    case 'not_yet_known':
      return `job ${id}: still unknown. ${doubtText(finding.why, settleMs)}`;
    case 'in_flight':
      return `job ${id}: being sent right now by process ${job.owner?.pid ?? ''}; skipped.`;
    case 'sandbox':
      return `job ${id}: sent to the built-in sandbox, which ended with its run. Nothing is charged.`;
  }
}

/** Note that an edit was accepted more than once, with all of its requests. */
export function duplicatesText({ id, requestId, via }: Job, duplicates: readonly Job[]): string {
  const ids = [requestId ?? '', ...duplicates.map((one) => one.requestId ?? '')];
  const times = ids.length === 2 ? 'twice' : `${ids.length} times`;
  const what = isSandbox(via)
    ? `fal accepted job ${id} ${times}, as`
    : `job ${id} was charged ${times}: fal accepted it as`;
  return `${what} requests ${ids.join(', ')}. All are fetched.`;
}

/** Reason why a job stays unknown, in a sentence or two. */
export function doubtText(why: Uncertainty, settleMs: number): string {
  switch (why.reason) {
    case 'settling':
      return `fal does not list it yet, which can take up to ${durationText(settleMs)}. Check again after ${new Date(why.askAgainAt).toISOString()}.`;
    case 'no_clock':
      return 'fal does not list it, but the time since it was sent is uncertain: the clock changed, or fal did not send its own. To trust the list as it is: --settle 0.';
    case 'being_sent':
      return `Process ${why.by.owner?.pid ?? ''} is sending the same edit right now, and the request that fal lists may be that one. Check again when it is done.`;
    case 'no_inputs': {
      const [first = '', ...more] = why.requestIds;
      const which = more.length === 0 ? `request ${first}` : `request ${first} and ${more.length} more`;
      return `fal did not keep the full input of ${which}, which may be this edit. Look at https://fal.ai/dashboard, and fetch yours with fal-edit wait.`;
    }
    case 'too_old':
      return 'fal does not list it, but it was sent more than 30 days ago, and fal keeps requests only that long. Look at https://fal.ai/dashboard/billing.';
    case 'another_way':
      return 'It is not listed there, but that may not be the fal it was sent to.';
    case 'no_answer':
      return 'fal could not be asked.';
  }
}

/** One line about a job that is already settled. */
export function knownLine(job: Job, isWorkedOn: boolean, nextSteps: NextSteps): string {
  const { id, state, requestId, error, images, owner, charged, via } = job;
  const paths = images.flatMap(({ path }) => path ?? []);
  const why = error === undefined ? '' : ` (${error.message})`;
  switch (state) {
    case 'accepted':
    case 'completed':
      return `job ${id}: at fal as request ${requestId ?? ''}. ${nextSteps.fetch(requestId ?? id)}`;
    case 'saved':
      return `job ${id}: done${paths.length === 0 ? '' : `, saved as ${paths.join(', ')}`}.`;
    case 'planned':
      return isWorkedOn
        ? `job ${id}: about to be sent by process ${owner?.pid ?? ''}.`
        : `job ${id}: never sent. Nothing is charged.`;
    case 'failed':
    case 'cancelled':
      if (requestId !== undefined && charged !== 'no') {
        return `job ${id}: ${state}${why}.${isSandbox(via) ? '' : ' It may have been charged.'} ${nextSteps.fetch(requestId)}`;
      }
      return `job ${id}: is known to be ${state}${why}.`;
    default:
      return `job ${id}: is known to be ${state}${why}.`;
  }
}
