import type { PastRequest } from '../../fal/platform/history.js';
import { canonicalJson } from '../../sha256.js';
import type { Job } from '../../ledger/job.js';
import { compareInputs } from './comparison.js';

/** The requests of fal's history that belong to one job. */
export interface Assignment {
  job: Job;
  /** The request that the job became; undefined if there is none, or the job already has its request. */
  own: PastRequest | undefined;
  /** Further requests for this edit that fal accepted. */
  extra: PastRequest[];
  /** Requests of which fal kept too little to compare them with the job. */
  unclear: PastRequest[];
}

/** A job that may have sent one of the requests. */
export interface Claimant extends Pick<Job, 'seq' | 'endpoint' | 'input' | 'intentAt' | 'requestId'> {
  /** Set if the ledger has lost what was sent: the input then has no files, and no seed that we chose. */
  guess?: Guess | undefined;
}

/** Whether the ledger has lost what was sent for a job, and only its row tells a part of it. */
export function isGuess(job: Pick<Job, 'input' | 'inputHash' | 'askedHash'>): boolean {
  return job.input !== undefined && job.inputHash === undefined && job.askedHash !== undefined;
}

/** Facts about a submit that the ledger has lost. */
export interface Guess {
  /** The seeds that it may have had, one for each attempt; undefined if the input has the user's. */
  seeds: readonly number[] | undefined;
}

/**
 * Assigns requests to the jobs that sent them. Jobs with equal inputs cannot be told apart: each gets one, the oldest
 * intent first, and only requests left over are second charges.
 *
 * @param items requests that the ledger does not know, each once, newest first
 */
export function assignRequests<J extends Claimant>(
  jobs: readonly J[],
  items: readonly PastRequest[],
  aliases?: readonly (readonly string[])[],
): (Omit<Assignment, 'job'> & { job: J })[] {
  const taken = new Set<PastRequest>();
  const candidatesOf = bySeed(items);
  const isIndistinct = indistinct(jobs);
  const shares = [...jobs].sort(byClaim).map((job) => {
    const fitting = fittingTo(job, candidatesOf(job), aliases);
    const { matching, unclear } = isIndistinct(job)
      ? { matching: [], unclear: [...fitting.matching, ...fitting.unclear] }
      : fitting;
    const own = job.requestId === undefined ? matching.find((item) => !taken.has(item)) : undefined;
    if (own !== undefined) taken.add(own);
    return { job, own, extra: [] as PastRequest[], unclear, matching };
  });
  for (const { matching, extra } of shares) {
    for (const item of matching.filter((one) => !taken.has(one))) {
      taken.add(item);
      extra.push(item);
    }
  }
  return shares.map(({ job, own, extra, unclear }) => ({ job, own, extra, unclear }));
}

/**
 * Finds the requests worth comparing: those with the job's seed, which every edit has, and those whose seed fal did not
 * keep. A batch has thousands of either.
 */
function bySeed(
  items: readonly PastRequest[],
): (job: Pick<Claimant, 'input' | 'guess'>) => readonly PastRequest[] {
  const groups = new Map<unknown, Map<PastRequest, number>>();
  items.forEach((item, index) => {
    const seed = item.input?.['seed'];
    groups.set(seed, (groups.get(seed) ?? new Map<PastRequest, number>()).set(item, index));
  });
  const without = groups.get(undefined) ?? new Map<PastRequest, number>();
  return ({ input, guess }) => {
    const seeds: readonly unknown[] = guess?.seeds ?? [input?.['seed']];
    // A request without a known seed could be any of them.
    if (seeds[0] === undefined) return items;
    const found = [...seeds.flatMap((seed) => [...(groups.get(seed) ?? [])]), ...without];
    return found.sort(([, one], [, other]) => one - other).map(([item]) => item);
  };
}

/** A job with more known fields matches fewer requests, so it comes first; among equals, the older intent does. */
function byClaim(a: Claimant, b: Claimant): number {
  const fields = Object.keys(b.input ?? {}).length - Object.keys(a.input ?? {}).length;
  return fields || (a.intentAt ?? 0) - (b.intentAt ?? 0) || a.seq - b.seq;
}

/** Finds jobs that cannot be told apart because their files are unknown: no row may get another row's picture. */
function indistinct(jobs: readonly Claimant[]): (job: Claimant) => boolean {
  const textOf = ({ guess, requestId, input }: Claimant): string | undefined =>
    guess === undefined || guess.seeds !== undefined || requestId !== undefined
      ? undefined
      : canonicalJson(input);
  const counts = new Map<string, number>();
  for (const text of jobs.flatMap((job) => textOf(job) ?? [])) {
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  return (job) => (counts.get(textOf(job) ?? '') ?? 0) > 1;
}

interface Fitting {
  matching: PastRequest[];
  unclear: PastRequest[];
}

/** The requests that may be the job's, oldest first, and those that cannot be compared. */
export function fittingTo(
  { endpoint, input = {}, guess }: Pick<Claimant, 'endpoint' | 'input' | 'guess'>,
  items: readonly PastRequest[],
  aliases?: readonly (readonly string[])[],
): Fitting {
  const isOfSeed = ({ input: kept }: PastRequest): boolean => {
    const seed = kept?.['seed'];
    return guess?.seeds === undefined || seed === undefined || guess.seeds.includes(Number(seed));
  };
  const there = items
    .filter((item) => (item.endpoint === endpoint || item.endpoint === '') && isOfSeed(item))
    .reverse();
  const of = (wanted: string): PastRequest[] =>
    there.filter((item) => compareInputs(input, item.input, aliases) === wanted);
  const same = of('same');
  if (guess?.seeds !== undefined) return guessed(same, of('unclear'));
  // If fal shows exactly what was sent, it adds no defaults: a request with more fields is another one.
  const exact = same.filter((item) => canonicalJson(item.input) === canonicalJson(input));
  return { matching: exact.length > 0 ? exact : same, unclear: of('unclear') };
}

/** Puts the attempt that may have a picture first; a request without a seed may be any row's. */
function guessed(same: readonly PastRequest[], unclear: readonly PastRequest[]): Fitting {
  const hasSeed = ({ input }: PastRequest): boolean => input?.['seed'] !== undefined;
  const isFailed = ({ statusCode = 200 }: PastRequest): boolean => statusCode >= 400;
  const seeded = same.filter(hasSeed);
  return {
    matching: [...seeded.filter((item) => !isFailed(item)), ...seeded.filter(isFailed)],
    unclear: [...same.filter((item) => !hasSeed(item)), ...unclear],
  };
}
