/*
 * Eleven commands at once, killed at random and started again until all is done. `npm run test:long` plays many more
 * rounds; TORTURE_SEED plays the same ones again, as far as the system lets that be.
 */
import { expect, test } from 'vitest';
import { figuresTable, killLoop } from '../torture/kill-loop.js';
import { WISHED } from '../torture/wishes.js';

const rounds = Number(process.env['TORTURE_ROUNDS'] ?? 2);
const seed = process.env['TORTURE_SEED'] ?? String(Date.now());

/** Of one round, with a machine that has other things to do; in milliseconds. */
const LONGEST_ROUND = 60_000;

test(`${rounds} rounds of kills`, { timeout: rounds * LONGEST_ROUND }, async () => {
  const { figures, complaints } = await killLoop(rounds, seed, (soFar) => {
    if (soFar.rounds % 25 === 0) console.log(figuresTable(seed, soFar));
  });
  console.log(figuresTable(seed, figures));
  expect(complaints, `TORTURE_SEED=${seed}`).toEqual([]);
  expect(figures).toMatchObject({
    rounds,
    accepted: rounds * WISHED,
    duplicates: 0,
    lost: 0,
    damaged: 0,
    stray: 0,
  });
  expect(figures.reconciled + figures.notAccepted).toBe(figures.unknown);
  // It was a torture.
  expect(figures.kills).toBeGreaterThan(rounds * 4);
});
