/*
 * The life of an edit: planned, uploads, intent, one submit, waiting, pictures. Each step is in the ledger before
 * the next one begins, so that an edit which is cut short at any point can be found and finished.
 */
import { falTime } from '../fal/clock.js';
import { proxiesOf } from '../fal/connection.js';
import { currentPrice, type CurrentPrice } from '../fal/prices.js';
import { uploadAll, type UploadCache } from '../fal/upload.js';
import type { Caps } from '../ledger/caps.js';
import type { NewJob } from '../ledger/job.js';
import type { Beginning, BeginOptions } from '../ledger/ledger.js';
import { findFormer, snapshotOf, type Former } from '../ledger/lookup.js';
import { isSandbox } from '../ledger/spending.js';
import { withValueAt } from '../models/fields.js';
import { read, statusWatcher, type Answered } from './awaiting.js';
import { fetchPictures } from './collect.js';
import { Deadline } from './deadline.js';
import { accessOf, type EditEnv } from './env.js';
import { estimate, refuseUnbounded } from './estimate.js';
import { fingerprintV1 } from './fingerprint-v1.js';
import { askedHashOf } from './fingerprint.js';
import { areInPlace, keptPictures } from './in-place.js';
import { Journal } from './journal.js';
import { runLife, type Life, type LifeOptions } from './life.js';
import { stillUnknownError } from './outcomes.js';
import { checkFree } from './output.js';
import type { EditPlan } from './plan.js';
import { recordOfJob, type EditRecord } from './record.js';
import { resumeJob, type ResumeOptions } from './resume.js';
import { sameEndError, waitForOther } from './same-edit.js';

export interface RunOptions extends LifeOptions {
  caps: Caps;
  /** Pay for another edit, even if the same command has an unfinished one. */
  again: boolean;
  /** Submit and leave. */
  detach: boolean;
  /** Identity of the edit where that is not the command's: a row of a batch has its own. */
  askedHash?: string;
  /** fal's price, where it was already asked for; an undefined value in it means that it is unknown. */
  price?: { live: CurrentPrice | undefined };
  /** Cache of earlier uploads; everything is uploaded if absent. */
  uploads?: UploadCache;
  /** Priority in fal's queue; normal if absent (fal-api.md 2.6). */
  priority?: 'normal' | 'low' | undefined;
}

type SubmitOptions = Pick<RunOptions, 'onEvent' | 'priority'>;

/**
 * Runs a planned edit to its end, and fills in the record as it goes. Where another run of the same command was cut
 * short, or is under way, it goes on with that one's edit instead of paying for another.
 *
 * @throws FalEditError; the record then holds what is known
 */
export async function runEdit(
  plan: EditPlan,
  record: EditRecord,
  env: EditEnv,
  options: RunOptions,
): Promise<void> {
  const { caps, again, onEvent } = options;
  const { context, ledger, route } = env;
  const { via, account } = route;
  record.sandbox = isSandbox(via);
  const asked = {
    askedHash: options.askedHash ?? askedHashOf(plan, via),
    // An earlier release may have been cut short.
    ...(options.askedHash === undefined ? { earlierHash: fingerprintV1(plan, via) } : {}),
    via,
    // A row that was sent and left is the same row when it is asked for again.
    detached: options.detach && options.askedHash === undefined,
  };
  // Rows of a batch have their folder to themselves.
  const isShared = !again && options.askedHash === undefined && !asked.detached;
  const since = isShared ? snapshotOf(ledger, asked) : undefined;
  // What has come to its end just before the snapshot may have left its picture just after the plan.
  const nameTaken =
    plan.nameTaken ?? (isShared ? await checkFree(plan.output, plan.outputSetting) : undefined);
  // A name may be taken by the very picture that another run of this command saved.
  const goesOn = !again && findFormer(ledger, asked, since) !== undefined;
  if (nameTaken !== undefined && !goesOn) throw nameTaken;
  for (const message of plan.warnings) onEvent({ type: 'warning', message });
  const price = options.price ?? {
    live: await currentPrice(plan.model.endpoint, accessOf(env)),
  };
  context.signal.throwIfAborted();
  const cost = estimate(plan.model, plan.work, price.live);
  record.cost.estimatedUsd = cost.usd;
  record.cost.unitPriceUsd = cost.unitUsd;
  refuseUnbounded(cost, caps);
  const wanted: NewJob = {
    model: plan.model.name,
    endpoint: plan.model.endpoint,
    account,
    prompt: plan.prompt,
    seed: plan.seed,
    ...asked,
    output: plan.output,
    estimatedUsd: cost.usd,
    unitPriceUsd: cost.unitUsd,
  };
  const { beginning, timeoutMs } = await beginOrWait(wanted, record, { since, nameTaken }, env, options);
  if (beginning.kind === 'former') {
    await goOnWith(beginning.former, plan, record, env, { ...options, timeoutMs });
    return;
  }
  const { job } = beginning;
  record.job = job.id;
  const journal = new Journal(
    ledger,
    job,
    record,
    onEvent,
    () => falTime(route.connection, context),
    options.nextSteps,
  );
  const { model, output } = plan;
  return runLife(
    { model, record, journal, output, asPromised: true, env, options: { ...options, timeoutMs } },
    async (life) => {
      await upload(plan, life, options.uploads);
      if (options.detach) {
        await submitAndLeave(life, options);
        return;
      }
      const answered = await submitAndWait(life, options);
      await fetchPictures(life, answered);
    },
  );
}

/** Options that only change the saved file may differ each time the same command is run. */
function savingOf({ output: { force, keepBlanked } }: EditPlan): ResumeOptions['saving'] {
  return { force, keepBlanked };
}

/** Takes the edit in the ledger. While another process is making it, that one is waited for. Returns how much time is left. */
async function beginOrWait(
  wanted: NewJob,
  record: EditRecord,
  { since, nameTaken }: Pick<BeginOptions, 'since' | 'nameTaken'>,
  env: EditEnv,
  options: RunOptions,
): Promise<{ beginning: Beginning; timeoutMs: number }> {
  const { caps, again, onEvent, timeoutMs } = options;
  const { ledger, context } = env;
  const begin = (): Promise<Beginning> =>
    ledger.write('soon', () => ledger.begin(wanted, { caps, again, since, nameTaken }));
  let beginning = await begin();
  if (beginning.kind !== 'former' || beginning.former.kind !== 'busy') return { beginning, timeoutMs };
  // Meanwhile the record is the other one's; in its place, this edit is sent as it was planned.
  const planned = { ...record };
  const waitedSince = context.elapsed();
  const deadline = new Deadline(timeoutMs, context.signal);
  try {
    let told: string | undefined;
    while (beginning.kind === 'former' && beginning.former.kind === 'busy') {
      const { job } = beginning.former;
      if (told !== job.id) onEvent({ type: 'waiting', job: job.id, pid: job.owner?.pid ?? 0 });
      told = job.id;
      const ended = await waitForOther(job, record, deadline, env);
      // Whatever has been begun since: this one is what was waited for, and it is here.
      beginning =
        ended.state === 'saved' ? { kind: 'former', former: { kind: 'ended', job: ended } } : await begin();
    }
    if (beginning.kind === 'new') Object.assign(record, planned);
    const left = timeoutMs - (context.elapsed() - waitedSince);
    return { beginning, timeoutMs: Math.max(1, Math.round(left)) };
  } finally {
    deadline.close();
  }
}

/** Fetches the edit that another run of the same command has sent, or ends as that one did. */
async function goOnWith(
  { kind, job }: Former,
  plan: EditPlan,
  record: EditRecord,
  env: EditEnv,
  options: RunOptions,
): Promise<void> {
  Object.assign(record, recordOfJob(job));
  if (kind === 'unknown') throw stillUnknownError(job, options.nextSteps);
  // Bytes for a stream go to this one; files go where the first run would have put them, which is the same.
  const elsewhere = plan.output.kind === 'stream' ? plan.output : undefined;
  if (kind === 'ended') {
    record.images = keptPictures(job);
    if (job.state !== 'saved') throw sameEndError(job);
    if (elsewhere === undefined && (await areInPlace(job))) return;
  } else {
    options.onEvent({ type: 'resumed', requestId: job.requestId ?? '', plannedAt: job.plannedAt });
  }
  await resumeJob(job, record, env, { ...options, elsewhere, saving: savingOf(plan) });
}

/** Uploads the local files; afterwards the input contains only URLs. */
async function upload(
  plan: EditPlan,
  { record, session, env, options: { onEvent } }: Life,
  cache: UploadCache | undefined,
): Promise<void> {
  const local = plan.attachments.flatMap(({ upload: file }) => file ?? []);
  if (local.length === 0) return;
  const bytes = local.reduce((sum, file) => sum + file.bytes, 0);
  onEvent({ type: 'uploading', files: local.length, bytes });
  const urls = await uploadAll(session.client, env.route.connection, local, cache).catch((error: unknown) => {
    throw session.exchange.uploadFailure ?? error;
  });
  record.uploads = [...urls].map(([sha256, url]) => ({ sha256, url }));
  for (const { path, label, upload: file } of plan.attachments) {
    const url = file === undefined ? undefined : urls.get(file.sha256);
    if (url === undefined) continue;
    record.input = withValueAt(record.input, path, url) as Record<string, unknown>;
    onEvent({ type: 'uploaded', label, url });
  }
}

function tellSubmitting({ record, env: { route } }: Life, { onEvent }: SubmitOptions): void {
  const proxies = isSandbox(route.via) ? [] : proxiesOf(route.connection, 'remote');
  onEvent({ type: 'submitting', estimatedUsd: record.cost.estimatedUsd ?? 0, proxies });
}

/** The one call that costs money, until fal's answer is here and is an answer. */
async function submitAndWait(life: Life, options: SubmitOptions): Promise<Answered> {
  const { priority = 'normal' } = options;
  const { model, record, session } = life;
  tellSubmitting(life, options);
  let watch: ((update: unknown) => void) | undefined;
  return read(life, async () => {
    const answer: { data: unknown } = await session.client.subscribe(model.endpoint, {
      input: record.input,
      priority,
      mode: 'streaming',
      logs: true,
      // By now the request id is in the ledger: submit-once.ts saw to it.
      onEnqueue: (requestId) => {
        watch = statusWatcher(life);
        options.onEvent({ type: 'accepted', requestId });
      },
      onQueueUpdate: (update) => watch?.(update),
    });
    return answer.data;
  });
}

/** Submits without waiting for the result. */
async function submitAndLeave(life: Life, options: SubmitOptions): Promise<void> {
  const { model, record, session, journal } = life;
  const { priority = 'normal' } = options;
  tellSubmitting(life, options);
  await session.client.queue.submit(model.endpoint, { input: record.input, priority });
  options.onEvent({ type: 'accepted', requestId: record.requestId ?? '' });
  journal.left();
}
