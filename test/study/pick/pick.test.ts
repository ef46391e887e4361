import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readChoices, writeChoices, type Choice } from '../../../src/study/pick/choices.js';
import { allPairs, openPairs } from '../../../src/study/pick/pairs.js';
import { tallyChoices } from '../../../src/study/pick/tally.js';
import { tempDir } from '../../support/temp-dir.js';
import { both, edit, MODELS } from '../compare/edits.js';

const AT = '2026-01-01T00:00:00.000Z';
const general = (n: number) => `flux-general ${n}.png snow 1`;
const lora = (n: number) => `flux-2-lora ${n}.png snow 1`;
const choice = (n: number, preferred: string | null): Choice => ({
  ...{ left: lora(n), right: general(n), preferred, at: AT },
});

describe('pairs', () => {
  const edits = both(40, () => ({}));

  it('are all of what both models made of a picture, each once, on either side', () => {
    let calls = 0;
    const random = () => ((calls++ * 7919) % 1000) / 1000;
    const pairs = openPairs(edits, [], random);
    const keys = pairs.map(({ left, right }) => [left.result.key, right.result.key]);
    expect(new Set(keys.map((both) => both.toSorted().join())).size).toBe(40);
    for (const [one, other] of keys) expect(one?.split(' ').slice(1)).toEqual(other?.split(' ').slice(1));
    const first = keys.filter(([one]) => one?.startsWith('flux-general')).length;
    expect(first).toBeGreaterThan(5);
    expect(first).toBeLessThan(35);
    expect(keys.map(([one]) => one?.split(' ')[1])).not.toEqual(
      edits.filter((_, n) => n % 2 === 0).map(({ result }) => result.key.split(' ')[1]),
    );
  });

  it('leave out those that were judged, on whichever side they stood', () => {
    const pairs = openPairs(
      both(2, () => ({})),
      [choice(0, null)],
      () => 0,
    );
    expect(pairs).toHaveLength(1);
    expect(pairs[0]?.left.cell.at['picture']).toBe('1.png');
  });

  it('are none of what did not come out, and three of three models', () => {
    expect(allPairs(both(2, () => ({ state: 'failed' })))).toEqual([]);
    expect(allPairs(['a', 'b', 'c'].map((model) => edit({ model })))).toHaveLength(3);
  });
});

describe('tally', () => {
  it('counts a tie half for each', () => {
    const choices = [choice(0, general(0)), choice(1, general(1)), choice(2, lora(2)), choice(3, null)];
    const [one, other] = tallyChoices(
      MODELS,
      both(4, () => ({})),
      choices,
    );
    expect(one).toMatchObject({ comparisons: 4, won: 2, lost: 1, ties: 1, rate: 0.625 });
    expect(other).toMatchObject({ comparisons: 4, won: 1, lost: 2, ties: 1, rate: 0.375 });
    expect(one?.interval?.low).toBeCloseTo(1 - (other?.interval?.high ?? 0), 9);
  });

  it('passes over edits that are no part of the comparison any more', () => {
    const [one] = tallyChoices(
      MODELS,
      both(1, () => ({})),
      [choice(7, null)],
    );
    expect(one).toMatchObject({ comparisons: 0, rate: null, interval: null });
  });
});

describe('choices on the disk', () => {
  it('are as they were written', async () => {
    const folder = await tempDir();
    expect(await readChoices(folder)).toEqual([]);
    await writeChoices(folder, [choice(0, null)]);
    await writeChoices(folder, [choice(0, null), choice(1, lora(1))]);
    expect(await readChoices(folder)).toEqual([choice(0, null), choice(1, lora(1))]);
  });

  it('are not written over where they cannot be read', async () => {
    const folder = await tempDir();
    await writeFile(path.join(folder, 'picks.json'), '{"schema_version": 9}');
    await expect(readChoices(folder)).rejects.toMatchObject({ kind: 'input' });
    expect(await readFile(path.join(folder, 'picks.json'), 'utf8')).toBe('{"schema_version": 9}');
  });
});
