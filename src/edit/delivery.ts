import type { Delivery, Job } from '../ledger/job.js';
import type { Model } from '../models/model.js';
import { DEFAULT_TEMPLATE, extensionOf } from './destination.js';
import { Targets } from './targets.js';

/**
 * Paths of a delivery.
 *
 * @param place what to call the setting in a message
 */
export function targetsOf(
  { cwd, template, numberWhenTaken, name, ext, count }: Delivery,
  { seed, model }: Pick<Job, 'seed' | 'model'>,
  place?: string,
): Targets {
  return new Targets(
    { kind: 'files', template, numberWhenTaken },
    { name, seed, model, ext },
    count,
    cwd,
    place,
  );
}

/** For a request that was not sent from here: the default name in the working directory, by the request's id. */
export function defaultDelivery({ requestId }: Pick<Job, 'requestId'>, model: Model, cwd: string): Delivery {
  return {
    cwd,
    template: DEFAULT_TEMPLATE,
    numberWhenTaken: true,
    name: requestId ?? 'picture',
    ext: extensionOf(model.defaultFormat),
    count: 1,
    force: false,
    keepBlanked: false,
  };
}
