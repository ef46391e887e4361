import { ageText, usdText } from '../../units.js';
import type { Job, JobState } from '../../ledger/job.js';
import { isSandbox } from '../../ledger/spending.js';
import { shortPath } from '../edit/document.js';
import { ageOf } from './job-document.js';

/** Cost of a job: ~ before an estimate, 0 if nothing was charged, ? if unknown; no amount on the sandbox. */
export function costCell({ via, charged, billedUsd, estimatedUsd }: Job): string {
  // The document has the amount that fal would charge.
  if (isSandbox(via)) return 'sandbox';
  if (charged === 'no') return usdText(0);
  if (billedUsd !== undefined) return usdText(billedUsd);
  return estimatedUsd === undefined ? '?' : `~${usdText(estimatedUsd)}`;
}

/** State of a job; marks jobs of the sandbox. */
export function stateCell({ via }: Job, state: JobState): string {
  return isSandbox(via) ? `${state} (sandbox)` : state;
}

export function ageCell(job: Job, now: number): string {
  return ageText(ageOf(job, now));
}

/** Path of the first picture and the number of others; without pictures, the prompt. */
export function whatCell({ images, prompt }: Job, cwd: string): string {
  const paths = images.flatMap(({ path }) => path ?? []);
  const [first] = paths;
  if (first === undefined) return prompt;
  const more = paths.length === 1 ? '' : ` (+${paths.length - 1})`;
  return `${shortPath(first, cwd)}${more}`;
}
