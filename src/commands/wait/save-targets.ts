import path from 'node:path';
import { defaultDelivery, targetsOf } from '../../edit/delivery.js';
import {
  extensionOf,
  formatOfDestination,
  formatOfExtension,
  type Destination,
} from '../../edit/destination.js';
import type { ResumeOptions } from '../../edit/resume.js';
import type { Targets } from '../../edit/targets.js';
import { usageError } from '../../errors.js';
import { formatOfType } from '../../images/received.js';
import type { Delivery, Job } from '../../ledger/job.js';
import { findModel } from '../../models/registry.js';
import { nameOf } from '../earlier/job-state.js';
import type { WaitOptions } from './options.js';

/** Where to save the pictures of a job; undefined: where the edit would have. */
export type SaveTarget = ResumeOptions['elsewhere'];

/**
 * Where to save the pictures of each job, by its id; checked before anything is fetched.
 *
 * @throws FalEditError (usage): a name that is taken or would be used twice, or the wrong format
 */
export async function saveTargetsOf(
  jobs: readonly Job[],
  options: Pick<WaitOptions, 'destination' | 'force'>,
  cwd: string,
): Promise<Map<string, SaveTarget>> {
  const places = new Map<string, SaveTarget>();
  for (const job of jobs) places.set(job.id, await saveTargetOf(job, options, cwd));
  refuseSharedNames(jobs, places);
  return places;
}

async function saveTargetOf(
  job: Job,
  { destination, force }: Pick<WaitOptions, 'destination' | 'force'>,
  cwd: string,
): Promise<SaveTarget> {
  const model = findModel(job.endpoint);
  const delivery = job.delivery ?? defaultDelivery(job, model, cwd);
  if (destination === undefined) {
    // A result that was written to a stream has no name yet.
    const streamed = job.images.length > 0 && job.images.every(({ path: file, target }) => !(file ?? target));
    return force || streamed
      ? { targets: targetsOf(delivery, job), force: force || delivery.force }
      : undefined;
  }
  if (destination.kind === 'stream') {
    if (delivery.count === 1) return { targets: undefined, force: false };
    throw usageError(`--output - takes one picture, but ${nameOf(job)} made ${delivery.count}.`);
  }
  refuseOtherFormat(destination, delivery, job);
  const { template, numberWhenTaken } = destination;
  const place = { ...delivery, cwd, template, numberWhenTaken };
  const targets = targetsOf(place, job);
  const taken = await targets.check(force);
  if (taken !== undefined) throw taken;
  // The number of pictures of an unlisted request is unknown, so each gets its own name.
  const counted = job.input !== undefined || job.result !== undefined;
  return { targets: counted ? targets : targetsOf({ ...place, count: 2 }, job), force };
}

/** The picture exists already: another extension does not change its format. */
function refuseOtherFormat(
  destination: Extract<Destination, { kind: 'files' }>,
  delivery: Delivery,
  job: Job,
): void {
  const asked = formatOfDestination(destination, findModel(job.endpoint), undefined);
  // The format of a saved picture is known; else it is the requested one.
  const saved = formatOfType(job.images.find(({ contentType }) => contentType !== undefined)?.contentType);
  const made = saved ?? formatOfExtension(delivery.ext);
  if (asked === undefined || made === undefined || asked === made) return;
  const ext = extensionOf(made);
  const name = path.basename(destination.template);
  throw usageError(
    `--output: ${name} is ${asked}, but ${nameOf(job)} made ${made}.`,
    `Name it ${path.parse(name).name}.${ext}, or end it with {ext}.`,
  );
}

/** Refuses two pictures with one name: the second would overwrite the first or get an unexpected name. */
function refuseSharedNames(jobs: readonly Job[], places: ReadonlyMap<string, SaveTarget>): void {
  const owners = new Map<string, Job>();
  for (const job of jobs) {
    const place = places.get(job.id);
    const targets: Targets | undefined = place?.targets;
    if (targets === undefined || (targets.numberWhenTaken && place?.force !== true)) continue;
    const file = targets.pathOf(0, job.requestId ?? '');
    const other = owners.get(file);
    if (other !== undefined) {
      throw usageError(
        `--output: ${nameOf(other)} and ${nameOf(job)} would both be ${file}.`,
        'Name a folder/, or put {request_id} into the name.',
      );
    }
    owners.set(file, job);
  }
}
