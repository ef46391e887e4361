import type { Context } from 'hono';
import * as z from 'zod';
import { json } from '../answers.js';
import type { SandboxEnv, World } from '../world.js';
import { entries, type Entry } from './catalogue.js';
import { endpointsOf, failure } from './platform-form.js';

/** `GET /v1/models/pricing`: unit prices; an endpoint without one is left out (fal-api.md 5.2). */
export function priceList(world: World, c: Context<SandboxEnv>): Response {
  const ids = endpointsOf(c) ?? [];
  if (ids.length < 1 || ids.length > 50) {
    return failure(400, 'validation_error', 'endpoint_id: 1 to 50 ids are needed');
  }
  const known = byId(world);
  const prices = ids.flatMap((endpoint_id) => {
    const price = known.get(endpoint_id)?.price;
    if (price === undefined) return [];
    return [{ endpoint_id, unit_price: price.unitPrice, unit: price.unit, currency: 'USD' }];
  });
  return json(200, { prices, next_cursor: null, has_more: false });
}

const quantity = z.number().positive();
/** Units or calls by endpoint. */
const estimateSchema = z.discriminatedUnion('estimate_type', [
  z.object({
    estimate_type: z.literal('unit_price'),
    endpoints: z.record(
      z.string(),
      z.object({ unit_quantity: quantity }).transform(({ unit_quantity: units }) => units),
    ),
  }),
  z.object({
    estimate_type: z.literal('historical_api_price'),
    endpoints: z.record(
      z.string(),
      z.object({ call_quantity: quantity }).transform(({ call_quantity: calls }) => calls),
    ),
  }),
]);

/**
 * `POST /v1/models/pricing/estimate`: one total for all endpoints (fal-api.md 5.4). fal's answer for an endpoint
 * without a price or a history is unknown: here it is a 404.
 */
export async function priceEstimate(world: World, c: Context<SandboxEnv>): Promise<Response> {
  const parsed = estimateSchema.safeParse(await c.req.json().catch(() => undefined));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return failure(400, 'validation_error', `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}`);
  }
  const { estimate_type, endpoints } = parsed.data;
  const known = byId(world);
  let total = 0;
  for (const [id, count] of Object.entries(endpoints)) {
    const price = known.get(id)?.price;
    const each = estimate_type === 'unit_price' ? price?.unitPrice : price?.callPrice;
    if (each === undefined) return failure(404, 'not_found', `No price for ${id}`);
    total += each * count;
  }
  return json(200, { estimate_type, total_cost: Number(total.toFixed(9)), currency: 'USD' });
}

function byId(world: World): ReadonlyMap<string, Entry> {
  return new Map(entries(world).map((entry) => [entry.id, entry]));
}
