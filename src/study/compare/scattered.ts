import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { mainPicture } from '../../batch/rows/result-row.js';
import { scatter } from '../../images/metrics/scatter.js';
import { grouped } from '../grouped.js';
import { cameOut, modelOf, subjectOf, type ComparedEdit } from './measures.js';

/** Differences among the seeds of one model for one picture and prompt. */
export interface Scattered {
  model: string;
  /** As `subjectOf` returns it, without the seed. */
  subject: string;
  /** Mean of 1 - SSIM over the pairs of seeds, 0..1. */
  scatter: number;
}

/** Reads the results and measures how much they vary between seeds, if there are several. @param outDir absolute */
export async function scatterOfSeeds(edits: readonly ComparedEdit[], outDir: string): Promise<Scattered[]> {
  const groups = grouped(edits.filter(cameOut), (edit) =>
    JSON.stringify([modelOf(edit), subjectOf(edit, false)]),
  );
  const measured: Scattered[] = [];
  for (const group of groups.values()) {
    const [first] = group;
    if (first === undefined || group.length < 2) continue;
    const pictures = await Promise.all(group.map((edit) => pictureOf(edit, outDir)));
    // An unreadable result counts as missing, so that the rest is still reported.
    const apart = await scatter(pictures.filter((bytes) => bytes !== undefined)).catch(() => null);
    if (apart !== null) {
      measured.push({ model: modelOf(first), subject: subjectOf(first, false), scatter: apart });
    }
  }
  return measured;
}

async function pictureOf({ result }: ComparedEdit, outDir: string): Promise<Uint8Array | undefined> {
  const file = mainPicture(result)?.path;
  return file === null || file === undefined
    ? undefined
    : readFile(path.resolve(outDir, file)).catch(() => undefined);
}
