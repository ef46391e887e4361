import type { Documents, SandboxDocument, SandboxPrice } from '../documents/document.js';
import { asSchema } from '../documents/schema.js';
import { ENDPOINTS, type Endpoint } from '../queue/endpoints.js';
import { openApi } from './open-api.js';

/** The published data of one of the sandbox's own endpoints, independent of what its model does with an input. */
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

/** An endpoint as the platform publishes it. */
export interface Entry {
  id: string;
  metadata: Metadata;
  /** Its OpenAPI document, or the error that fal has in its place. */
  openapi: unknown;
  /** Undefined if no price is published. */
  price: SandboxPrice | undefined;
}

interface Metadata {
  display_name: unknown;
  category: unknown;
  description: unknown;
  status: unknown;
  tags: unknown;
}

interface Sources {
  catalogue: Catalogue;
  documents: Documents;
}

/** The published entries: the sandbox's own in its order, then those of documents. */
export function entries({ catalogue, documents }: Sources): Entry[] {
  const own = Object.entries(ENDPOINTS).flatMap(([id, endpoint]): Entry[] => {
    const change = catalogue[id];
    if (change === null) return [];
    const { title, status, fields, openapi, unitPrice, unit }: Published = {
      status: 'active',
      unit: 'megapixels',
      ...endpoint,
      ...change,
    };
    const metadata = metadataOf(id, {
      display_name: title,
      category: 'image-to-image',
      description: `${title}, as the sandbox plays it`,
      status,
      tags: ['lora', 'sandbox'],
    });
    const document = openapi ?? documents.get(id)?.openapi ?? openApi(id, fields);
    return [{ id, metadata, openapi: document, price: { unitPrice, unit } }];
  });
  const others = [...documents.values()].filter(({ endpoint }) => !Object.hasOwn(ENDPOINTS, endpoint));
  return [...own, ...others.map(documentEntry)];
}

/** The published entry of one endpoint. */
export function entryOf(sources: Sources, id: string): Entry | undefined {
  return entries(sources).find((entry) => entry.id === id);
}

/** Whether fal has a schema of an endpoint, and not an error in its place. */
export function hasSchema({ openapi }: Entry): boolean {
  return asSchema(openapi)?.['error'] === undefined;
}

function documentEntry({ endpoint, openapi, metadata, price }: SandboxDocument): Entry {
  const info = asSchema(asSchema(openapi)?.['info']);
  const category = asSchema(info?.['x-fal-metadata'])?.['category'] ?? 'image-to-image';
  const described = {
    display_name: endpoint,
    category,
    description: info?.['description'] ?? '',
    status: 'active',
    tags: ['sandbox'],
  };
  return { id: endpoint, metadata: metadataOf(endpoint, { ...described, ...metadata }), openapi, price };
}

function metadataOf(id: string, of: Metadata): Metadata {
  return {
    ...{
      updated_at: '2026-10-01T00:00:00Z',
      thumbnail_url: `https://fal.ai/models/${id}/thumbnail.png`,
      model_url: `https://fal.run/${id}`,
      license_type: 'commercial',
    },
    ...of,
  };
}
