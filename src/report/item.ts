import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { positionText } from '../batch/manifest/entry.js';
import { modelOfRow, type PlannedRow } from '../batch/rows/planned-row.js';
import { resultOf } from '../batch/run/result.js';
import { mainPicture, mainPictures, type ResultRow } from '../batch/rows/result-row.js';
import { otherFileText } from '../images/result-file.js';
import type { RowWithJob } from '../ledger/batch/states.js';
import { editArguments } from '../models/arguments.js';
import { valueAt, withValueAt } from '../models/fields.js';
import { shellWords } from '../shell-words.js';
import type { Metric, ReportItem } from './page/data.js';
import { pictureHere } from './pictures.js';
import { whatHappened } from './what-happened.js';

/** Figures that every item has. */
export const ITEM_METRICS: readonly Metric[] = [
  { key: 'cost', label: 'cost', unit: 'usd' },
  { key: 'inference', label: 'inference', unit: 'ms' },
  { key: 'queued', label: 'queued', unit: 'ms' },
  { key: 'bytes', label: 'size', unit: 'bytes' },
];

/**
 * A row as pages show it. Makes missing thumbnails.
 *
 * @param outDir absolute; the folder of the page
 * @param cwd where its command is run
 */
export async function reportItem(row: RowWithJob, outDir: string, cwd: string): Promise<ReportItem> {
  const result = resultOf(row, outDir);
  const before = editedHere(row.plan as PlannedRow).map((picture) => pictureHere(picture, outDir));
  const after = mainPictures(result).flatMap(({ path: file, sha256, ...picture }) =>
    file === null
      ? []
      : [pictureHere({ ...picture, path: path.resolve(outDir, file), sha256: sha256 ?? '' }, outDir)],
  );
  return {
    key: result.key,
    title: result.id ?? positionText(result.place),
    state: result.state,
    prompt: result.prompt,
    model: result.model,
    seed: result.seed,
    before: await Promise.all(before),
    beforeUrls: result.inputs.filter((input) => /^https?:/i.test(input)),
    after: await Promise.all(after),
    figures: {
      cost: result.cost.billed_usd,
      inference: result.timings.inference_ms,
      queued: result.timings.queued_ms,
      bytes: mainPicture(result)?.bytes ?? null,
    },
    notes: notesOf(result),
    request: result.request_id,
    command: commandOf(row, cwd),
    at: {},
  };
}

/** Input pictures that are on disk, identified by the hash of the uploaded bytes. */
export function editedHere(row: PlannedRow): Parameters<typeof pictureHere>[0][] {
  const fields = modelOfRow(row).fields.images ?? [];
  return row.attachments.flatMap(({ path: at, upload, size, prepared }) => {
    const value = String(valueAt(row.input, at));
    if (upload === undefined || !fields.includes(String(at[0])) || /^data:/i.test(value)) return [];
    const file = /^file:/i.test(value) ? fileURLToPath(value) : path.resolve(row.folder, value);
    const { sha256, bytes } = upload;
    const { width = null, height = null } = size ?? {};
    return [{ path: file, sha256, bytes, width, height, background: prepared?.background }];
  });
}

function notesOf(result: ResultRow): string[] {
  const others = result.images.flatMap(({ path: file, content_type: contentType, width }) =>
    file === null ? [] : (otherFileText(path.basename(file), { contentType, width }) ?? []),
  );
  const more = [...result.warnings, ...others];
  if (result.state === 'done') return more;
  const { message, hint } = whatHappened(result);
  return [message, ...(hint === null ? [] : [hint]), ...more];
}

/** Command line that runs this edit on its own. */
export function commandOf({ plan, job }: RowWithJob, cwd: string): string {
  const row = plan as PlannedRow;
  const model = modelOfRow(row);
  const [seedField] = model.fields.seed ?? [];
  const input = row.attachments.reduce<unknown>(
    (whole, { path: at, upload }) =>
      upload === undefined ? whole : withValueAt(whole, at, fileFrom(cwd, row, at)),
    { ...row.input, ...(seedField === undefined ? {} : { [seedField]: job?.seed ?? row.seed }) },
  ) as Record<string, unknown>;
  const uploads = row.attachments.flatMap(({ path: at, upload }) =>
    upload === undefined ? [] : [{ path: at, value: String(valueAt(input, at)) }],
  );
  return shellWords(['fal-edit', ...editArguments(model, input, uploads)]);
}

/** An input file, as named from the working directory. */
function fileFrom(cwd: string, { input, folder }: PlannedRow, at: readonly (string | number)[]): string {
  const text = String(valueAt(input, at));
  if (/^[a-z][a-z0-9+.-]+:/i.test(text)) return text;
  const absolute = path.resolve(folder, text);
  const relative = path.relative(cwd, absolute);
  return relative.startsWith('..') || path.isAbsolute(relative) ? absolute : relative;
}
