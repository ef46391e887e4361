import type { RowSource } from '../../batch/manifest/open.js';
import { fieldProblem, positionText, type Entry, type Problem } from '../../batch/manifest/entry.js';
import { leftOutText } from '../../batch/manifest/pictures/folder.js';
import { folderIdentity, type Defaults } from '../../batch/folder/folder-identity.js';
import { lastReading } from '../../batch/folder/last-reading.js';
import { planRows } from '../../batch/rows/planner.js';
import type { BatchPlan } from '../../batch/rows/reading.js';
import { prospectOf } from '../../batch/run/prospect.js';
import { rowsText } from '../../batch/run/ending.js';
import type { EditingSettings } from '../flags/editing.js';
import { forgottenPicturesError } from '../../batch/folder/records.js';
import { inputError } from '../../errors/error.js';
import { hasJobs } from '../../ledger/batch/rebuilt.js';
import type { RowChanges } from '../../ledger/batch/rows.js';
import type { Ledger } from '../../ledger/ledger.js';
import { harmlessLine } from '../../terminal/plain.js';
import type { Terminal } from '../../terminal/terminal.js';
import { VERSION } from '../../version.js';
import { shortPath } from '../edit/document.js';
import { knowing } from './fail-batch.js';
import type { BatchOptions } from './options.js';
import { IgnoredSettings } from '../edit/ignored-settings.js';
import { withoutOwnPictures } from './own-pictures.js';
import type { Prices } from './prices.js';
import { ProblemList } from './problem-list.js';
import { rowReader } from '../rows/reader.js';
import type { ModelSource } from '../model-source.js';
import type { Surroundings } from './surroundings.js';

/** How many problems the details of an error list, as they did before errors had a list of their own. */
const MOST_IN_DETAILS = 1_000;

/**
 * Reads all rows into the ledger, and reports their problems and the changes since the last run.
 *
 * @param inspect called with the plan before the rows can be dropped from the ledger
 * @throws FalEditError (input): rows have problems, and nothing is sent; (usage): the pictures seem to exist already
 */
export async function readRows(
  source: RowSource,
  options: BatchOptions,
  { settings, context, terminal, models }: Surroundings & { models: ModelSource },
  {
    ledger,
    outDir,
    prices,
    inspect,
    mayBeMade,
  }: {
    ledger: Ledger;
    outDir: string;
    prices: Prices;
    inspect?: ((plan: BatchPlan) => Promise<void> | void) | undefined;
    /** The ledger is new, and an earlier run that it does not know may have made the rows. */
    mayBeMade: boolean;
  },
): Promise<BatchPlan> {
  const { shard, skipInvalid, expectations, maxCostUsd, dailyCapUsd, allowOutside, again } = options;
  const problems = new ProblemList();
  const ignored = new IgnoredSettings();
  const entries = (): AsyncIterable<Entry> => withoutOwnPictures(source, ledger, outDir);
  const { folder, fromFile } = source;
  const leftOut = leftOutText(source.leftOut ?? {});
  if (leftOut !== undefined) terminal.note(`${source.name}: ${leftOut}.`);
  const identity = folderIdentity(ledger.db);
  const begun = withDefaults(settings, identity.defaults);
  const basis = [VERSION, begun.values, expectations, context.cwd, folder, outDir, shard ?? null];
  // A manifest on stdin can be read only once.
  const isRepeatable = source.isManifest && source.name !== 'stdin';
  const known =
    isRepeatable && inspect === undefined && isDone(ledger, options)
      ? await lastReading(ledger, entries, basis)
      : undefined;
  const plan =
    known ??
    (await planRows(entries(), {
      ...{ ledger, context, outDir, folder, shard, skipInvalid, pricesOf: prices.of, basis },
      ...{ identity, again, namesAreOurs: source.namesAreOurs === true },
      caps: { maxCostUsd, dailyCapUsd },
      countMade: !again && !hasJobs(ledger),
      mayBeMade,
      readRow: rowReader(
        begun,
        expectations,
        {
          ...{ folder, fromFile, allowOutside, flagsAreDefaults: source.flagsAreDefaults, models },
          onIgnored: (setting) => ignored.add(setting),
        },
        context,
      ),
      onProblem: (problem) => problems.add(problem),
      ...(inspect === undefined ? {} : { inspect }),
    }));
  for (const line of source.refuse === undefined ? problems.lines() : []) {
    if (skipInvalid) terminal.warn(line);
    else terminal.error(harmlessLine(line, 2_000));
  }
  const { rows, invalid, standing } = plan;
  await knowing({ facts: { rows, invalid }, standing: () => standing }, () => {
    if (plan.problems > 0 && !skipInvalid) {
      throw source.refuse?.(problems.kept) ?? wrongRows(source, plan, problems.kept);
    }
    if (plan.unrecognised.length > 0 && !again) throw unrecognisedRows(plan.unrecognised, outDir, terminal);
    if (plan.made > 0) throw forgottenPicturesError(shortPath(outDir, context.cwd), plan.made);
    if (rows + plan.elsewhere === 0) throw inputError(`${source.name}: no rows left. Nothing was sent.`);
  });
  if (known === undefined) await models.refuseUnused();
  if (source.note !== undefined) terminal.note(source.note);
  for (const line of ignored.lines()) terminal.note(line);
  if (plan.equal > 0) {
    terminal.warn(
      `${rowsText(plan.equal)} ${plan.equal === 1 ? 'is' : 'are'} the same as another row, including the seed; each is paid for.`,
    );
  }
  for (const [title, notes] of [
    ['Pictures changed for their upload in', plan.converted],
    ['Notes on', plan.fieldNotes],
  ] as const) {
    if (notes === undefined || plan.isSame) continue;
    terminal.note(`${title} ${rowsText(notes.rows)} (all: "notes" in results.jsonl):`);
    for (const example of notes.examples) terminal.note(harmlessLine(`  ${example}`, 500));
  }
  const changes = changesText(plan.changes);
  if (changes !== undefined) terminal.note(changes);
  return plan;
}

/** A folder keeps the defaults of its first run unless the settings say otherwise. */
function withDefaults(settings: EditingSettings, { model }: Defaults): EditingSettings {
  if (settings.values['model'] !== undefined) return settings;
  return { ...settings, values: { ...settings.values, model } };
}

/** Refuses rows that may already be paid for, and lists them. Nothing is sent. */
function unrecognisedRows(rows: BatchPlan['unrecognised'], outDir: string, terminal: Terminal): Error {
  for (const { place, id } of rows) {
    const name = id === undefined ? '' : ` (${id})`;
    terminal.error(harmlessLine(`${positionText(place)}${name}: may have been paid for already.`, 2_000));
  }
  const [are, them] = rows.length === 1 ? ['is', 'it'] : ['are', 'them'];
  return inputError(
    `${rowsText(rows.length)} may have been paid for by an earlier release, but ${are} not recognised: its uploads of converted pictures cannot be compared. Nothing was sent.`,
    {
      hint: `Check the pictures in ${outDir}. Pay for ${them} with --again, or remove ${them} from the manifest.`,
      details: {
        unrecognised: rows.slice(0, MOST_IN_DETAILS).map(({ place, id }) => ({ ...place, id: id ?? null })),
      },
    },
  );
}

/** Whether the ledger has nothing to send and nothing that fal could still have. */
function isDone(ledger: Ledger, { retry, again, submitOnly }: BatchOptions): boolean {
  const { toSend, toAsk, counts } = prospectOf(ledger, { retry, again, submitOnly, collectOnly: false });
  return toSend + toAsk + counts.waiting + counts.unknown === 0;
}

function wrongRows({ name, isManifest }: RowSource, plan: BatchPlan, problems: readonly Problem[]): Error {
  const what = isManifest ? `${name} has` : 'The pictures have';
  const count = plan.problems === 1 ? '1 problem' : `${plan.problems} problems`;
  const listed = problems.slice(0, MOST_IN_DETAILS);
  return inputError(`${what} ${count} in ${rowsText(plan.invalid)}. Nothing was sent.`, {
    hint: `Fix ${plan.problems === 1 ? 'it' : 'them'}, or skip ${plan.invalid === 1 ? 'that row' : 'those rows'} with --skip-invalid.`,
    problems: problems.map(fieldProblem),
    details: {
      problems: listed.map((problem) => ({ line: undefined, ...fieldProblem(problem) })),
      ...(plan.problems > listed.length ? { problems_not_listed: plan.problems - listed.length } : {}),
    },
  });
}

/** Changes of the manifest since the last run; undefined if there are none or this is the first run. */
function changesText({ before, edited, added, removed, reordered }: RowChanges): string | undefined {
  if (before === 0) return undefined;
  const parts = [
    ...(edited > 0 ? [`${edited} edited`] : []),
    ...(added > 0 ? [`${added} added`] : []),
    ...(removed > 0 ? [`${removed} removed`] : []),
    ...(reordered ? ['order changed'] : []),
  ];
  return parts.length === 0 ? undefined : `Since the last run: ${parts.join(', ')}.`;
}
