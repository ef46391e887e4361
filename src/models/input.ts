import type { Model } from './model.js';
import type { EditRequest, RequestKey } from './request.js';

/**
 * fal's input for a request, by the field table of its model. Unset properties are left out. Validates nothing.
 *
 * @returns exactly what goes on the wire
 */
export function toInput(model: Model, request: EditRequest): Record<string, unknown> {
  const input = (Object.entries(model.fields) as [RequestKey, readonly string[]][]).flatMap(
    ([key, fields]): [string, unknown][] => {
      const value = wireValue(model, request, key);
      return value === undefined ? [] : fields.map((field) => [field, value]);
    },
  );
  return { ...Object.fromEntries(input), ...compact(request.set ?? {}) };
}

function wireValue({ pictures }: Model, request: EditRequest, key: RequestKey): unknown {
  if (key === 'images') return pictures === 'one' ? request.images[0] : request.images;
  if (key === 'loras') return request.loras?.map(compact);
  return request[key];
}

/** The object without undefined properties: unset ones are not sent. */
export function compact(object: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}
