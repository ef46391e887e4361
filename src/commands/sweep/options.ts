import path from 'node:path';
import type { EditingSettings } from '../flags/editing.js';
import type { Context } from '../../context.js';
import { usageError } from '../../errors/error.js';
import { parseBound, type Bound } from '../../study/sweep/best.js';
import { readBatchOptions, type BatchOptions } from '../batch/options.js';
import { outDirName } from '../batch/open.js';
import { isOnSandbox } from '../connect.js';
import { flagReader } from '../batch/flag-reader.js';
import { SWEEP } from './command.js';
import { numberOrText } from '../../models/number-text.js';

/** Typed flags of the sweep itself, without those of its edits. */
export interface SweepOptions {
  batch: BatchOptions & { outDir: string };
  /** Seeds of each setting; undefined if an axis has them. */
  seeds: number[] | undefined;
  bounds: Bound[];
  open: boolean;
  preview: boolean;
}

/** Settings without those that a sweep does not have, which a variable or config file may set for a batch. */
export function ofASweep(settings: EditingSettings): EditingSettings {
  const names = new Set<string>(SWEEP.flags.map(({ name }) => name));
  const values = Object.entries(settings.values).filter(([name]) => names.has(name));
  return { ...settings, values: Object.fromEntries(values) };
}

/** @throws FalEditError (usage) naming the flag, and what is allowed */
export function readSweepOptions(settings: EditingSettings, { cwd }: Pick<Context, 'cwd'>): SweepOptions {
  const { values, origins } = settings;
  const batch = readBatchOptions(settings, { cwd });
  const best = values['best'];
  const bounds = [best ?? []].flat().filter((bound) => typeof bound === 'string');
  return {
    batch: {
      ...batch,
      outDir: batch.outDir ?? path.resolve(cwd, outDirName('sweep', isOnSandbox(settings))),
    },
    seeds: readSeeds(settings),
    bounds: bounds.map((bound) => parseBound(bound, origins['best'] ?? '--best')),
    open: values['open'] === true,
    preview: values['preview'] === true,
  };
}

const LARGEST_SEED = 2 ** 31 - 1;

function readSeeds(settings: EditingSettings): number[] | undefined {
  const { values, origins } = settings;
  const count = flagReader(settings).whole('seeds', 1, 10_000);
  const isVaried = [values['vary'] ?? []]
    .flat()
    .some((axis) => typeof axis === 'string' && /^\s*seed\s*=/i.test(axis));
  if (isVaried && count !== undefined) {
    throw usageError(
      `--vary seed and ${origins['seeds'] ?? '--seeds'} cannot be used together. Use one of them.`,
    );
  }
  if (isVaried) return undefined;
  const given = values['seed'];
  const parsed = given === undefined ? undefined : numberOrText.safeParse(given);
  const first = parsed === undefined ? 1 : (parsed.data ?? NaN);
  if (!Number.isInteger(first) || first < 0 || first + (count ?? 1) - 1 > LARGEST_SEED) {
    throw usageError(
      `${origins['seed'] ?? '--seed'} must be a whole number from 0 up, not ${JSON.stringify(given)}.`,
    );
  }
  return Array.from({ length: count ?? 1 }, (_, index) => first + index);
}
