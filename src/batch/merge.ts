import { constants } from 'node:fs';
import { copyFile, link, mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { numbered } from '../edit/plan/output.js';
import { codeOf } from '../errors/error.js';
import { mergeLedgers, orderRows, picturesOf } from '../ledger/batch/merge.js';
import { findRow, type RowWithJob } from '../ledger/batch/states.js';
import type { Ledger } from '../ledger/ledger.js';
import type { PlannedRow } from './rows/planned-row.js';

/** One part of a batch. */
export interface Part {
  /** Absolute. */
  folder: string;
  ledger: Ledger;
}

/**
 * Merges parts of a batch into one out-dir: rows, jobs, pictures. The parts stay unchanged. Repeating it changes
 * nothing.
 *
 * @returns rows that more than one part has sent, each charged as many times
 */
export async function mergeParts(parts: readonly Part[], all: Part): Promise<RowWithJob[]> {
  const twice = new Set<string>();
  for (const part of parts) {
    const moved = new Map<string, string>();
    for (const file of picturesOf(part.ledger)) moved.set(file, await bring(file, part.folder, all.folder));
    const again = mergeLedgers(
      part.ledger,
      all.ledger,
      (file) => moved.get(file) ?? inFolder(file, part.folder, all.folder),
      (plan) => movedPlan(plan as PlannedRow, part.folder, all.folder),
    );
    for (const key of again) twice.add(key);
  }
  orderRows(all.ledger);
  return [...twice].flatMap((key) => findRow(all.ledger, key) ?? []);
}

/** Copies a picture to the same path in the other folder, or to a numbered one if that is taken by another file. */
async function bring(file: string, from: string, to: string): Promise<string> {
  const bytes = await readFile(file).catch(() => undefined);
  const first = inFolder(file, from, to);
  if (bytes === undefined) return first;
  await mkdir(path.dirname(first), { recursive: true });
  for (let number = 1; ; number++) {
    const target = numbered(first, number);
    if (await linkOrCopy(file, target)) return target;
    const there = await readFile(target).catch(() => undefined);
    if (there !== undefined && bytes.equals(there)) return target;
  }
}

/** @returns whether it has the name now; false if the name is taken */
async function linkOrCopy(file: string, target: string): Promise<boolean> {
  try {
    await link(file, target);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
  }
  try {
    await copyFile(file, target, constants.COPYFILE_EXCL);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

function inFolder(file: string, from: string, to: string): string {
  return path.join(to, path.relative(from, file));
}

/** The plan with the paths of its input pictures rewritten for the other folder. */
function movedPlan(plan: PlannedRow, from: string, to: string): PlannedRow {
  const moved = (input: string): string =>
    /^https?:/i.test(input) ? input : path.relative(to, path.resolve(from, input)).replaceAll(path.sep, '/');
  return { ...plan, inputs: plan.inputs.map(moved) };
}
