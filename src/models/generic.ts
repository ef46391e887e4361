import * as z from 'zod';
import { readAnswer } from './answer.js';
import type { Model } from './model.js';
import { once } from './once.js';

/**
 * A model of which only the endpoint is known, for the results of edits whose schema is gone: they are paid for. It
 * plans no edit.
 */
export function genericModel(endpoint: string, fields: Model['fields'] = {}): Model {
  const input = once(() => z.looseObject({}));
  return {
    name: endpoint,
    endpoint,
    base: undefined,
    purpose: 'an endpoint whose schema is not here',
    example: `fal-edit models ${endpoint}`,
    get input() {
      return input();
    },
    fields,
    pictures: 'list',
    maxImages: 1,
    formats: ['png', 'jpeg', 'webp'],
    defaultFormat: 'png',
    // Sent wherever it exists.
    always: { sync_mode: false },
    fromOutput: readAnswer(undefined, { anyShape: true }),
  };
}
