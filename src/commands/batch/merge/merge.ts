import path from 'node:path';
import { endingOf, rowsText } from '../../../batch/run/ending.js';
import { positionText } from '../../../batch/manifest/entry.js';
import { mergeParts, type Part } from '../../../batch/merge.js';
import { folderIdentity, noteIdentity } from '../../../batch/folder/folder-identity.js';
import { ResultsFile } from '../../../batch/folder/results-file.js';
import { standingOf, summaryOf } from '../../../batch/run/summary.js';
import { usageError } from '../../../errors/error.js';
import type { ErrorKind, ExitCode } from '../../../exit-codes.js';
import { readNote, readWorld, writeNote } from '../../../ledger/batch/notes.js';
import { hashOf } from '../../../sha256.js';
import { countStates, endedKinds, type RowWithJob } from '../../../ledger/batch/states.js';
import { SANDBOX } from '../../../ledger/spending.js';
import type { Terminal } from '../../../terminal/terminal.js';
import { finishBatch } from '../finish.js';
import { openOutDir, type OpenOutDir } from '../open.js';
import { asBatch } from '../fail-batch.js';
import { readBatchOptions, type BatchOptions } from '../options.js';
import type { CallOf } from '../../command.js';
import type { MERGE } from './command.js';

/** `fal-edit batch merge <out-dir…> --out-dir all`: puts the parts of a batch together. Touches no network. */
export function runMerge(call: CallOf<typeof MERGE>): Promise<ExitCode> {
  return asBatch(call, () => merge(readBatchOptions(call.settings, call.context), call));
}

async function merge(
  options: BatchOptions,
  { words: folders, context, terminal, json }: CallOf<typeof MERGE>,
): Promise<ExitCode> {
  const wanted = options.outDir;
  if (folders.length === 0) {
    throw usageError('Name the folders to merge.', 'fal-edit batch merge out-1 out-2 --out-dir all');
  }
  if (wanted === undefined) {
    throw usageError(
      '--out-dir is missing: name the folder to put the parts into.',
      'fal-edit batch merge out-1 out-2 --out-dir all',
    );
  }
  const named = [...new Set(folders.map((folder) => path.resolve(context.cwd, folder)))];
  if (named.includes(wanted))
    throw usageError(`--out-dir: ${wanted} is one of the parts. Name another folder.`);
  const startedAt = context.now();
  const began = context.elapsed();
  const opened: OpenOutDir[] = [];
  try {
    for (const folder of named) {
      opened.push(await openOutDir(folder, undefined, context, { readOnly: true, mustExist: true }));
    }
    const world = worldOf(opened);
    const all = await openOutDir(wanted, world === 'sandbox' ? SANDBOX : 'fal', context, {
      readOnly: false,
      mustExist: false,
    });
    opened.push(all);
    all.claim();
    const parts: Part[] = opened.filter((part) => part !== all);
    mergeIdentities(parts, all);
    const twice = await mergeParts(parts, all);
    warnOfTwice(twice, world === 'sandbox', terminal);
    // The folder now has the rows of its parts, whatever was read there before.
    writeNote(all.ledger.db, 'said', '');
    const source = parts
      .map(({ ledger }) => readNote(ledger.db, 'source'))
      .find((name) => name !== undefined);
    if (source !== undefined) writeNote(all.ledger.db, 'source', source);
    await (await ResultsFile.open(all.folder, all.ledger, all.records.jobs)).close();
    const counts = countStates(all.ledger.db);
    const ending = endingOf({
      counts,
      kinds: endedKinds(all.ledger.db) as ErrorKind[],
      ...{ invalid: 0, stopped: undefined, submitOnly: false, interrupted: context.signal.reason },
      goOn: 'Run the unfinished part again, then merge again.',
      sandbox: world === 'sandbox',
    });
    const summary = summaryOf(standingOf(all.ledger, counts), {
      ...{
        source: source ?? wanted,
        shard: null,
        startedAt,
        finishedAt: context.now(),
        invalid: 0,
        leftOut: {},
        ending,
      },
      ...{ stopped: undefined, submitted: 0, uploads: 0, uploaded_bytes: 0 },
      total_ms: Math.round(context.elapsed() - began),
    });
    return await finishBatch({
      ...{ ledger: all.ledger, folder: all.folder, summary, ending, options },
      ...{ context, terminal, json },
    });
  } finally {
    for (const part of opened.reverse()) await part.close();
  }
}

/** Refuses to mix parts made with the sandbox and parts made with fal. */
function worldOf(parts: readonly OpenOutDir[]): string | undefined {
  const worlds = new Set<string>();
  for (const { folder, ledger } of parts) {
    const world = readWorld(ledger.db);
    if (world === undefined) throw usageError(`${folder} is not a batch folder.`);
    worlds.add(world);
  }
  if (worlds.size > 1) throw usageError('Some parts were made with the sandbox, others with fal.');
  return [...worlds][0];
}

/**
 * The merged folder keeps the defaults of its parts. @throws FalEditError (usage): the parts have different defaults
 */
function mergeIdentities(parts: readonly Part[], all: Part): void {
  const known = parts.map(({ ledger }) => folderIdentity(ledger.db));
  const isBegun = readNote(all.ledger.db, 'identity') !== undefined;
  const [first, ...others] = [...(isBegun ? [folderIdentity(all.ledger.db)] : []), ...known];
  if (first === undefined) return;
  const differs = others.find(({ defaults }) => hashOf(defaults) !== hashOf(first.defaults));
  if (differs !== undefined) {
    throw usageError(
      'The parts belong to different batches: their defaults differ.',
      `One has ${JSON.stringify(first.defaults)}, another ${JSON.stringify(differs.defaults)}.`,
    );
  }
  const oldest = known.find(({ began }) => began === 1) ?? first;
  noteIdentity(all.ledger.db, oldest);
}

function warnOfTwice(rows: readonly RowWithJob[], sandbox: boolean, terminal: Terminal): void {
  if (rows.length === 0) return;
  const [was, is] = rows.length === 1 ? ['was', 'is'] : ['were', 'are'];
  const bill = sandbox ? '' : `, and ${is} charged as often`;
  terminal.warn(`${rowsText(rows.length)} ${was} sent by more than one part${bill}:`);
  for (const { file, line, id } of rows) {
    terminal.warn(`  ${positionText({ file, line })}${id === undefined ? '' : ` (${id})`}`);
  }
}
