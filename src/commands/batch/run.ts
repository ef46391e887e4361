import { openRows, type RowSource } from '../../batch/manifest/open.js';
import { shardText } from '../../batch/rows/planner.js';
import { rebuildEdits } from '../../batch/folder/rebuild.js';
import type { BatchPlan } from '../../batch/rows/reading.js';
import { renamePictures } from '../../batch/folder/rename-pictures.js';
import { standingOf, type Standing } from '../../batch/run/summary.js';
import { FalEditError } from '../../errors/error.js';
import { EXIT_OK, type ExitCode } from '../../exit-codes.js';
import { proxiesOf } from '../../fal/connection.js';
import { storageOf, type Route } from '../../fal/route.js';
import { writeNote } from '../../ledger/batch/notes.js';
import type { Ledger } from '../../ledger/ledger.js';
import { isSandbox } from '../../ledger/spending.js';
import { harmlessLine } from '../../terminal/plain.js';
import type { Terminal } from '../../terminal/terminal.js';
import { readRoute } from '../connect.js';
import { modelSource, type ModelSource } from '../model-source.js';
import { showProspect } from './dry-run.js';
import { knowing, type KnownBatch } from './fail-batch.js';
import { refuseUnfrozen } from './frozen.js';
import { BATCH_OUTCOME, type Outcome } from './finish.js';
import { defaultOutDir, openOutDir, type OpenOutDir } from './open.js';
import type { BatchOptions } from './options.js';
import { send } from './send.js';
import type { Surroundings } from './surroundings.js';
import { openPrices } from './prices.js';
import { readRows } from './read-rows.js';
import { tellRebuilt } from './rebuilt.js';

/** Runs the batch that the words of the command line name. @throws FalEditError */
export async function runBatch(
  words: readonly string[],
  options: BatchOptions,
  surroundings: Surroundings,
): Promise<ExitCode> {
  if (options.collect && words.length > 0) throw collectsAlone(words);
  const source = options.collect ? undefined : await openRows(words, options, surroundings.context);
  return runRowsOf(source, options, surroundings, BATCH_OUTCOME);
}

/**
 * Reads, checks and runs rows, and writes the files of the batch folder.
 *
 * @param source undefined: fetches the rows of the batch folder
 * @throws FailedBatch, FalEditError
 */
export async function runRowsOf(
  source: RowSource | undefined,
  options: BatchOptions,
  outer: Surroundings,
  outcome: Outcome,
): Promise<ExitCode> {
  const { settings, context, models = modelSource(settings, outer) } = outer;
  const surroundings = { ...outer, models };
  const { collect, dryRun, frozen, rebuild, again, shard } = options;
  const route = readRoute(settings, context);
  const { via } = route;
  const wanted = options.outDir ?? defaultOutDir(source, context.cwd, isSandbox(via));
  const readOnly = dryRun || frozen;
  const facts: KnownBatch = {
    ...(source === undefined ? {} : { source: source.name, left_out: source.leftOut ?? {} }),
    ...(shard === undefined ? {} : { shard: shardText(shard) }),
    out_dir: wanted,
  };
  return knowing({ facts }, async () => {
    const outDir = await openOutDir(wanted, via, context, {
      ...{ readOnly, frozen, mustExist: collect || rebuild, rebuild, lost: rebuild || (again && !frozen) },
    });
    try {
      const { ledger } = outDir;
      return await knowing({ standing: () => standingOfRows(ledger) }, () =>
        runIn(outDir, source, options, surroundings, { route, outcome }),
      );
    } finally {
      await outDir.close();
    }
  });
}

type LoadedSurroundings = Surroundings & { models: ModelSource };

/** Undefined for a folder without rows: they have not been read yet. */
function standingOfRows(ledger: Ledger): Standing | undefined {
  const standing = standingOf(ledger);
  return Object.values(standing.states).some((rows) => rows > 0) ? standing : undefined;
}

/** Reads the rows into an out-dir, and runs them there. @throws FailedBatch, FalEditError */
async function runIn(
  outDir: OpenOutDir,
  source: RowSource | undefined,
  options: BatchOptions,
  surroundings: LoadedSurroundings,
  { route, outcome }: { route: Route; outcome: Outcome },
): Promise<ExitCode> {
  const { context, terminal, json } = surroundings;
  const { dryRun, frozen, rebuild, shard } = options;
  const readOnly = dryRun || frozen;
  const { ledger, records, folder } = outDir;
  const { via } = route;
  const rebuilt = rebuild ? await rebuildEdits(folder, ledger, via, records.lostRun) : undefined;
  if (rebuilt !== undefined) outDir.claim();
  const prices = openPrices({ route, context });
  const proxiesToFal = (which: 'all' | 'remote'): string[] =>
    isSandbox(via) ? [] : proxiesOf(route.connection, which);
  const inspectRows = (read: BatchPlan): Promise<void> | void => {
    if (source === undefined) return;
    if (frozen) {
      return knowing({ standing: () => standingOf(ledger) }, () =>
        refuseUnfrozen(ledger, folder, source.name, options, surroundings),
      );
    }
    const way = { storage: storageOf(route), proxies: proxiesToFal('all'), prices };
    return showProspect(ledger, folder, read, source.leftOut, options, way, terminal, json);
  };
  const plan =
    source &&
    (await readRows(source, options, surroundings, {
      ...{ ledger, outDir: folder, prices, mayBeMade: rebuilt?.lostRun !== undefined },
      inspect: readOnly ? inspectRows : undefined,
    }));
  if (readOnly) return EXIT_OK;
  outDir.claim();
  if (source !== undefined) {
    writeNote(ledger.db, 'source', source.name);
    writeNote(ledger.db, 'shard', shard === undefined ? '' : shardText(shard));
  }
  if (rebuilt !== undefined) return tellRebuilt(rebuilt, outDir, via, surroundings);
  if (source !== undefined) await renameFinished(ledger, folder, terminal);
  return send(source, options, surroundings, {
    ...{ ledger, records, folder, declared: route, proxies: proxiesToFal('remote'), prices },
    ...{ plan, outcome },
  });
}

/** Renames finished pictures to the names that their rows now give them. Sends nothing. */
async function renameFinished(ledger: Ledger, folder: string, terminal: Terminal): Promise<void> {
  const { renamed, warnings } = await renamePictures(ledger, folder);
  for (const warning of warnings) terminal.warn(harmlessLine(warning, 2_000));
  if (renamed > 0) terminal.note(`Renamed ${renamed === 1 ? '1 picture' : `${renamed} pictures`}.`);
}

function collectsAlone(words: readonly string[]): FalEditError {
  return new FalEditError('usage', `--collect takes no pictures or manifest; remove ${words[0] ?? ''}.`, {
    hint: 'fal-edit batch --collect --out-dir out',
  });
}
