import { inputError, usageError } from '../../errors/error.js';
import type { Model } from '../../models/model.js';
import { endpointsNamed, modelOfJob } from '../../models/registry.js';
import { isOnSandbox } from '../connect.js';
import { modelSource } from '../model-source.js';
import { harmlessLine } from '../../terminal/plain.js';
import { findEverywhere, type Found } from './batch-folders.js';
import type { LedgerCommand } from './ledger-command.js';

/** A request that is not in the ledger. */
export interface UnknownRequest {
  requestId: string;
  model: Model;
}

/** A request named by the user: a job of a ledger, or a request that is in none. */
export type Named =
  (Found & { unlisted?: undefined }) | { job?: undefined; batch?: undefined; unlisted: UnknownRequest };

/** Shorter texts are more likely typos than ids. */
const SHORTEST = 4;

/** Form of fal's request ids. It goes into a URL, so nothing else is allowed. */
const REQUEST_ID = /^[\w-]{8,100}$/;

const LIST = 'fal-edit requests lists them; "last" is the newest.';

/**
 * The requests of the command line, each once.
 *
 * @throws FalEditError (usage, input): unknown, ambiguous, or without a model
 */
export async function findAllNamed(texts: readonly string[], command: LedgerCommand): Promise<Named[]> {
  if (texts.length === 0) throw usageError('<id> is missing: name the request.', LIST);
  const all: Named[] = [];
  for (const text of texts) all.push(await findNamed(text.trim(), command));
  const idOf = ({ job, unlisted }: Named): string => (job === undefined ? unlisted.requestId : job.id);
  return [...new Map(all.map((named) => [idOf(named), named])).values()];
}

/** The request of a command that takes exactly one. */
export async function findOneNamed(texts: readonly string[], command: LedgerCommand): Promise<Named> {
  if (texts.length > 1) throw usageError(`Name one request, not ${texts.length}.`);
  const [named] = await findAllNamed(texts, command);
  if (named === undefined) throw usageError('<id> is missing: name the request.', LIST);
  return named;
}

/**
 * The model of a request that was not sent from here. Its schema is of use, but a result that is paid for can be fetched
 * without.
 */
async function modelNamed(name: string, command: LedgerCommand): Promise<Model> {
  const { settings } = command;
  const where = settings.origins['model'];
  try {
    return await modelSource(settings, command, 'show').load(name, where);
  } catch (error) {
    const [endpoint] = endpointsNamed(name);
    if (endpoint === undefined || command.context.signal.aborted) throw error;
    return modelOfJob({ endpoint });
  }
}

async function findNamed(text: string, command: LedgerCommand): Promise<Named> {
  const { settings } = command;
  const safeText = harmlessLine(text, 60);
  const found = await findEverywhere(text, text.length < SHORTEST, command);
  if (found !== undefined) return found;
  if (text === 'last') {
    const which = isOnSandbox(settings) ? 'sandbox edit' : 'edit (sandbox edits do not count)';
    throw inputError(`There is no ${which} yet.`);
  }
  if (text.length < SHORTEST) {
    throw inputError(`"${safeText}" is too short: type at least ${SHORTEST} characters of the request id.`, {
      hint: LIST,
    });
  }
  if (!REQUEST_ID.test(text)) {
    throw inputError(`"${safeText}" is not in the ledger, and is not a valid request id.`, {
      hint: LIST,
    });
  }
  const { model } = settings.values;
  if (typeof model !== 'string') {
    throw inputError(`"${safeText}" is not in the ledger.`, {
      hint: `${LIST} To ask fal for a request that was not sent from here, name its model with --model.`,
    });
  }
  return { unlisted: { requestId: text, model: await modelNamed(model, command) } };
}
