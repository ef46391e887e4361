import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import { fieldError, messageOf } from '../../errors/error.js';
import { isEndpointId } from '../../models/endpoint-id.js';
import type { SandboxDocument, SandboxPrice } from '../../sandbox/documents/document.js';
import { asSchema, inputSchema, type Schema } from '../../sandbox/documents/schema.js';

/** File of a folder with prices by endpoint id. */
const PRICES = 'prices.json';

const priceSchema = z
  .strictObject({
    unit_price: z.number().nonnegative(),
    unit: z.string(),
    currency: z.literal('USD').optional(),
    call_price: z.number().nonnegative().optional(),
  })
  .transform(({ unit_price: unitPrice, unit, call_price: callPrice }): SandboxPrice => ({
    unitPrice,
    unit,
    ...(callPrice === undefined ? {} : { callPrice }),
  }));

/**
 * The endpoints whose OpenAPI documents are in a folder, one in each file that ends in `.json`, with their prices.
 *
 * @param flag as the user named it, for messages
 * @throws FalEditError (usage) that names the file
 */
export async function readSchemaFolder(folder: string, flag: string): Promise<SandboxDocument[]> {
  const wrong = (name: string, message: string) => fieldError(flag, `${path.join(folder, name)}: ${message}`);
  let names: string[];
  try {
    names = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort();
  } catch (error) {
    throw wrong('', `cannot be read: ${messageOf(error)}`);
  }
  const files = new Map<string, string>();
  const documents: SandboxDocument[] = [];
  let prices: Readonly<Record<string, SandboxPrice>> = {};
  for (const name of names) {
    try {
      const content: unknown = JSON.parse(await readFile(path.join(folder, name), 'utf8'));
      if (name === PRICES) {
        prices = readPrices(content);
        continue;
      }
      const document = readDocument(content);
      const earlier = files.get(document.endpoint);
      if (earlier !== undefined) throw new Error(`${document.endpoint} is also in ${earlier}`);
      files.set(document.endpoint, name);
      documents.push(document);
    } catch (error) {
      throw wrong(name, messageOf(error));
    }
  }
  const unused = Object.keys(prices).find((endpoint) => !files.has(endpoint));
  if (unused !== undefined) throw wrong(PRICES, `there is no document of ${JSON.stringify(unused)}`);
  if (documents.length === 0) throw wrong('', 'there is no .json file with a document');
  return documents.map((document) => {
    const price = prices[document.endpoint] ?? document.price;
    return { ...document, ...(price === undefined ? {} : { price }) };
  });
}

function readPrices(content: unknown): Readonly<Record<string, SandboxPrice>> {
  const parsed = z.record(z.string(), priceSchema).safeParse(content);
  if (!parsed.success) throw new Error(firstIssue(parsed.error));
  return parsed.data;
}

/** Reads a bare OpenAPI document, or an item of the platform's list of models. */
function readDocument(content: unknown): SandboxDocument {
  const file = asSchema(content);
  if (file === undefined) throw new Error('it is no OpenAPI document');
  const isItem = typeof file['endpoint_id'] === 'string';
  const openapi = asSchema(isItem ? file['openapi'] : file);
  if (openapi === undefined) throw new Error('it has no OpenAPI document');
  const endpoint = isItem ? String(file['endpoint_id']) : endpointOf(openapi);
  if (endpoint === undefined) throw new Error('it does not name its endpoint');
  if (!isEndpointId(endpoint)) throw new Error(`${JSON.stringify(endpoint)} is no endpoint id`);
  // Some active models have an error in place of their document.
  if (openapi['error'] === undefined && inputSchema(openapi, endpoint) === undefined) {
    throw new Error(`it does not describe a POST to /${endpoint}`);
  }
  const metadata = asSchema(file['metadata']);
  return {
    endpoint,
    openapi,
    ...(isItem && metadata !== undefined ? { metadata } : {}),
    ...priceIn(isItem ? metadata : undefined),
  };
}

function priceIn(metadata: Schema | undefined): { price?: SandboxPrice } {
  if (metadata?.['pricing'] === undefined) return {};
  const parsed = priceSchema.safeParse(metadata['pricing']);
  if (!parsed.success) throw new Error(`metadata.pricing: ${firstIssue(parsed.error)}`);
  return { price: parsed.data };
}

/** The id in fal's own mark, else the only path that is no path of a request. */
function endpointOf(openapi: Schema): string | undefined {
  const named = asSchema(asSchema(openapi['info'])?.['x-fal-metadata'])?.['endpointId'];
  if (typeof named === 'string') return named;
  const paths = Object.keys(asSchema(openapi['paths']) ?? {}).filter((each) => !each.includes('/requests/'));
  return paths.length === 1 ? paths[0]?.replace(/^\//, '') : undefined;
}

function firstIssue({ issues: [issue] }: z.ZodError): string {
  return `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}`;
}
