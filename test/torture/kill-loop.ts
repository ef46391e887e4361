/* Many rounds of killing, and the figures of what came of it. */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { Processes } from './processes.js';
import { playRound, type Outcome } from './round.js';
import { sha256AtFal, sha256Of } from './whole.js';
import { WISHES } from './wishes.js';

/** What a torture run comes to. */
export interface Figures {
  rounds: number;
  /** Processes started, and those of them that were killed. */
  started: number;
  kills: number;
  /** Edits that fal took. */
  accepted: number;
  /** Edits of which it was not known at some time whether fal had taken them: found there later, or not. */
  unknown: number;
  reconciled: number;
  notAccepted: number;
  /** From here on all should be 0. Edits that fal took beyond those that were wanted. */
  duplicates: number;
  /** Edits that fal took and whose pictures are not here, or that the ledger does not know. */
  lost: number;
  /** Pictures whose bytes are not those that fal serves, or not those that the ledger says. */
  damaged: number;
  /** Files that no job of the ledger has. */
  stray: number;
}

/** All figures that should be 0, by what made them more. */
export type Complaint = Record<string, unknown> & {
  kind: keyof Pick<Figures, 'duplicates' | 'lost' | 'damaged' | 'stray'>;
};

/** What came of so many rounds. */
export interface Torture {
  figures: Figures;
  /** What there is to say about the figures that should be 0. */
  complaints: Complaint[];
}

/**
 * Plays so many rounds, one after another.
 *
 * @param seed of all chances but those of the system: when a process is killed, not how far it is by then
 * @param onRound told the figures so far after each
 */
export async function killLoop(
  rounds: number,
  seed: string,
  onRound: (figures: Figures) => void = () => undefined,
): Promise<Torture> {
  const processes = new Processes();
  const complaints: Complaint[] = [];
  const figures: Figures = {
    ...{ rounds: 0, started: 0, kills: 0, accepted: 0, unknown: 0, reconciled: 0, notAccepted: 0 },
    ...{ duplicates: 0, lost: 0, damaged: 0, stray: 0 },
  };
  for (let round = 1; round <= rounds; round++) {
    await playRound(processes, [seed, round], async (outcome) => {
      figures.accepted += outcome.fal.ledger().accepted.length;
      for (const { id, requestId } of outcome.jobs) {
        if (!outcome.unknown.has(id)) continue;
        figures.unknown++;
        figures[requestId === undefined ? 'notAccepted' : 'reconciled']++;
      }
      for (const complaint of [...paidComplaints(outcome), ...(await fileComplaints(outcome))]) {
        figures[complaint.kind]++;
        complaints.push({ round, ...complaint });
      }
    });
    Object.assign(figures, { rounds: round, started: processes.started, kills: processes.killed });
    onRound(figures);
  }
  return { figures, complaints };
}

/** The figures as people read them. */
export function figuresTable(seed: string, figures: Figures): string {
  const rows = Object.entries({ seed, ...figures });
  return rows.map(([name, value]) => `${name.padEnd(12)} ${String(value).padStart(8)}`).join('\n');
}

function paidComplaints({ fal, jobs }: Outcome): Complaint[] {
  const { accepted } = fal.ledger();
  const promptOf = (input: unknown): unknown => (input as { prompt?: unknown }).prompt;
  const duplicates = WISHES.flatMap(({ prompt, times }) =>
    accepted.filter(({ input }) => promptOf(input) === prompt).slice(times),
  );
  const lost = accepted.filter(({ request_id: id }) => {
    const job = jobs.find(({ requestId }) => requestId === id);
    return job?.state !== 'saved' && job?.state !== 'cancelled';
  });
  return [
    ...duplicates.map(({ request_id: id, input }) => ({ kind: 'duplicates' as const, id, input })),
    ...lost.map(({ request_id: id, input }) => ({ kind: 'lost' as const, id, input })),
  ];
}

async function fileComplaints({ cwd, jobs }: Outcome): Promise<Complaint[]> {
  const complaints: Complaint[] = [];
  const known = new Set<string>();
  for (const job of jobs.filter(({ state }) => state === 'saved')) {
    const atFal = await sha256AtFal(job);
    const recorded = job.images.map(({ sha256 }) => sha256);
    const files = job.images.map(({ path: file = '' }) => file);
    const here = await Promise.all(files.map((file) => sha256Of(file).catch(() => undefined)));
    const isWhole = [recorded, here].every((hashes) => hashes.join() === atFal.join());
    // Two jobs that have the same file: one of them has lost its own.
    const isShared = files.some((file) => known.has(file));
    if (!isWhole || isShared) complaints.push({ kind: 'damaged', job, atFal, here });
    for (const file of files) known.add(file);
  }
  const entries = await readdir(cwd, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const names = files.map(({ parentPath, name }) => path.join(parentPath, name));
  const notResults = [path.join(cwd, 'cat.png'), path.join(cwd, '.home') + path.sep];
  const stray = names.filter(
    (name) => !known.has(name) && !notResults.some((start) => name.startsWith(start)),
  );
  return [...complaints, ...stray.map((name) => ({ kind: 'stray' as const, name, jobs }))];
}
