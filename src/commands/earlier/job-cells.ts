import { usdText } from '../../dollars.js';
import type { Job, JobState } from '../../ledger/job.js';
import { isSandbox } from '../../ledger/spending.js';
import { ageText } from '../../terminal/units.js';
import { shortPath } from '../edit/document.js';
import { ageOf } from './job-document.js';

/** What it cost: ~ before an estimate, 0 where nothing was charged, ? where nobody knows; on the sandbox, no money. */
export function costCell({ via, charged, billedUsd, estimatedUsd }: Job): string {
  // What it would have been stands in the document.
  if (isSandbox(via)) return 'sandbox';
  if (charged === 'no') return usdText(0);
  if (billedUsd !== undefined) return usdText(billedUsd);
  return estimatedUsd === undefined ? '?' : `~${usdText(estimatedUsd)}`;
}

/** How far it is; what was run on the sandbox is marked. */
export function stateCell({ via }: Job, state: JobState): string {
  return isSandbox(via) ? `${state} (sandbox)` : state;
}

export function ageCell(job: Job, now: number): string {
  return ageText(ageOf(job, now));
}

/** Where its first picture is, with how many more there are; else what it was to become. */
export function whatCell({ images, prompt }: Job, cwd: string): string {
  const paths = images.flatMap(({ path }) => path ?? []);
  const [first] = paths;
  if (first === undefined) return prompt;
  const more = paths.length === 1 ? '' : ` (+${paths.length - 1})`;
  return `${shortPath(first, cwd)}${more}`;
}
