import path from 'node:path';
import { foreignDelivery, targetsOf } from '../../edit/delivery.js';
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

/** Where the pictures of one job go; undefined where that is for the job itself to say. */
export type Place = ResumeOptions['elsewhere'];

/**
 * Where the pictures of each job go, by its id, checked before anything is fetched.
 *
 * @throws FalEditError (usage): a name that is taken or would be given twice, a format that a picture has not
 */
export async function placesOf(
  jobs: readonly Job[],
  options: Pick<WaitOptions, 'destination' | 'force'>,
  cwd: string,
): Promise<Map<string, Place>> {
  const places = new Map<string, Place>();
  for (const job of jobs) places.set(job.id, await placeOf(job, options, cwd));
  refuseSharedNames(jobs, places);
  return places;
}

async function placeOf(
  job: Job,
  { destination, force }: Pick<WaitOptions, 'destination' | 'force'>,
  cwd: string,
): Promise<Place> {
  const model = findModel(job.endpoint);
  const delivery = job.delivery ?? foreignDelivery(job, model, cwd);
  if (destination === undefined) {
    // What went to a stream once has no name yet.
    const streamed = job.images.length > 0 && job.images.every(({ path: file, target }) => !(file ?? target));
    return force || streamed
      ? { targets: targetsOf(delivery, job), force: force || delivery.force }
      : undefined;
  }
  if (destination.kind === 'stream') {
    if (delivery.count === 1) return { targets: undefined, force: false };
    throw usageError(`--output -: stdout takes one picture, and ${nameOf(job)} made ${delivery.count}.`);
  }
  refuseOtherFormat(destination, delivery, job);
  const { template, numberWhenTaken } = destination;
  const place = { ...delivery, cwd, template, numberWhenTaken };
  const targets = targetsOf(place, job);
  const taken = await targets.check(force);
  if (taken !== undefined) throw taken;
  // Of a request that nobody here knows, nobody knows how many pictures it made: each is to have a name of its own.
  const counted = job.input !== undefined || job.result !== undefined;
  return { targets: counted ? targets : targetsOf({ ...place, count: 2 }, job), force };
}

/** The picture is made: another ending makes it no other format. */
function refuseOtherFormat(
  destination: Extract<Destination, { kind: 'files' }>,
  delivery: Delivery,
  job: Job,
): void {
  const asked = formatOfDestination(destination, findModel(job.endpoint), undefined);
  // What was saved before is known; else it is what was asked for.
  const saved = formatOfType(job.images.find(({ contentType }) => contentType !== undefined)?.contentType);
  const made = saved ?? formatOfExtension(delivery.ext);
  if (asked === undefined || made === undefined || asked === made) return;
  const ext = extensionOf(made);
  const name = path.basename(destination.template);
  throw usageError(
    `--output: ${name} asks for ${asked}, and ${nameOf(job)} made ${made}.`,
    `Name it ${path.parse(name).name}.${ext}, or end it with {ext}.`,
  );
}

/** Two pictures of one name: the second would take the first one's place, or a name that nobody chose. */
function refuseSharedNames(jobs: readonly Job[], places: ReadonlyMap<string, Place>): void {
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
