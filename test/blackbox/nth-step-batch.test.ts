/*
 * Every write of a command of many edits, failed there by a disk that is full or broken. Then the same command again.
 * Whatever the write was, each row is paid for once, and what the failed run said agrees with what fal took.
 */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { RowCounts } from '../../src/batch/rows/result-row.js';
import { schemaFile } from '../support/schemas.js';
import { writeRows } from '../torture/batch-folder.js';
import { command, hooked, noted, place, strayFiles, tryEach, type How, type Place } from './nth-step.js';
import type { Ended } from './spawned.js';

interface Told {
  status: string;
  error?: { kind: string; message: string; charged: string };
  exit_code: number;
  rows: number | null;
  states: RowCounts | null;
  /** Of one edit. */
  state?: string | null;
  cost: { billed_usd: number; outstanding_usd: number } | null;
}

/** A command, with how many edits it makes, one after the other. */
interface Command {
  edits: number;
  argv: string[];
  /** What comes before it. */
  first?: string[];
  /** How many writes are tried in a run that does not try all; 4 unless given. */
  sample?: number;
}

const ONE_BY_ONE = ['-d', 'out', '--concurrency', '1', '--settle', '0s'];

/** Rows by a listed model, by one with its schema from a file and two outputs, and by one with its schema from fal. */
const MIXED = [
  { image: 'cat.png', prompt: 'one' },
  {
    ...{ image: 'cat.png', prompt: 'two', model: 'acme/erase', set: { output_mask: true } },
    file: { mask_url: 'cat.png' },
  },
  { image: 'cat.png', prompt: 'three', model: 'acme/paint/edit' },
];

const COMMANDS: Record<string, Command> = {
  batch: { edits: 2, argv: ['batch', 'rows.jsonl', ...ONE_BY_ONE] },
  'a batch of several models': {
    edits: 3,
    argv: [
      ...['batch', 'mixed.jsonl', ...ONE_BY_ONE, '--assume-cost', '0.10'],
      ...['--schema', schemaFile('acme/erase')],
    ],
    sample: 1,
  },
  compare: {
    edits: 2,
    argv: [
      'compare',
      'cat.png',
      '-p',
      'x',
      '--models',
      'flux-dev,flux-general',
      '-d',
      'out',
      '--settle',
      '0s',
    ],
  },
  sweep: {
    edits: 2,
    argv: ['sweep', 'cat.png', '-p', 'x', '--vary', 'strength=0.5,0.6', '-d', 'out', '--settle', '0s'],
  },
  wait: { edits: 1, argv: ['wait', 'last'], first: ['cat.png', '-p', 'x', '-o', 'out.png', '--detach'] },
};

/** A folder in which all that comes before a command is done. */
async function placeOf({ first }: Command): Promise<Place> {
  const at = await place();
  await writeRows(at.cwd, ['one', 'two']);
  await writeFile(path.join(at.cwd, 'mixed.jsonl'), MIXED.map((row) => `${JSON.stringify(row)}\n`).join(''));
  if (first !== undefined) expect((await command(at, first)).code).toBe(0);
  return at;
}

/** The writes of a command, in the order in which they come. */
async function writesOf(tried: Command): Promise<string[]> {
  const at = await placeOf(tried);
  try {
    const { code, stderr } = await hooked(at, [...tried.argv, '--json']);
    expect(code, stderr).toBe(0);
    return (await noted(at)).filter((step) => /^(file|ledger write)/.test(step));
  } finally {
    await at.fal.close();
  }
}

/** What a run said of itself agrees with what fal took. */
function checkTold({ code, stdout, stderr }: Ended, taken: number, { edits, first }: Command): void {
  const told = JSON.parse(stdout) as Told;
  const { status, error, states, cost } = told;
  expect(stderr).not.toMatch(/^\s+at /m);
  if (status === 'ok') {
    expect([code, taken]).toEqual([0, edits]);
    return;
  }
  expect(error?.kind, stderr).not.toBe('internal');
  // Where its ledger cannot be read, a command about an earlier edit knows nothing of it, and has sent nothing.
  if (first !== undefined && told.state === undefined) return;
  if (taken > 0) {
    expect(error?.charged, stdout).not.toBe('no');
    expect(error?.message).not.toMatch(/nothing was sent/i);
  } else {
    expect(error?.charged, stdout).not.toBe('yes');
  }
  if (first !== undefined) return;
  expect(told.exit_code, stderr).toBe(code);
  if (taken === 0) return;
  expect(['input', 'usage'], stdout).not.toContain(error?.kind);
  expect(states === null ? 0 : sum(states) - states.pending, stdout).toBeGreaterThanOrEqual(taken);
  expect((cost?.billed_usd ?? 0) + (cost?.outstanding_usd ?? 0), stdout).toBeGreaterThan(0);
}

function sum(states: RowCounts): number {
  return Object.values(states).reduce((total, count) => total + count, 0);
}

/** How often fal took each input. */
function takenTimes({ fal }: Place): number[] {
  const counts = new Map<string, number>();
  for (const { endpoint, input } of fal.ledger().accepted) {
    const uploads = { image_url: null, image_urls: null, mask_url: null };
    const asked = JSON.stringify([endpoint, { ...(input as object), ...uploads }]);
    counts.set(asked, (counts.get(asked) ?? 0) + 1);
  }
  return [...counts.values()];
}

async function failAt(step: string, how: How, tried: Command): Promise<void> {
  const at = await placeOf(tried);
  const argv = [...tried.argv, '--json'];
  try {
    const ended = await hooked(at, argv, step, how);
    expect(Math.max(0, ...takenTimes(at))).toBeLessThanOrEqual(1);
    checkTold(ended, at.fal.ledger().accepted.length, tried);

    const again = await command(at, argv);
    expect(again.code, again.stderr).toBe(0);
    expect(takenTimes(at)).toEqual(Array(tried.edits).fill(1));
    const { duplicates, unhandled } = at.fal.ledger();
    expect({ duplicates, unhandled }).toEqual({ duplicates: 0, unhandled: [] });
    // A disk that is broken does not let go of anything.
    if (how !== 'broken') expect(await strayFiles(at)).toEqual([]);
  } finally {
    await at.fal.close();
  }
}

describe.each(Object.entries(COMMANDS))('every write of %s', { timeout: 3_600_000 }, (name, tried) => {
  test.each<[How, RegExp]>([
    ['fail', /./],
    ['full', /(before|half of it) #\d+$/],
    ['broken', /(before|half of it) #\d+$/],
  ])('%s there', async (how, which) => {
    const steps = (await writesOf(tried)).filter((step) => which.test(step));
    expect(
      await tryEach(`${how} ${name}`, steps, tried.sample ?? 4, (step) => failAt(step, how, tried)),
    ).toEqual([]);
  });
});
