import { valueText } from '../../config/flag-definition.js';
import type { FlagValue } from '../../config/settings.js';
import { didYouMean } from '../../near-name.js';
import { usageError } from '../../errors/error.js';
import { listText } from '../../text.js';
import { JOB_STATES, type JobState } from '../../ledger/job.js';
import { endpointsNamed, listedModel, unknownModel } from '../../models/registry.js';
import type { NameOfFlag } from '../flag.js';
import type { REQUESTS } from './command.js';
import type { LedgerCommand } from '../earlier/ledger-command.js';
import { readSince } from '../earlier/since.js';

/** The flags of `requests`, typed. */
export interface RequestsOptions {
  /** As displayed (job-state.ts). */
  states: readonly JobState[] | undefined;
  since: number | undefined;
  /** Names of models as jobs have them. */
  models: readonly string[] | undefined;
  limit: number;
}

const DEFAULT_LIMIT = 20;
const LARGEST_LIMIT = 1_000_000;

/** @throws FalEditError (usage) */
export async function readRequestsOptions({
  settings,
  context,
}: LedgerCommand<NameOfFlag<typeof REQUESTS.flags>>): Promise<RequestsOptions> {
  const { values, origins } = settings;
  const { model } = values;
  const limit = values['limit'];
  const number = typeof limit === 'string' && /^\d{1,7}$/.test(limit.trim()) ? Number(limit) : NaN;
  if (limit !== undefined && !(number >= 1 && number <= LARGEST_LIMIT)) {
    throw usageError(
      `${origins['limit'] ?? '--limit'} must be a whole number from 1 to ${LARGEST_LIMIT}, not ${JSON.stringify(limit)}.`,
    );
  }
  return {
    states: readStates(values['state'], origins['state'] ?? '--state'),
    since: readSince(settings, context.now()),
    models: typeof model === 'string' ? await namesOf(model, settings) : undefined,
    limit: limit === undefined ? DEFAULT_LIMIT : number,
  };
}

/** The names that jobs of a model may be stored with. Its schema need not be known. */
async function namesOf(
  model: string,
  { modelNames = [], origins }: LedgerCommand['settings'],
): Promise<string[]> {
  const listed = listedModel(model);
  if (listed !== undefined) return [listed.name];
  const { ownNames } = await import('../../edit/models/own-names.js');
  const endpoints = endpointsNamed(model, ownNames(modelNames));
  if (endpoints.length === 0) throw unknownModel(model, origins['model'] ?? '--model');
  return endpoints.map((endpoint) => listedModel(endpoint)?.name ?? endpoint);
}

function readStates(value: FlagValue | undefined, where: string): JobState[] | undefined {
  if (value === undefined) return undefined;
  const words = [value].flat().flatMap((text) => valueText(text).split(','));
  return words.map((word) => {
    const wanted = word.trim().toLowerCase();
    const state = JOB_STATES.find((known) => known === wanted);
    if (state !== undefined) return state;
    throw usageError(
      `${where} must be ${listText(JOB_STATES, 'or')}, not "${word}".`,
      didYouMean(wanted, JOB_STATES, undefined),
    );
  });
}
