import { ENDPOINTS, type Endpoint } from '../queue/endpoints.js';

/** What the platform says of an endpoint. What its model then does with an input is another matter. */
export interface Published extends Endpoint {
  status: 'active' | 'deprecated';
  /** What `unitPrice` is charged for. */
  unit: string;
  /** In place of the OpenAPI document that is made from the fields. */
  openapi?: unknown;
}

/** How what is published differs from what the sandbox plays, by endpoint id; null: there is no such endpoint. */
export type Catalogue = Readonly<Record<string, Partial<Published> | null>>;

/** What is published, by endpoint id, in the sandbox's own order. */
export function published(catalogue: Catalogue): [id: string, endpoint: Published][] {
  return Object.entries(ENDPOINTS).flatMap(([id, endpoint]): [string, Published][] => {
    const change = catalogue[id];
    if (change === null) return [];
    return [[id, { status: 'active', unit: 'megapixels', ...endpoint, ...change }]];
  });
}
