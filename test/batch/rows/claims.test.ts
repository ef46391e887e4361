import { describe, expect, it } from 'vitest';
import { Claims } from '../../../src/batch/rows/claims.js';
import { openBatch } from '../../ledger/batch/rows.js';

async function claims(): Promise<Claims> {
  return new Claims((await openBatch()).db);
}

const numbers = (name: string) => (number: number) => [number === 1 ? name : `${name}.${number}`];

describe('A claim', () => {
  it('is free once, and then tells who has it', async () => {
    const taken = await claims();
    expect(taken.claimId('cat', 'rows.csv:2')).toBeUndefined();
    expect(taken.claimId('cat', 'rows.csv:9')).toBe('rows.csv:2');
    expect(taken.claimId('Cat', 'rows.csv:3')).toBeUndefined();
    // Ids and names are told apart.
    expect(taken.claimName('cat', 'rows.csv:4')).toBeUndefined();
    expect(taken.claimName('cat', 'rows.csv:5')).toBe('rows.csv:4');
  });

  it('of a number is the first with which every name is free', async () => {
    const taken = await claims();
    const pair = (number: number): string[] => [`a.${number}`, `b.${number}`];
    taken.claimName('b.2', 'somebody');
    expect([1, 2, 3].map(() => taken.claimNumbered('a', pair, 'x'))).toEqual([1, 3, 4]);
    // What was passed by is still to be had.
    expect(taken.claimName('a.2', 'x')).toBeUndefined();
    expect(taken.claimName('a.3', 'x')).toBe('x');
  });

  it('of a number goes on from the last one, and each name has numbers of its own', async () => {
    const taken = await claims();
    for (let row = 1; row <= 300; row++) expect(taken.claimNumbered('a', numbers('a'), 'x')).toBe(row);
    expect(taken.claimNumbered('b', numbers('b'), 'x')).toBe(1);
  });

  it('counts how often something was wished before', async () => {
    const taken = await claims();
    expect(['a', 'b', 'a', 'a', 'b'].map((wish) => taken.ordinalOf(wish))).toEqual([0, 0, 1, 2, 1]);
  });

  it('is forgotten when the manifest is read anew', async () => {
    const { db } = await openBatch();
    const first = new Claims(db);
    first.claimId('cat', 'x');
    first.claimNumbered('a', numbers('a'), 'x');
    first.ordinalOf('wish');
    const second = new Claims(db);
    expect(second.claimId('cat', 'x')).toBeUndefined();
    expect(second.claimNumbered('a', numbers('a'), 'x')).toBe(1);
    expect(second.ordinalOf('wish')).toBe(0);
  });
});
