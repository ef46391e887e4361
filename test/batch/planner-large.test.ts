import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { isInShard } from '../../src/batch/rows/identity.js';
import { countStates } from '../../src/ledger/batch/states.js';
import type { Ledger } from '../../src/ledger/ledger.js';
import { openBatch } from '../ledger/batch/rows.js';
import { allRows, batchFolder, planInto, type RowFields } from './planning.js';

setFlagsFromString('--expose_gc');
const collectGarbage = runInNewContext('gc') as () => void;

async function batch(): Promise<Ledger> {
  return openBatch((await batchFolder()).outDir);
}

const numbered = (count: number): RowFields[] =>
  Array.from({ length: count }, (_, row) => ({ prompt: `row ${row}` }));

describe('A manifest of many rows', () => {
  it('is not held in memory', async () => {
    const ledger = await batch();
    // A page of text in each: the whole manifest has 60 MB.
    const prompt = 'x'.repeat(20_000);
    let [most, start] = [0, 0];
    const rows = function* (): Generator<RowFields> {
      for (let row = 0; row < 3000; row++) {
        if (row % 500 === 0) {
          collectGarbage();
          const { heapUsed, external } = process.memoryUsage();
          if (row === 500) start = heapUsed + external;
          most = Math.max(most, heapUsed + external);
        }
        yield { prompt: `${row} ${prompt}` };
      }
    };
    expect(await planInto(ledger, rows())).toMatchObject({ rows: 3000, kept: true });
    expect((most - start) / 2 ** 20).toBeLessThan(16);
    expect(countStates(ledger.db).pending).toBe(3000);
  });
});

describe('A shard', () => {
  it('has its rows alone, and the parts together have all of them', async () => {
    const rows = numbered(60);
    const whole = await batch();
    await planInto(whole, rows);
    const keys = allRows(whole).map(({ key }) => key);
    const parts: string[][] = [];
    for (const index of [1, 2, 3]) {
      const ledger = await batch();
      const shard = { index, count: 3 };
      const plan = await planInto(ledger, rows, { shard });
      const own = allRows(ledger).map(({ key }) => key);
      expect(own).toEqual(keys.filter((key) => isInShard(key, shard)));
      expect([plan.rows, plan.elsewhere]).toEqual([own.length, 60 - own.length]);
      expect(allRows(ledger).map(({ position }) => position)).toEqual(own.map((_, position) => position));
      parts.push(own);
    }
    expect(parts.flat().sort()).toEqual([...keys].sort());
  });

  it('comes to the names that the whole batch would', async () => {
    const templatesOf = (ledger: Ledger): [string, string][] =>
      allRows(ledger).map(({ key, plan }) => [
        key,
        (plan as { delivery: { template: string } }).delivery.template,
      ]);
    const [whole, part] = [await batch(), await batch()];
    await planInto(whole, numbered(20));
    await planInto(part, numbered(20), { shard: { index: 2, count: 2 } });
    const names = new Map(templatesOf(whole));
    expect(templatesOf(part)).toEqual(templatesOf(part).map(([key]) => [key, names.get(key)]));
  });

  it('is told of what is wrong in rows of other shards as well', async () => {
    const ledger = await batch();
    const wrong: RowFields[] = numbered(12).map((row) => ({ ...row, strength: 9 }));
    expect((await planInto(ledger, wrong, { shard: { index: 1, count: 4 } })).texts).toHaveLength(12);
  });
});
