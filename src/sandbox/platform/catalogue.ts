import { ENDPOINTS, type Endpoint } from '../queue/endpoints.js';

/** The platform's entry for an endpoint, independent of what its model does with an input. */
export interface Published extends Endpoint {
  status: 'active' | 'deprecated';
  /** The unit of `unitPrice`. */
  unit: string;
  /** Replaces the OpenAPI document that is made from the fields. */
  openapi?: unknown;
}

/**
 * Differences between the published entries and the sandbox's models, by endpoint id; null: no such
 * endpoint.
 */
export type Catalogue = Readonly<Record<string, Partial<Published> | null>>;

/** The published entries, by endpoint id, in the sandbox's own order. */
export function published(catalogue: Catalogue): [id: string, endpoint: Published][] {
  return Object.entries(ENDPOINTS).flatMap(([id, endpoint]): [string, Published][] => {
    const change = catalogue[id];
    if (change === null) return [];
    return [[id, { status: 'active', unit: 'megapixels', ...endpoint, ...change }]];
  });
}
