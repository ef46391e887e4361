import { inputError, usageError } from '../../errors.js';
import type { Model } from '../../models/model.js';
import { findModel } from '../../models/registry.js';
import { isOnSandbox } from '../connect.js';
import { harmlessLine } from '../../terminal/plain.js';
import { findEverywhere, type Found } from './batch-folders.js';
import type { LedgerCommand } from './ledger-command.js';

/** A request that was not sent from here, or by another ledger. */
export interface Foreign {
  requestId: string;
  model: Model;
}

/** What a person named: a job of the ledger or of a batch's, or a request that it has never seen. */
export type Named =
  (Found & { foreign?: undefined }) | { job?: undefined; batch?: undefined; foreign: Foreign };

/** Fewer characters are sooner a slip than a name. */
const SHORTEST = 4;

/** What fal's request ids are made of. It goes into a URL, so nothing else may. */
const REQUEST_ID = /^[\w-]{8,100}$/;

const LIST = 'fal-edit requests lists what there is; "last" is the newest.';

/**
 * The requests of the command line, each once.
 *
 * @throws FalEditError (usage, input): there is none, it is ambiguous, or fal's model for it is not named
 */
export async function findAllNamed(texts: readonly string[], command: LedgerCommand): Promise<Named[]> {
  if (texts.length === 0) throw usageError('<id> is missing: name the request.', LIST);
  const all: Named[] = [];
  for (const text of texts) all.push(await findNamed(text.trim(), command));
  const idOf = ({ job, foreign }: Named): string => (job === undefined ? foreign.requestId : job.id);
  return [...new Map(all.map((named) => [idOf(named), named])).values()];
}

/** The same for a command that takes one. */
export async function findOneNamed(texts: readonly string[], command: LedgerCommand): Promise<Named> {
  if (texts.length > 1) throw usageError(`One request can be asked for at a time, not ${texts.length}.`);
  const [named] = await findAllNamed(texts, command);
  if (named === undefined) throw usageError('<id> is missing: name the request.', LIST);
  return named;
}

async function findNamed(text: string, command: LedgerCommand): Promise<Named> {
  const { settings } = command;
  const shown = harmlessLine(text, 60);
  const found = await findEverywhere(text, text.length < SHORTEST, command);
  if (found !== undefined) return found;
  if (text === 'last') {
    const which = isOnSandbox(settings) ? 'sandbox edit' : 'edit (those on the sandbox do not count)';
    throw inputError(`There is no last ${which}.`);
  }
  if (text.length < SHORTEST) {
    throw inputError(
      `"${shown}" is too short to name a request. Allowed: ${SHORTEST} characters of its id or more.`,
      {
        hint: LIST,
      },
    );
  }
  if (!REQUEST_ID.test(text)) {
    throw inputError(`"${shown}" is not in the ledger, and fal has no request ids of that form.`, {
      hint: LIST,
    });
  }
  const { model } = settings.values;
  if (typeof model !== 'string') {
    throw inputError(`"${shown}" is not in the ledger.`, {
      hint: `${LIST} To ask fal for a request that was not sent from here, name its model with --model.`,
    });
  }
  return { foreign: { requestId: text, model: findModel(model, settings.origins['model']) } };
}
