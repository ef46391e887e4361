import path from 'node:path';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { editCat, folderWithPhoto } from '../../edit/harness.js';
import { stateIn } from '../../support/ledger.js';
import { sandbox, type TestSandbox } from '../../support/sandbox.js';
import { front, sendJson, type Visit } from '../servers.js';

const HOUR = 60 * 60 * 1000;
const START = Date.UTC(2026, 9, 1);
const TABLE_USD = 0.075;

const isPricing = ({ target }: Visit): boolean => target.includes('/models/pricing');

/** A price that is not the table's. */
async function dearFal(price: unknown = 0.5, unit: unknown = 'megapixels', currency: unknown = 'USD') {
  const fal = await sandbox();
  const proxy = await front(fal, (visit, response) => {
    if (!isPricing(visit)) return false;
    const endpoint_id = new URL(visit.target).searchParams.get('endpoint_id');
    return sendJson(response, 200, { prices: [{ endpoint_id, unit_price: price, unit, currency }] });
  });
  return {
    fal,
    env: { ...fal.env, FAL_PROXY_URL: proxy.url },
    asked: () => proxy.visits.filter(isPricing).length,
  };
}

describe('the live price', () => {
  test('is used, kept for a day, and then asked for again', async () => {
    const { env, asked } = await dearFal();
    const cwd = await folderWithPhoto();
    const seen = [];
    for (const hours of [0, 1, 23.9, 25, 26]) {
      const { code, document } = await editCat(
        { env, cwd, context: { now: () => START + hours * HOUR } },
        '-f',
      );
      expect(code).toBe(0);
      expect(document.cost).toMatchObject({ unit_price_usd: 0.5, estimated_usd: 0.5, billed_usd: 0.5 });
      seen.push(asked());
    }
    expect(seen).toEqual([1, 1, 1, 2, 2]);
  });

  test('of tomorrow is not believed: the clock was set back', async () => {
    const { env, asked } = await dearFal();
    const cwd = await folderWithPhoto();
    for (const hours of [30, 0])
      await editCat({ env, cwd, context: { now: () => START + hours * HOUR } }, '-f');
    expect(asked()).toBe(2);
  });

  test('is kept for each model and for each way to fal apart', async () => {
    const [one, other] = [await dearFal(0.5), await dearFal(0.25)];
    const cwd = await folderWithPhoto();
    const first = await editCat({ env: one.env, cwd }, '-f');
    const second = await editCat({ env: other.env, cwd }, '-f');
    const third = await editCat({ env: one.env, cwd }, '-f', '-m', 'flux-2-lora');
    expect([first, second, third].map(({ document }) => document.cost.unit_price_usd)).toEqual([
      0.5, 0.25, 0.5,
    ]);
    expect([one.asked(), other.asked()]).toEqual([2, 1]);
  });

  test('from a damaged file is asked for again', async () => {
    const { env, asked } = await dearFal();
    const cwd = await folderWithPhoto();
    await editCat({ env, cwd }, '-f');
    const folder = path.join(cwd, '.home', 'cache', 'prices');
    const [name] = await readdir(folder);
    expect(await readFile(path.join(folder, name!), 'utf8')).not.toContain('secret');
    await writeFile(path.join(folder, name!), '{"unitUsd":');
    const { document } = await editCat({ env, cwd }, '-f');
    expect([asked(), document.cost.unit_price_usd]).toEqual([2, 0.5]);
  });

  test('is not asked for without a key', async () => {
    const { env, asked } = await dearFal();
    const { code, document } = await editCat({ env: { FAL_PROXY_URL: env.FAL_PROXY_URL } });
    expect([code, asked(), document.cost.unit_price_usd]).toEqual([0, 0, TABLE_USD]);
  });

  test('is not asked for by a dry run', async () => {
    const { env, asked, fal } = await dearFal();
    await editCat({ env }, '--dry-run');
    expect([asked(), fal.ledger().requests.total]).toEqual([0, 0]);
  });
});

describe("the table's price stands in", () => {
  test.each([
    { type: 'status', on: 'pricing', code: 401 },
    { type: 'status', on: 'pricing', code: 500 },
    { type: 'status', on: 'pricing', code: 429 },
    { type: 'html', on: 'pricing' },
    { type: 'garbage', on: 'pricing' },
    { type: 'reset_peer', on: 'pricing' },
    { type: 'timeout', on: 'pricing' },
  ] as const)('$type $code', async (toxic) => {
    const fal: TestSandbox = await sandbox({ toxics: [toxic] });
    const { code, document } = await editCat({ env: fal.env });
    expect([code, document.cost.unit_price_usd, document.warnings]).toEqual([0, TABLE_USD, []]);
  });

  test.each([
    ['no price', null, 'megapixels', 'USD'],
    ['a text', '0.5', 'megapixels', 'USD'],
    ['nothing', 0, 'megapixels', 'USD'],
    ['less than nothing', -1, 'megapixels', 'USD'],
    ['another currency', 0.5, 'megapixels', 'EUR'],
    ['another unit', 0.5, 'seconds', 'USD'],
  ])('%s', async (_, price, unit, currency) => {
    const { env } = await dearFal(price, unit, currency);
    const { code, document } = await editCat({ env });
    expect([code, document.cost.unit_price_usd]).toEqual([0, TABLE_USD]);
  });

  test('where the cache cannot be written', async () => {
    const { env } = await dearFal();
    const cwd = await folderWithPhoto();
    const nowhere = path.join(cwd, 'cat.png', 'cache');
    const folders = { config: nowhere, cache: nowhere, state: stateIn(cwd) };
    const { code, document } = await editCat({ env, cwd, context: { folders } });
    // The price is used all the same; it is the keeping that fails.
    expect([code, document.cost.unit_price_usd]).toEqual([0, 0.5]);
  });
});

describe('what was billed', () => {
  test.each([
    ['2', 2, 0.15],
    ['0.5', 0.5, 0.0375],
    ['0', 0, 0],
    ['none', null, null],
    ['', null, null],
  ])('by the header %j', async (units, billed, usd) => {
    const fal = await sandbox();
    const { url } = await front(fal, async (visit, response) => {
      if (!/\/requests\/[^/]+$/.test(visit.target)) return false;
      const answer = await fetch(fal.proxyUrl, { headers: { 'x-fal-target-url': visit.target } });
      return sendJson(response, answer.status, await answer.json(), { 'x-fal-billable-units': units });
    });
    const { code, document } = await editCat({ env: { ...fal.env, FAL_PROXY_URL: url } });
    expect(code).toBe(0);
    expect(document.cost).toMatchObject({ billed_units: billed, billed_usd: usd });
  });
});
