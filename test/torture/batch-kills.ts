/* A batch that is killed at random and run again until all of it is there. */
import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { until } from '../edit/harness.js';
import type { Toxic } from '../../src/sandbox/faults/toxics.js';
import { acceptedByPrompt, batchFolder, resultsIn, writeRows } from './batch-folder.js';
import { Dice } from './dice.js';

/** What a loop comes to. All but the first four should be 0. */
export interface KillFigures {
  rows: number;
  runs: number;
  kills: number;
  /** How often the ledger lost its last writes, and was made anew from the results. */
  rebuilt: number;
  accepted: number;
  /** Rows that fal took more than once. */
  duplicates: number;
  /** Rows without a picture, or with another one than the results say. */
  lost: number;
  /** Rows of which two lines speak, or none. */
  unreported: number;
}

export interface KillOptions {
  rows: number;
  seed: string;
  concurrency: number;
  /** Between runs, the manifest is changed: see {@link edited}. */
  edits?: boolean;
  faults?: readonly Toxic[];
  /** After some kills, the ledger's WAL is lost: the folder was copied or committed without it. */
  losesWal?: boolean;
}

/** Runs after which it is no bad luck any more. */
const PATIENCE = 60;
/** A batch of some hundred rows takes a few seconds. */
const LONGEST_LIFE_MS = 2_500;

export async function batchKillLoop(options: KillOptions): Promise<KillFigures> {
  const dice = new Dice(options.seed);
  const prompts = Array.from({ length: options.rows }, (_, index) => `row ${index}`);
  const place = await batchFolder(prompts, { toxics: [...(options.faults ?? [])] });
  const flags = ['--concurrency', String(options.concurrency), '--settle', '0s', '--no-report', '-q'];
  const figures = { rows: options.rows, runs: 0, kills: 0, rebuilt: 0 };
  let wanted = prompts;
  for (;;) {
    if (options.edits === true) wanted = await edited(place.cwd, wanted, dice);
    figures.runs++;
    const { process, ended } = place.start(...flags);
    const isLast = figures.runs > PATIENCE / 2;
    const death = isLast
      ? undefined
      : setTimeout(() => process.kill('SIGKILL'), dice.between(100, LONGEST_LIFE_MS));
    // The first one dies in the middle, however fast the machine is.
    const isOver = { now: false };
    if (figures.runs === 1) {
      void until(() => isOver.now || place.fal.ledger().accepted.length > 0).then(
        () => process.kill('SIGKILL'),
        () => undefined,
      );
    }
    const end = await ended;
    isOver.now = true;
    clearTimeout(death);
    if (end.signal !== null) {
      figures.kills++;
      if (options.losesWal !== true || dice.happens(0.3)) continue;
      for (const end of ['wal', 'shm'])
        await rm(path.join(place.cwd, `out/ledger.db-${end}`), { force: true });
    } else if (end.code === 0) break;
    else if (end.code === 2 && options.losesWal === true) await rebuilt(place, flags, figures, end.stderr);
    else if (end.code !== 9) throw new Error(`run ${figures.runs} ended with ${end.code}: ${end.stderr}`);
    if (figures.runs > PATIENCE) throw new Error(`seed ${options.seed} comes to no end: ${end.stderr}`);
  }
  const accepted = acceptedByPrompt(place.fal);
  const results = await resultsIn(place.cwd);
  const byPrompt = new Map<string, typeof results>();
  for (const row of results) byPrompt.set(row.prompt, [...(byPrompt.get(row.prompt) ?? []), row]);
  let [lost, unreported] = [0, 0];
  for (const prompt of wanted) {
    const rows = byPrompt.get(prompt) ?? [];
    if (rows.length !== 1) unreported++;
    for (const { images } of rows.slice(0, 1)) {
      const [image] = images;
      const bytes = await readFile(path.join(place.cwd, 'out', image?.path ?? '')).catch(() => undefined);
      if (bytes === undefined || createHash('sha256').update(bytes).digest('hex') !== image?.sha256) lost++;
    }
    if (rows.length === 0) lost++;
  }
  return {
    ...figures,
    accepted: [...accepted.values()].reduce((sum, times) => sum + times, 0),
    duplicates: [...accepted.values()].filter((times) => times > 1).length,
    lost,
    unreported,
  };
}

/** A run has refused: whoever started it rebuilds the ledger, and nothing is sent meanwhile. */
async function rebuilt(
  place: Awaited<ReturnType<typeof batchFolder>>,
  flags: readonly string[],
  figures: { rebuilt: number },
  refusal: string,
): Promise<void> {
  if (!refusal.includes('--rebuild')) throw new Error(`a run ended with 2: ${refusal}`);
  const accepted = place.fal.ledger().accepted.length;
  const { code, stderr } = await place.run(...flags, '--rebuild');
  if (code !== 0) throw new Error(`--rebuild ended with ${code}: ${stderr}`);
  if (place.fal.ledger().accepted.length !== accepted) throw new Error('--rebuild has sent something');
  figures.rebuilt++;
}

/** Inserts a row at the top, takes one out, turns the order round, or adds a row twice with a malformed one between. */
async function edited(cwd: string, prompts: readonly string[], dice: Dice): Promise<string[]> {
  const changes: ((rows: string[]) => string[])[] = [
    (rows) => [`inserted ${dice.whole(0, 1_000_000)}`, ...rows],
    (rows) => rows.filter((_, index) => index !== rows.length >> 1),
    (rows) => [...rows].reverse(),
    (rows) => rows,
  ];
  const next = dice.pick(changes)([...prompts]);
  await writeRows(cwd, next);
  return next;
}
