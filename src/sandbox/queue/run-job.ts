import type { Documents } from '../documents/document.js';
import { runDocument } from '../documents/run-document.js';
import type { Storage } from '../storage/storage.js';
import { ENDPOINTS } from './endpoints.js';
import type { Job, ModelAnswer } from './job.js';
import { runModel, type ModelSettings } from './model.js';
import { unknownPath } from './refusals.js';

/** Runs one job: by the sandbox's own model of the endpoint, else by its document. */
export async function runJob(
  storage: Storage,
  documents: Documents,
  job: Job,
  settings: ModelSettings,
  log: (message: string) => void,
): Promise<ModelAnswer> {
  const endpoint = Object.hasOwn(ENDPOINTS, job.endpoint) ? ENDPOINTS[job.endpoint] : undefined;
  if (endpoint !== undefined) return runModel(storage, endpoint, job, settings, log);
  const document = documents.get(job.endpoint);
  if (document !== undefined) return runDocument(storage, document, job, settings, log);
  return unknownPath(job);
}

/** Whether the app `owner/name` exists; an unknown path of one fails when the job runs, not at the submit. */
export function hasApp(documents: Documents, app: string): boolean {
  return [...Object.keys(ENDPOINTS), ...documents.keys()].some((id) => `${id}/`.startsWith(`${app}/`));
}

/** Price of a billed unit in USD; 0 if none is published. */
export function unitPriceOf(documents: Documents, endpoint: string): number {
  const own = Object.hasOwn(ENDPOINTS, endpoint) ? ENDPOINTS[endpoint] : undefined;
  return own?.unitPrice ?? documents.get(endpoint)?.price?.unitPrice ?? 0;
}
