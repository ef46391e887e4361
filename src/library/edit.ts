import { endedError, sandboxEndedError } from '../commands/earlier/ended-job.js';
import { missingKeyError } from '../config/credentials.js';
import type { Context } from '../context.js';
import { assuming, assumptionOf, type Estimate } from '../edit/plan/estimate.js';
import { estimateNow, priceAccess } from '../edit/plan/prices.js';
import { SINGLE_EDIT } from '../edit/next-steps.js';
import { allChecked } from '../edit/plan/attachments.js';
import type { EndpointDocument } from '../edit/models/loader.js';
import { planEdit } from '../edit/plan/plan.js';
import { keptPictures, recordOfJob, type EditedImage, type EditRecord } from '../edit/record.js';
import { areIntact } from '../edit/pictures/save.js';
import { resumeJob, runEdit } from '../edit/run.js';
import { inputError } from '../errors/error.js';
import { otherBackendError, routeOf, verifySandbox, type Route } from '../fal/route.js';
import { isAwaited, mayHidePicture } from '../ledger/job.js';
import { findMeant } from '../ledger/lookup.js';
import { SANDBOX } from '../ledger/spending.js';
import { requireSharp } from '../native-parts.js';
import {
  checkAccess,
  checkCall,
  ledgerOf,
  listenerOf,
  orderOf,
  routeOfCall,
  type Access,
  type EditCall,
  withContext,
} from './call.js';
import { loadModelOf } from './models.js';

/** A finished edit. */
export interface EditResult extends EditRecord {
  images: ResultImage[];
}

export interface ResultImage extends EditedImage {
  /** The picture itself, as fal made it, where `inMemory` was asked for. */
  data?: Uint8Array;
}

const DEFAULT_TIMEOUT_MS = 10 * 60_000;

/**
 * Edits a picture and saves the result. Never prints, reads no argv, and pays at most once.
 *
 * @throws FalEditError: `kind` says what happened, `charged` whether it was or may have been paid for, and
 * `details.request_id` how the edit is called at fal, if it got there
 */
export async function edit(call: EditCall): Promise<EditResult> {
  checkCall(call);
  const { maxCostUsd, dailyCapUsd, assumeCostUsd, again, timeoutMs, cancelOnTimeout, sandbox } = call;
  return withContext(call, async (context) => {
    const declared = routeOfCall(call, context);
    const documents = await loadModelOf(call, declared.connection, context, 'edit');
    const plan = await planEdit(orderOf(call, context.newSeed), context);
    if (
      sandbox !== true &&
      declared.connection.key === undefined &&
      declared.connection.proxyUrl === undefined
    ) {
      throw missingKeyError();
    }
    const opened = await openRoute(call, declared, context, documents);
    try {
      const ledger = await ledgerOf(call, context);
      let data: Uint8Array | undefined;
      try {
        const env = { context, ledger, route: opened.route };
        const { record, error } = await runEdit(plan, env, {
          timeoutMs: timeoutMs ?? DEFAULT_TIMEOUT_MS,
          cancelOnTimeout,
          caps: { maxCostUsd, dailyCapUsd },
          assumption: assumptionOf(assumeCostUsd),
          again: again === true,
          detach: false,
          write: (bytes) => {
            data = bytes;
            return Promise.resolve();
          },
          onEvent: listenerOf(call),
          nextSteps: SINGLE_EDIT,
        });
        if (error !== undefined) throw error;
        const own: Partial<ResultImage> = data === undefined ? {} : { path: null, data };
        const images = record.images.map((image) => (image.path === '-' ? { ...image, ...own } : image));
        return { ...record, images };
      } finally {
        ledger.close();
      }
    } finally {
      await opened.close();
    }
  });
}

/**
 * Estimates the cost of an edit from the model's own price: nothing is uploaded or sent. The network is not used, unless
 * the schema of an endpoint has never been read, which is then fetched without the key.
 *
 * @throws FalEditError (usage, input): as {@link edit} would, before it sends anything
 */
export async function estimate(call: EditCall): Promise<Estimate> {
  checkCall(call);
  return withContext(call, async (context) => {
    await loadModelOf(call, routeOfCall(call, context).connection, context, 'dry-run');
    const plan = await planEdit(orderOf(call, context.newSeed), context);
    await allChecked(plan.attachments);
    const route = routeOf({ key: undefined, proxyUrl: undefined }, context);
    const cost = await estimateNow(plan.model, plan.work, priceAccess({ context, route }, true));
    return assuming(cost, assumptionOf(call.assumeCostUsd));
  });
}

/**
 * Waits for an edit of this ledger that fal has, and saves it where its own call would have, at no extra cost.
 *
 * @param id its request id or its job id, or the beginning of one
 * @throws FalEditError: as {@link edit}; (input): there is no such edit
 */
export async function wait(id: string, access: Access = {}): Promise<EditResult> {
  checkAccess(access);
  return withContext(access, async (context) => {
    const route = routeOfCall(access, context);
    const ledger = await ledgerOf(access, context);
    try {
      const job = findMeant(ledger, id, false);
      if (job === undefined) throw inputError(`There is no edit ${JSON.stringify(id)} in the ledger.`);
      if (job.state === 'saved' && (await areIntact(job))) {
        return { ...recordOfJob(job), images: keptPictures(job) };
      }
      if (job.state !== 'saved' && !isAwaited(job.state) && !mayHidePicture(job)) {
        throw endedError(ledger, job, SINGLE_EDIT);
      }
      if (job.via === SANDBOX) throw sandboxEndedError(job);
      const elsewhere = otherBackendError(job, route);
      if (elsewhere !== undefined) throw elsewhere;
      await verifySandbox(route.connection, context);
      const env = { context, ledger, route };
      const { record, error } = await resumeJob(job, env, {
        timeoutMs: access.timeoutMs ?? DEFAULT_TIMEOUT_MS,
        cancelOnTimeout: access.cancelOnTimeout,
        leaveWhenInterrupted: true,
        onEvent: listenerOf(access),
        nextSteps: SINGLE_EDIT,
      });
      if (error !== undefined) throw error;
      return record;
    } finally {
      ledger.close();
    }
  });
}

/** Starts the local fal where it is asked for. One that runs on its own is asked whether it is one. */
async function openRoute(
  { sandbox }: EditCall,
  route: Route,
  context: Context,
  documents: readonly EndpointDocument[],
): Promise<{ route: Route; close: () => Promise<void> }> {
  if (sandbox !== true) {
    await verifySandbox(route.connection, context);
    return { route, close: () => Promise.resolve() };
  }
  const [{ startSandbox }] = await Promise.all([import('../sandbox/server.js'), requireSharp()]);
  const started = await startSandbox({ port: 0, documents });
  const connection = { key: undefined, proxyUrl: started.proxyUrl };
  return { route: { ...route, connection }, close: () => started.close() };
}
