/*
 * The life of an edit: planned, uploads, intent, one submit, waiting, pictures. Each step is in the ledger before
 * the next one begins, so that an edit which is cut short at any point can be found and finished.
 */
import { falTime } from '../fal/clock.js';
import { accountOf, proxiesOf } from '../fal/connection.js';
import { currentPrice, type CurrentPrice } from '../fal/prices.js';
import { uploadAll, type UploadCache } from '../fal/upload.js';
import type { Caps } from '../ledger/caps.js';
import type { NewJob } from '../ledger/job.js';
import type { Beginning, BeginOptions, Ledger } from '../ledger/ledger.js';
import { findFormer, snapshotOf, type Former } from '../ledger/lookup.js';
import { isSandbox } from '../ledger/spending.js';
import { withValueAt } from '../models/fields.js';
import { read, statusWatcher, type Answered } from './awaiting.js';
import { fetchPictures } from './collect.js';
import { Deadline } from './deadline.js';
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
  ledger: Ledger;
  /** The way to fal, as the ledger calls it. */
  via: string;
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

type SubmitOptions = Pick<RunOptions, 'connection' | 'via' | 'onEvent' | 'priority'>;

/**
 * Runs a planned edit to its end, and fills in the record as it goes. Where another run of the same command was cut
 * short, or is under way, it goes on with that one's edit instead of paying for another.
 *
 * @throws FalEditError; the record then holds what is known
 */
export async function runEdit(plan: EditPlan, record: EditRecord, options: RunOptions): Promise<void> {
  const { ledger, caps, again, connection, context, onEvent } = options;
  record.sandbox = isSandbox(options.via);
  const asked = {
    askedHash: options.askedHash ?? askedHashOf(plan, options.via),
    // An earlier release may have been cut short.
    ...(options.askedHash === undefined ? { earlierHash: fingerprintV1(plan, options.via) } : {}),
    via: options.via,
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
    live: await currentPrice(plan.model.endpoint, { connection, context, signal: context.signal }),
  };
  context.signal.throwIfAborted();
  const cost = estimate(plan.model, plan.work, price.live);
  record.cost.estimatedUsd = cost.usd;
  record.cost.unitPriceUsd = cost.unitUsd;
  refuseUnbounded(cost, caps);
  const wanted: NewJob = {
    model: plan.model.name,
    endpoint: plan.model.endpoint,
    account: accountOf(connection),
    prompt: plan.prompt,
    seed: plan.seed,
    ...asked,
    output: plan.output,
    estimatedUsd: cost.usd,
    unitPriceUsd: cost.unitUsd,
  };
  const { beginning, timeoutMs } = await beginOrWait(wanted, record, { since, nameTaken }, options);
  if (beginning.kind === 'former') {
    await goOnWith(beginning.former, plan, record, { ...options, timeoutMs });
    return;
  }
  const { job } = beginning;
  record.job = job.id;
  const journal = new Journal(
    ledger,
    job,
    record,
    onEvent,
    () => falTime(connection, context),
    options.nextSteps,
  );
  const { model, output } = plan;
  return runLife(
    { model, record, journal, output, asPromised: true, options: { ...options, timeoutMs } },
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
  options: RunOptions,
): Promise<{ beginning: Beginning; timeoutMs: number }> {
  const { ledger, caps, again, context, onEvent, timeoutMs } = options;
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
      const ended = await waitForOther(job, record, deadline, options);
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
  await resumeJob(job, record, { ...options, elsewhere, saving: savingOf(plan) });
}

/** Uploads the local files; afterwards the input contains only URLs. */
async function upload(
  plan: EditPlan,
  { record, session, options }: Life,
  cache: UploadCache | undefined,
): Promise<void> {
  const { connection, onEvent } = options;
  const local = plan.attachments.flatMap(({ upload: file }) => file ?? []);
  if (local.length === 0) return;
  const bytes = local.reduce((sum, file) => sum + file.bytes, 0);
  onEvent({ type: 'uploading', files: local.length, bytes });
  const urls = await uploadAll(session.client, connection, local, cache).catch((error: unknown) => {
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

function tellSubmitting(record: EditRecord, { connection, via, onEvent }: SubmitOptions): void {
  const proxies = isSandbox(via) ? [] : proxiesOf(connection, 'remote');
  onEvent({ type: 'submitting', estimatedUsd: record.cost.estimatedUsd ?? 0, proxies });
}

/** The one call that costs money, until fal's answer is here and is an answer. */
async function submitAndWait(life: Life, options: SubmitOptions): Promise<Answered> {
  const { priority = 'normal' } = options;
  const { model, record, session } = life;
  tellSubmitting(record, options);
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
async function submitAndLeave(
  { model, record, session, journal }: Life,
  options: SubmitOptions,
): Promise<void> {
  const { priority = 'normal' } = options;
  tellSubmitting(record, options);
  await session.client.queue.submit(model.endpoint, { input: record.input, priority });
  options.onEvent({ type: 'accepted', requestId: record.requestId ?? '' });
  journal.left();
}
