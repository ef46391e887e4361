import { problemsOf } from '../../batch/rows/row-problems.js';
import { fieldProblem, type Fields, type Position } from '../../batch/manifest/entry.js';
import type { CallOf } from '../command.js';
import type { MIGRATE } from './command.js';
import type { Context } from '../../context.js';
import { FalEditError, type FieldProblem, inputError, problemText } from '../../errors/error.js';
import { countChanges } from '../../migrate/counted.js';
import type { FieldChange } from '../../migrate/field-change.js';
import { allWrittenDown, FORMS } from '../../migrate/forms/forms.js';
import { localFiles } from '../../migrate/local-files.js';
import { translate } from '../../migrate/translate.js';
import type { Model } from '../../models/model.js';
import { SCHEMA_VERSION } from '../edit/document.js';
import type { ModelSource } from '../model-source.js';
import { manifestText } from './manifest-text.js';
import { modelToReach, type Chosen } from './models.js';
import type { Named } from './named.js';
import type { MigrateOptions } from './options.js';
import { changesDocument, printChanges, printResult, warnOfLocalFiles, type Printing } from './print.js';
import { rowAgain } from './row-again.js';
import { requestOfRow, standingAlone } from './row-request.js';

/** A row and its translation. */
interface TranslatedRow {
  place: Position;
  from: Model;
  input: Record<string, unknown>;
  changes: FieldChange[];
  /** The row for the other model; undefined for other output forms. */
  again: Fields | undefined;
}

interface Translated {
  rows: TranslatedRow[];
  to: Chosen;
}

interface World {
  settings: CallOf<typeof MIGRATE>['settings'];
  context: Context;
  printing: Printing;
  models: ModelSource;
}

type Manifest = Extract<Named, { kind: 'manifest' }>;

/**
 * Translates every row of a manifest, or none: partial output could be mistaken for all of it.
 *
 * @throws FalEditError (usage, input): rows that cannot be read or translated, with file and line
 */
export async function migrateManifest(
  manifest: Manifest,
  options: MigrateOptions,
  world: World,
): Promise<void> {
  const { rows, to } = await translatedRows(manifest, options, world);
  const { printing } = world;
  const changes = countChanges(rows.map((row) => row.changes));
  if (printing.json) {
    printing.terminal.json(document(rows, to.model, changes));
    return;
  }
  const text =
    options.form === undefined
      ? await manifestText(
          rows.flatMap(({ again }) => (again === undefined ? [] : [again])),
          manifest.notation,
        )
      : allWrittenDown(
          options.form,
          to.model,
          rows.map(({ input }) => input),
        );
  printChanges(wayOfRows(rows, to), changes, printing);
  if (options.form !== undefined && !FORMS[options.form].uploads) {
    warnOfLocalFiles(
      rows.flatMap(({ input }) => localFiles(to.model, input)),
      printing,
    );
  }
  printResult(text, printing);
}

/** How many problems are printed. */
const MOST_PROBLEMS = 10;

async function translatedRows(
  { source }: Manifest,
  options: MigrateOptions,
  { settings, context, models }: World,
): Promise<Translated> {
  const { model } = settings.values;
  const usual = await models.load(typeof model === 'string' ? model : undefined, settings.origins['model']);
  const reading = { from: options.from, usual, folder: source.folder, models };
  const rows: TranslatedRow[] = [];
  const problems: FieldProblem[] = [];
  let to: Chosen | undefined;
  for await (const entry of source.rows()) {
    if (entry.kind === 'problem') {
      problems.push(fieldProblem(entry.problem));
      continue;
    }
    const { place, fields } = entry;
    try {
      const row = await requestOfRow(fields, reading, context);
      to ??= modelToReach(row.model, options.to);
      const { input, changes } =
        row.model === to.model
          ? { input: row.input, changes: [] }
          : translate(row.input, row.model, to.model, options);
      const isManifest = options.form === undefined;
      rows.push({
        place,
        from: row.model,
        changes,
        input: isManifest
          ? input
          : standingAlone(input, fields, row, to.model, { folder: source.folder, cwd: context.cwd }),
        again: isManifest ? againOf(fields, row, to.model, input) : undefined,
      });
    } catch (error) {
      problems.push(...problemsOf(error, place).map(fieldProblem));
    }
  }
  if (to === undefined || problems.length > 0) throw wrongRows(problems);
  await models.refuseUnused();
  return { rows, to };
}

function againOf(
  fields: Fields,
  row: Parameters<typeof rowAgain>[1],
  to: Model,
  input: Readonly<Record<string, unknown>>,
): Fields {
  // A row that is already for that model stays unchanged.
  return row.model === to && row.hasFlags ? fields : rowAgain(fields, row, to, input);
}

function wrongRows(problems: readonly FieldProblem[]): FalEditError {
  const others = problems.length - MOST_PROBLEMS;
  const listed = problems.slice(0, MOST_PROBLEMS).map(problemText);
  const lines = [...listed, ...(others > 0 ? [`and ${others} more`] : [])];
  return inputError(lines.join('\n'), { hint: 'Fix these first; the other rows are not printed.', problems });
}

function wayOfRows(rows: readonly TranslatedRow[], to: Chosen): string {
  const already = rows.filter(({ from }) => from === to.model).length;
  const names = [...new Set(rows.map(({ from }) => from))].filter((from) => from !== to.model);
  const count = rows.length === 1 ? '1 row' : `${rows.length} rows`;
  const how = to.how === undefined ? '' : ` (${to.how})`;
  const stay = already === 0 ? '' : `; ${already} already for it`;
  const from = names.length === 0 ? '' : ` from ${names.map(({ name }) => name).join(' and ')}`;
  return `${count}${from} to ${to.model.name}${how}${stay}:`;
}

function document(
  rows: readonly TranslatedRow[],
  to: Model,
  changes: readonly FieldChange[],
): Record<string, unknown> {
  const models = [...new Set(rows.map(({ from }) => from.name))];
  return {
    schema_version: SCHEMA_VERSION,
    status: 'ok',
    from: models.length === 1 ? models[0] : null,
    to: to.name,
    input: null,
    fates: changesDocument(changes),
    rows: rows.map(({ place, from, input, changes: own, again }) => ({
      file: place.file,
      line: place.line ?? null,
      from: from.name,
      input,
      row: again ?? null,
      fates: changesDocument(own),
    })),
  };
}
