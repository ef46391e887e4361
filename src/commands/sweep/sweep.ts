import { readdir } from 'node:fs/promises';
import { EXIT_OK, type ExitCode } from '../../exit-codes.js';
import { errorText } from '../../terminal/error-text.js';
import { asBatch } from '../batch/fail-batch.js';
import { openPrices } from '../batch/prices.js';
import { runRowsOf } from '../batch/run.js';
import type { Surroundings } from '../batch/surroundings.js';
import { readRoute } from '../connect.js';
import { modelSource } from '../model-source.js';
import { refusePromptWord } from '../words.js';
import { openPage } from '../open-page.js';
import { flagsFromFiles, readAxes } from './axes.js';
import { cellsError } from './problems.js';
import type { RowSource } from '../../batch/manifest/open.js';
import { ofASweep, readSweepOptions } from './options.js';
import { sweepOutcome } from './outcome.js';
import { sweepPictures } from './pictures.js';
import { gridAxes, sweepCells, type SweepPlan } from './plan.js';
import { sweepRows } from './rows.js';
import { firstUsd, gridText, refuseTooMany } from './size.js';
import type { CallOf } from '../command.js';
import type { SWEEP } from './command.js';

/** `fal-edit sweep <picture…> --vary name=values …` */
export function runSweep(call: CallOf<typeof SWEEP>): Promise<ExitCode> {
  const { words, context } = call;
  const settings = ofASweep(call.settings);
  return asBatch(call, async () => {
    await refusePromptWord('sweep', words, settings, context.cwd);
    return sweep(words, { ...call, settings });
  });
}

/** @throws FalEditError */
async function sweep(words: readonly string[], outer: Surroundings): Promise<ExitCode> {
  const { settings, context, terminal } = outer;
  const models = modelSource(settings, outer);
  const surroundings = { ...outer, models };
  const { batch, seeds, bounds, open, preview } = readSweepOptions(settings, context);
  const { pictures, leftOut } = await sweepPictures(words, batch, context);
  const { axes } = await readAxes(settings, context, models);
  await models.refuseUnused();
  const where = settings.origins['vary'] ?? '--vary';
  const fromFile = flagsFromFiles(axes);
  await refuseTooMany({ pictures, axes, seeds }, async () => {
    const firstOnly = axes.map((axis) => ({ ...axis, values: [axis.values.first()] }));
    const prices = openPrices({ route: readRoute(settings, context), context });
    return firstUsd({ pictures, axes: firstOnly, seeds, settings }, batch, fromFile, prices, context, models);
  });
  const plan: SweepPlan = {
    ...{ pictures, seeds, settings },
    axes: axes.map((axis) => ({ ...axis, values: axis.values.list() })),
  };
  const grid = gridAxes(plan);
  const cells = sweepCells(plan, await namesIn(batch.outDir));
  const outcome = sweepOutcome({ cells, axes: grid, bounds, preview });
  const rows: RowSource = {
    ...sweepRows(pictures.length === 1 ? (pictures[0] ?? '') : words.join(' '), context.cwd, cells, fromFile),
    leftOut,
    note: `${gridText(grid)}.`,
    refuse: (problems) => cellsError(problems, plan, where),
  };
  const code = await runRowsOf(rows, batch, surroundings, outcome);
  const page = outcome.page();
  if (open && page !== undefined) await openPage(page, context, terminal);
  const missed = outcome.missed();
  if (code !== EXIT_OK || missed === undefined) return code;
  terminal.error(errorText(missed, terminal));
  return missed.exitCode;
}

/** Names of the files in the batch folder; empty if it does not exist. */
function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}
