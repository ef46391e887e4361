import type { Job, OutputSpec } from '../ledger/job.js';
import { isRedacted } from '../secrets.js';
import { findModel } from '../models/registry.js';
import { follow, type Answered } from './awaiting.js';
import { fetchPictures } from './collect.js';
import type { EditEnv } from './env.js';
import { Journal } from './journal.js';
import { runLife, type Life, type LifeOptions } from './life.js';
import { defaultOutput } from './output.js';
import type { EditRecord } from './record.js';

export interface ResumeOptions extends LifeOptions {
  /** Where to put the pictures, where that is not for the job to say. */
  elsewhere?: OutputSpec | undefined;
  /** How to save them, where this command differs from the one that sent the edit. */
  saving?: Pick<OutputSpec, 'force' | 'keepBlanked'> | undefined;
}

/**
 * Continues an edit that fal has accepted: waits for it if need be, and saves its pictures where the command
 * that sent it would have. Several may do so at once: they end up with the same files.
 *
 * @throws FalEditError; the record then holds what is known
 */
export async function resumeJob(
  job: Job,
  record: EditRecord,
  env: EditEnv,
  options: ResumeOptions,
): Promise<void> {
  const { elsewhere, onEvent } = options;
  const { ledger, context } = env;
  const model = findModel(job.endpoint);
  ledger.own(job.id);
  const start = {
    model,
    record,
    journal: new Journal(ledger, job, record, onEvent, undefined, options.nextSteps),
    output: elsewhere ?? { ...(job.output ?? defaultOutput(job, model, context.cwd)), ...options.saving },
    asPromised: elsewhere === undefined,
    env,
    options,
  };
  await runLife(start, async (life) => {
    await fetchPictures(life, remembered(job, life) ?? (await follow(life)), job.images);
  });
}

/** The answer that an earlier command has recorded. */
function remembered({ result }: Job, { model }: Life): Answered | undefined {
  if (result === undefined) return undefined;
  const output = model.fromOutput(result);
  // Stored without a secret that its URLs held: fal has to be asked again.
  if (output === undefined || output.images.some(({ url }) => isRedacted(url))) return undefined;
  return { data: result, output };
}
