/*
 * Runs an edit: plans a new one in the ledger, sends it and saves its pictures. If another run of the same command has
 * already sent one, finishes that instead, without paying for another.
 */
import { asFalEditError, withCharge, type Charged } from '../errors/error.js';
import { falTime } from '../fal/connection.js';
import { type Caps, isSandbox } from '../ledger/spending.js';
import type { Job, NewJob, OutputSpec } from '../ledger/job.js';
import type { Beginning, BeginOptions } from '../ledger/ledger.js';
import { findFormer, hasOpenJobs, snapshotOf, type Wanted, type Former } from '../ledger/lookup.js';
import { modelOfJob } from '../models/registry.js';
import { Deadline } from '../deadline.js';
import { EditRun, type RunOptions, type Sending } from './edit-run.js';
import type { EditEnv } from './env.js';
import {
  assuming,
  estimate,
  refuseUnbounded,
  refuseUnpriced,
  type Assumption,
  type Estimate,
  type KnownPrices,
} from './plan/estimate.js';
import { estimateNow, priceAccess } from './plan/prices.js';
import { asPlannedByV1, fingerprintV1 } from './plan/fingerprint-v1.js';
import { askedHashOf } from './plan/fingerprint.js';
import { Journal } from './journal.js';
import { allChecked } from './plan/attachments.js';
import { stillUnknownError } from './outcomes.js';
import { checkFree, defaultOutput } from './plan/output.js';
import type { EditPlan } from './plan/plan.js';
import {
  estimated,
  keptPictures,
  recordOf,
  recordOfJob,
  type EditOutcome,
  type EditRecord,
} from './record.js';
import { keepInput } from './pictures/finish.js';
import { areIntact } from './pictures/save.js';
import { sameEndError, waitForOther } from './same-edit.js';

export interface SendOptions extends RunOptions, Omit<Sending, 'attachments'> {
  caps: Caps;
  /** Pay for another edit, even if the same command has an unfinished one. */
  again: boolean;
  /** Identity of the edit, if it is not the command's: a row of a batch has its own. */
  askedHash?: string;
  /** fal's prices, if already looked up. */
  prices?: KnownPrices;
  /** The cost to assume if it is unknown. */
  assumption?: Assumption | undefined;
}

/**
 * Runs a planned edit to its end. If another run of the same command was cut short, or is running, continues that one's
 * edit instead of paying for another.
 */
export function runEdit(plan: EditPlan, env: EditEnv, options: SendOptions): Promise<EditOutcome> {
  const planned: EditRecord = { ...recordOf(plan), sandbox: isSandbox(env.route.via) };
  return withRecord(planned, async () => {
    await allChecked(plan.attachments);
    const wanted = await wantedOf(plan, env, options);
    const before = await checkNames(plan, wanted, env, options);
    for (const message of plan.warnings) options.onEvent({ type: 'warning', message });
    for (const message of plan.notes) options.onEvent({ type: 'note', message });
    const cost = await costOf(plan, env, options);
    const record = { ...planned, cost: { ...planned.cost, ...estimated(cost) } };
    return withRecord(record, async () => {
      refuseUnpriced(cost, options.caps, planned.sandbox);
      refuseUnbounded(cost, options.caps);
      const { beginning, timeoutMs } = await beginOrWait(
        newJob(plan, wanted, cost, env),
        before,
        env,
        options,
      );
      if (beginning.kind === 'waited') return { record: recordOfJob(beginning.job), error: beginning.error };
      if (beginning.kind === 'former')
        return goOnWith(beginning.former, plan, env, { ...options, timeoutMs });
      return send(beginning.job, plan, record, env, { ...options, timeoutMs });
    });
  });
}

export interface ResumeOptions extends RunOptions {
  /** Where to save the pictures, instead of the job's own output. */
  elsewhere?: OutputSpec | undefined;
  /** How to save them, if this command differs from the one that sent the edit. */
  saving?: Pick<OutputSpec, 'force' | 'keepBlanked' | 'finish'> | undefined;
}

/**
 * Continues an edit that fal has accepted: waits for it if needed, and saves its pictures where the command that sent
 * it would have. Several processes may do so at once: they end up with the same files.
 */
export function resumeJob(
  job: Job,
  env: EditEnv,
  { elsewhere, saving, ...options }: ResumeOptions,
): Promise<EditOutcome> {
  const record = recordOfJob(job);
  return withRecord(record, async () => {
    const { context, route } = env;
    let changed: string | undefined;
    if (job.schemaHash !== undefined) {
      const { changedSchemaText, loadJobModels } = await import('./models/job-models.js');
      await loadJobModels([job], context);
      changed = await changedSchemaText(job, route.connection, context);
    }
    const model = modelOfJob(job);
    const planned = { ...(job.output ?? defaultOutput(job, model, context.cwd)), ...saving };
    const { finish } = planned;
    env.ledger.own(job.id);
    const journal = new Journal(env.ledger, job, options.onEvent, options.nextSteps);
    const start = {
      model,
      record,
      journal,
      output: { ...(elsewhere ?? planned), ...(finish === undefined ? {} : { finish }) },
      asPromised: elsewhere === undefined,
    };
    const run = new EditRun(start, env, options);
    if (changed !== undefined) run.warn(changed);
    return run.goOn(job);
  });
}

/** Turns a thrown error into an outcome, with the record as it was before. */
async function withRecord(record: EditRecord, run: () => Promise<EditOutcome>): Promise<EditOutcome> {
  try {
    return await run();
  } catch (error) {
    const isSent = record.requestId !== null;
    return { record, error: withCharge(asFalEditError(error, isSent ? 'maybe' : 'no'), chargedOf(record)) };
  }
}

function chargedOf({ state, requestId, sandbox }: EditRecord): Charged {
  if (sandbox || requestId === null) return 'no';
  if (state === 'completed' || state === 'saved') return 'yes';
  return state === 'accepted' ? 'maybe' : 'no';
}

/** Identity of the edit, by which an unfinished one is found. */
async function wantedOf(
  plan: EditPlan,
  { ledger, route: { via } }: EditEnv,
  { askedHash, detach }: SendOptions,
): Promise<Wanted> {
  // A detached row is still the same row when it is requested again.
  if (askedHash !== undefined) return { askedHash, via, detached: false };
  const wanted = { askedHash: askedHashOf(plan, via), via, detached: detach };
  // A run of an earlier release may have been cut short. Finding that may take a conversion of each picture.
  const isCostly = plan.attachments.some(({ findEarlierUpload }) => findEarlierUpload !== undefined);
  if (isCostly && !hasOpenJobs(ledger, plan.model.endpoint, via)) return wanted;
  return { ...wanted, earlierHash: fingerprintV1(await asPlannedByV1(plan), via) };
}

type Before = Pick<BeginOptions, 'since' | 'nameTaken'>;

/** Checks for other runs of the same command, and for free names. @throws FalEditError (usage): a name is taken */
async function checkNames(
  plan: EditPlan,
  wanted: Wanted,
  { ledger }: EditEnv,
  { again, askedHash }: SendOptions,
): Promise<Before> {
  // Rows of a batch do not share their folder.
  const isShared = !again && askedHash === undefined && !wanted.detached;
  const since = isShared ? snapshotOf(ledger, wanted) : undefined;
  // An edit that ended just before the snapshot may have saved its picture just after the plan.
  const nameTaken =
    plan.nameTaken ?? (isShared ? await checkFree(plan.output, plan.outputSetting) : undefined);
  // A name may be taken by a picture that another run of this command saved.
  const goesOn = !again && findFormer(ledger, wanted, since) !== undefined;
  if (nameTaken !== undefined && !goesOn) throw nameTaken;
  return { since, nameTaken };
}

async function costOf(
  { model, work }: EditPlan,
  env: EditEnv,
  { prices, assumption }: SendOptions,
): Promise<Estimate> {
  const cost =
    prices === undefined ? await estimateNow(model, work, priceAccess(env)) : estimate(model, work, prices);
  env.context.signal.throwIfAborted();
  return assuming(cost, assumption);
}

function newJob(
  { model, prompt, seed, output }: EditPlan,
  wanted: Wanted,
  cost: Estimate,
  { route }: EditEnv,
): NewJob {
  return {
    ...{
      model: model.name,
      endpoint: model.endpoint,
      account: route.account,
      prompt,
      seed,
      ...wanted,
      output,
    },
    ...{ estimatedUsd: cost.usd, costGrade: cost.grade, unitPriceUsd: cost.unitUsd },
    schemaHash: model.schema?.hash,
  };
}

/** How it begins; includes another process's edit that did not finish while we waited. */
type Begun = Beginning | { kind: 'waited'; job: Job; error: EditOutcome['error'] };

/** Begins the edit in the ledger, after waiting for any process that is making it. Returns the time left. */
async function beginOrWait(
  wanted: NewJob,
  before: Before,
  env: EditEnv,
  { caps, again, onEvent, timeoutMs }: SendOptions,
): Promise<{ beginning: Begun; timeoutMs: number }> {
  const { ledger, context } = env;
  const begin = (): Promise<Beginning> =>
    ledger.write('soon', () => ledger.begin(wanted, { caps, again, ...before }));
  let beginning = await begin();
  if (beginning.kind !== 'former' || beginning.former.kind !== 'busy') return { beginning, timeoutMs };
  const waitedSince = context.elapsed();
  const deadline = new Deadline(timeoutMs, context.signal);
  try {
    let announced: string | undefined;
    while (beginning.kind === 'former' && beginning.former.kind === 'busy') {
      const { job } = beginning.former;
      if (announced !== job.id) onEvent({ type: 'waiting', job: job.id, pid: job.owner?.pid ?? 0 });
      announced = job.id;
      const waited = await waitForOther(job, deadline, env);
      if (waited.error !== undefined) return { beginning: { kind: 'waited', ...waited }, timeoutMs };
      // If the edit we waited for is saved, it is used, whatever has begun since.
      const isSaved = waited.job.state === 'saved';
      beginning = isSaved ? { kind: 'former', former: { kind: 'ended', job: waited.job } } : await begin();
    }
    const left = timeoutMs - (context.elapsed() - waitedSince);
    return { beginning, timeoutMs: Math.max(1, Math.round(left)) };
  } finally {
    deadline.close();
  }
}

function send(
  job: Pick<Job, 'id' | 'state'>,
  { model, output, attachments }: EditPlan,
  record: EditRecord,
  env: EditEnv,
  options: SendOptions,
): Promise<EditOutcome> {
  const { ledger, route, context } = env;
  const { onEvent, nextSteps } = options;
  const time = (): number | undefined => falTime(route.connection, context);
  const journal = new Journal(ledger, { ...job, requestId: undefined }, onEvent, nextSteps, time);
  const start = { model, record: { ...record, job: job.id }, journal, output, asPromised: true };
  return new EditRun(start, env, options).send({ ...options, attachments });
}

/** Fetches the edit that another run of the same command has sent, or ends as that one did. */
async function goOnWith(
  { kind, job }: Former,
  { output, attachments }: EditPlan,
  env: EditEnv,
  options: SendOptions,
): Promise<EditOutcome> {
  const record = recordOfJob(job);
  if (kind === 'unknown') return { record, error: stillUnknownError(job, options.nextSteps) };
  // A stream gets the bytes from this run; files go where the first run would have put them, which is the same.
  const elsewhere = output.kind === 'stream' ? output : undefined;
  if (kind === 'ended') {
    const kept = { ...record, images: keptPictures(job) };
    if (job.state !== 'saved') return { record: kept, error: sameEndError(job) };
    if (elsewhere === undefined && (await areIntact(job))) return { record: kept, error: undefined };
  } else {
    options.onEvent({ type: 'resumed', requestId: job.requestId ?? '', plannedAt: job.plannedAt });
  }
  // Options that only change the saved file may differ between runs of the same command.
  const { force, keepBlanked, finish } = output;
  // The edit is paid for: without its parts the picture is saved as fal returned it, with a warning.
  await keepInput(env.ledger, finish, attachments).catch(() => undefined);
  const saving = { force, keepBlanked, ...(finish === undefined ? {} : { finish }) };
  return resumeJob(job, env, { ...options, elsewhere, saving });
}
