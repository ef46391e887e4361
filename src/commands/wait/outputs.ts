import path from 'node:path';
import {
  checkFree,
  defaultOutput,
  formatOfOutput,
  pathOf,
  type OutputChoice,
} from '../../edit/plan/output.js';
import { usageError } from '../../errors/error.js';
import { extensionOf, formatOfExtension, formatOfType } from '../../images/received.js';
import type { Job, OutputSpec } from '../../ledger/job.js';
import { modelOfJob } from '../../models/registry.js';
import { nameOf } from '../earlier/job-state.js';
import type { WaitOptions } from './options.js';

/**
 * Where to save the pictures of each job, by its id; undefined: where the edit would have. Checked before anything is
 * fetched.
 *
 * @throws FalEditError (usage): a name that is taken or would be used twice, or the wrong format
 */
export async function outputsOf(
  jobs: readonly Job[],
  options: Pick<WaitOptions, 'output' | 'force'>,
  cwd: string,
): Promise<Map<string, OutputSpec | undefined>> {
  const outputs = new Map<string, OutputSpec | undefined>();
  for (const job of jobs) outputs.set(job.id, await outputOf(job, options, cwd));
  refuseSharedNames(jobs, outputs);
  return outputs;
}

async function outputOf(
  job: Job,
  { output: chosen, force }: Pick<WaitOptions, 'output' | 'force'>,
  cwd: string,
): Promise<OutputSpec | undefined> {
  const planned = job.output ?? defaultOutput(job, modelOfJob(job), cwd);
  if (chosen === undefined) {
    // A result that was written to a stream has no name yet.
    const pictures = job.images.filter(({ field }) => field === undefined);
    const streamed = pictures.length > 0 && pictures.every(({ path: file, target }) => !(file ?? target));
    return force || streamed ? { ...planned, force: force || planned.force } : undefined;
  }
  const output = { ...planned, ...chosen, force };
  if (output.kind === 'stream') {
    if (output.count === 1) return output;
    throw usageError(`--output - takes one picture, but ${nameOf(job)} made ${output.count}.`);
  }
  refuseOtherFormat(chosen, planned, job);
  const taken = await checkFree(output);
  if (taken !== undefined) throw taken;
  // The number of pictures of an unlisted request is unknown, so each gets its own name.
  const counted = job.input !== undefined || job.result !== undefined;
  return counted ? output : { ...output, count: 2 };
}

/** The picture exists already: another extension does not change its format. */
function refuseOtherFormat(chosen: OutputChoice, { ext }: OutputSpec, job: Job): void {
  const wanted = formatOfOutput(chosen, modelOfJob(job), undefined);
  // The format of a saved picture is known; else it is the requested one.
  const saved = formatOfType(job.images.find(({ contentType }) => contentType !== undefined)?.contentType);
  const made = saved ?? formatOfExtension(ext);
  if (wanted === undefined || made === undefined || wanted === made) return;
  const name = path.basename(chosen.template);
  throw usageError(
    `--output: ${name} is ${wanted}, but ${nameOf(job)} made ${made}.`,
    `Name it ${path.parse(name).name}.${extensionOf(made)}, or end it with {ext}.`,
  );
}

/** Refuses two pictures with one name: the second would overwrite the first or get an unexpected name. */
function refuseSharedNames(jobs: readonly Job[], outputs: ReadonlyMap<string, OutputSpec | undefined>): void {
  const owners = new Map<string, Job>();
  for (const job of jobs) {
    const output = outputs.get(job.id);
    if (output === undefined || output.kind === 'stream') continue;
    if (output.numberWhenTaken && !output.force) continue;
    const file = pathOf(output, 0, job.requestId);
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
