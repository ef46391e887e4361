import { withTimeLimit } from '../../../deadline.js';
import { asFalEditError, usageError, type FalEditError } from '../../../errors/error.js';
import { falStatusOf } from '../../../errors/failures.js';
import { EXIT_OK, type ExitCode } from '../../../exit-codes.js';
import type { FalAccess } from '../../../fal/connection.js';
import { publishedPrices } from '../../../fal/platform/catalogue.js';
import { searchCatalogue, type CatalogueQuery, type FoundEndpoints } from '../../../fal/platform/search.js';
import { notReachedError } from '../../../fal/unreachable.js';
import { tableLines } from '../../../terminal/table.js';
import type { CallOf } from '../../command.js';
import { SCHEMA_VERSION } from '../../edit/document.js';
import { askFal, type FreeAccess } from '../ask-fal.js';
import type { SEARCH } from './command.js';
import { foundModel } from './found-model.js';
import { COLUMNS, foundDocument, foundRow } from './text.js';

type SearchCall = CallOf<typeof SEARCH>;

const DEFAULT_LIMIT = 20;
const LARGEST_LIMIT = 500;
const DEFAULT_CATEGORY = 'image-to-image';
/** fal takes this many ids in one question for prices (fal-api.md 5.2). */
const MOST_PRICES = 50;

/** Answers of a proxy that does not let a question through (fal-api.md 6.2). */
const REFUSED_BY_PROXY: ReadonlySet<number> = new Set([400, 404, 405, 412, 415]);

/** `fal-edit models search <word...>`: finds models in fal's catalogue. */
export async function runSearch(call: SearchCall): Promise<ExitCode> {
  const { context, terminal, json } = call;
  const query = readQuery(call);
  const { found, more, prices, sandbox } = await askFal(call, (access) =>
    ask(query, access, (line) => terminal.note(line)),
  );
  const models = found.map((entry) => foundModel(entry, prices?.get(entry.endpoint)));
  if (json) {
    const { words, category = null } = query;
    terminal.json({
      ...{ schema_version: SCHEMA_VERSION, status: 'ok', sandbox, words, category },
      models: models.map(foundDocument),
      more,
    });
    return EXIT_OK;
  }
  for (const line of await tableLines(COLUMNS, models.map(foundRow), context.stdout)) terminal.result(line);
  if (models.length === 0) terminal.note(nothing(query));
  if (more) terminal.note(`More models: --limit ${Math.min(LARGEST_LIMIT, query.limit * 5)}`);
  return EXIT_OK;
}

function nothing({ category }: CatalogueQuery): string {
  return category === undefined
    ? 'No model matches.'
    : `No model of the category ${category} matches. --category any searches all.`;
}

/** @throws FalEditError (usage) */
function readQuery({ words, settings }: SearchCall): CatalogueQuery {
  const { limit, category } = settings.values;
  const text = words.join(' ').trim();
  if (text === '') {
    throw usageError('<word> is missing: name what to search for.', 'fal-edit models search upscale');
  }
  const number = typeof limit === 'string' && /^\d{1,4}$/.test(limit.trim()) ? Number(limit) : NaN;
  if (limit !== undefined && !(number >= 1 && number <= LARGEST_LIMIT)) {
    throw usageError(
      `--limit must be a whole number from 1 to ${LARGEST_LIMIT}, not ${JSON.stringify(limit)}.`,
    );
  }
  const wanted = typeof category === 'string' ? category.trim() : DEFAULT_CATEGORY;
  return {
    words: text,
    category: wanted === 'any' ? undefined : wanted,
    limit: limit === undefined ? DEFAULT_LIMIT : number,
  };
}

interface Answer extends FoundEndpoints {
  /** Undefined if they are not known. */
  prices: Awaited<ReturnType<typeof publishedPrices>> | undefined;
  sandbox: boolean;
}

async function ask(
  query: CatalogueQuery,
  { timeoutMs, sandbox, context, ...access }: FreeAccess,
  note: (line: string) => void,
): Promise<Answer> {
  return withTimeLimit(timeoutMs, context.signal, async (signal) => {
    const asking: FalAccess = { ...access, context, signal };
    const { found, more } = await search(query, asking, sandbox, note);
    const prices = await pricesOf(
      found.map(({ endpoint }) => endpoint),
      asking,
      note,
    );
    return { found, more, prices, sandbox };
  }).catch((error: unknown) => {
    context.signal.throwIfAborted();
    throw notReachedIfLate(error);
  });
}

function notReachedIfLate(error: unknown): unknown {
  return error instanceof DOMException ? notReachedError(error) : error;
}

/** A proxy may let only edits through. Then fal is asked without the key, but never in the place of a sandbox. */
async function search(
  query: CatalogueQuery,
  access: FalAccess,
  sandbox: boolean,
  note: (line: string) => void,
): Promise<FoundEndpoints> {
  try {
    return await searchCatalogue(query, access);
  } catch (error) {
    access.signal.throwIfAborted();
    const isRefused = REFUSED_BY_PROXY.has(falStatusOf(error) ?? 0);
    if (access.connection.proxyUrl === undefined || sandbox || !isRefused) throw error;
    const { message } = asFalEditError(error, 'no');
    note(`The proxy does not answer (${message}). Asking fal directly, without the key.`);
    return searchCatalogue(query, { ...access, connection: { key: undefined, proxyUrl: undefined } });
  }
}

/** fal shows prices only with a key; a proxy may add one. Without prices, the rest is still worth showing. */
async function pricesOf(
  endpoints: readonly string[],
  access: FalAccess,
  note: (line: string) => void,
): Promise<Answer['prices']> {
  const { key, proxyUrl } = access.connection;
  if (endpoints.length === 0) return undefined;
  if (key === undefined && proxyUrl === undefined) {
    note('Prices are shown only with a key: set FAL_KEY.');
    return undefined;
  }
  const prices: NonNullable<Answer['prices']> = new Map();
  try {
    for (let start = 0; start < endpoints.length; start += MOST_PRICES) {
      const some = await publishedPrices(endpoints.slice(start, start + MOST_PRICES), access);
      for (const [endpoint, price] of some) prices.set(endpoint, price);
    }
  } catch (error) {
    access.signal.throwIfAborted();
    const { message }: FalEditError = asFalEditError(error, 'no');
    note(`Not all prices are known: ${message}`);
  }
  return prices;
}
