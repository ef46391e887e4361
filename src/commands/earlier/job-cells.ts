import { usdText } from '../../dollars.js';
import type { Job, JobState } from '../../ledger/job.js';
import { SANDBOX } from '../../ledger/spending.js';
import { ageText } from '../../terminal/units.js';
import { shortPath } from '../edit/document.js';
import { ageOf } from './job-document.js';

/** What it cost: ~ before an estimate, 0 where nothing was charged, ? where nobody knows. */
export function costCell({ charged, billedUsd, estimatedUsd }: Job): string {
  if (charged === 'no') return usdText(0);
  if (billedUsd !== undefined) return usdText(billedUsd);
  return estimatedUsd === undefined ? '?' : `~${usdText(estimatedUsd)}`;
}

/** How far it is; what was run on the built-in sandbox is marked. */
export function stateCell({ via }: Job, state: JobState): string {
  return via === SANDBOX ? `${state} (sandbox)` : state;
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
