import type { CallOf } from '../command.js';
import type { MIGRATE } from './command.js';
import type { Context } from '../../context.js';
import { inputError } from '../../errors/error.js';
import { findJob, findMeant } from '../../ledger/lookup.js';
import type { KeptRequest } from '../../migrate/request.js';
import { isOnSandbox } from '../connect.js';
import { openLedger } from '../open-ledger.js';

/** Shorter texts are more likely typos than ids. */
const SHORTEST = 4;

/**
 * Finds the request of an earlier edit, as it was sent.
 *
 * @param name a request id or the beginning of one, or `last`
 * @throws FalEditError (input, temporary): the ledger does not have it, or not its input
 */
export async function earlierRequest(
  name: string,
  settings: CallOf<typeof MIGRATE>['settings'],
  context: Context,
): Promise<KeptRequest> {
  const ledger = await openLedger(settings, context);
  try {
    const job =
      name.length < SHORTEST
        ? (findJob(ledger, 'request_id', name) ?? findJob(ledger, 'id', name))
        : findMeant(ledger, name, isOnSandbox(settings));
    if (job === undefined) {
      throw inputError(
        name === 'last'
          ? 'There is no edit yet.'
          : `"${name}" is neither a file nor a request in the ledger.`,
        { hint: 'fal-edit requests lists the requests sent from here; - reads one from stdin.' },
      );
    }
    if (job.input === undefined) {
      throw inputError(`The ledger does not have the input of request "${name}".`, {
        hint: 'It was not sent from here. Save its input to a file, and name that.',
      });
    }
    return { input: job.input, model: job.endpoint, modelKey: 'endpoint' };
  } finally {
    ledger.close();
  }
}
