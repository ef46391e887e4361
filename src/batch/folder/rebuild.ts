/*
 * Rebuilds a ledger from results.jsonl and the pictures. Sends nothing. A row without a line may have been sent by the
 * run whose ledger is lost: it is marked unknown, so that the next run asks fal before paying.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { hasEarlierRows } from '../../ledger/batch/earlier.js';
import { usd } from '../../edit/plan/estimate.js';
import { stateOfFile } from '../../edit/pictures/save.js';
import { putRebuilt } from '../../ledger/batch/rebuilt.js';
import type { OpenRun } from '../../ledger/batch/run-mark.js';
import { rowsInOrder } from '../../ledger/batch/states.js';
import type { RebuiltJob } from '../../ledger/insert.js';
import { COST_GRADES, type JobImage, type StoredOutput } from '../../ledger/job.js';
import type { Ledger } from '../../ledger/ledger.js';
import { modelOfJob } from '../../models/registry.js';
import type { Context } from '../../context.js';
import { BEGAN_WITH_1, noteIdentity } from './folder-identity.js';
import { OUT_DIR_FILES } from './out-dir.js';
import { revivedPlan, type PlannedRow } from '../rows/planned-row.js';
import { isRebuildCut, linesOf, noteRebuild } from './records.js';
import type { ResultImage } from '../rows/result-row.js';
import { isToSend, type RetryPolicy } from '../run/retry.js';

/** The result of rebuilding a ledger from results.jsonl. */
export interface Rebuilt {
  /** Number of edits added to the ledger. */
  edits: number;
  /** Number of restored edits whose pictures are fetched again, at no cost. */
  toFetch: number;
  /** Missing pictures: paths relative to the folder. */
  gone: string[];
  /** Files with the name of a picture but other content. */
  changed: string[];
  /** Number of unreadable lines. */
  unreadable: number;
  /** The run that may have sent edits missing from both files; undefined if the ledger was complete. */
  lostRun: OpenRun | undefined;
}

const image = z.object({
  path: z.string().nullable(),
  field: z.string().nullish(),
  width: z.number().nullable(),
  height: z.number().nullable(),
  content_type: z.string().nullable(),
  bytes: z.number().nullable(),
  sha256: z.string().nullable(),
  received_sha256: z.string().nullish(),
  nsfw: z.boolean().nullable(),
});

/** A line of results.jsonl about an edit, as written by this or an earlier version. */
const resultLine = z.object({
  key: z.string(),
  job: z.string(),
  fingerprint: z.number().default(1),
  state: z.enum(['done', 'unmet', 'failed', 'moderated']),
  sandbox: z.boolean().default(false),
  endpoint: z.string(),
  request_id: z.string().nullable(),
  prompt: z.string(),
  /** Null for a model that takes none. */
  seed: z.number().nullable(),
  images: z.array(image),
  cost: z.object({
    estimated_usd: z.number().nullable(),
    grade: z.enum(COST_GRADES).optional().catch(undefined),
    billed_units: z.number().nullable(),
    unit_price_usd: z.number().nullable(),
    billed_usd: z.number().nullable(),
  }),
  timings: z.object({
    queued_ms: z.number().nullable(),
    inference_ms: z.number().nullable(),
    total_ms: z.number().nullable(),
  }),
  error: z
    .object({ kind: z.string(), message: z.string(), charged: z.enum(['no', 'yes', 'maybe']) })
    .nullable(),
  finished_at: z.string(),
});
type ResultLine = z.infer<typeof resultLine>;

/**
 * Adds the edits of results.jsonl that the ledger does not have. Pictures count as saved if they are unchanged, byte
 * for byte; others are fetched again.
 *
 * @param folder absolute
 * @param via the way to fal
 * @param lostRun the run whose last writes the ledger has lost
 */
export async function rebuildEdits(
  folder: string,
  ledger: Ledger,
  via: string,
  lostRun: OpenRun | undefined,
): Promise<Rebuilt> {
  const lines = new Map<string, ResultLine>();
  let unreadable = 0;
  const file = path.join(folder, OUT_DIR_FILES.results);
  for await (const text of existsSync(file) ? linesOf(file) : []) {
    const line = parsed(text);
    // If several lines are about one edit, the last one counts.
    if (line !== undefined) lines.set(line.job, line);
    else if (text !== '') unreadable++;
  }
  // Lines of version 1 do not name their fingerprint version.
  const isEarlier = [...lines.values()].some(({ fingerprint }) => fingerprint === 1);
  if (isEarlier && !hasEarlierRows(ledger.db)) noteIdentity(ledger.db, BEGAN_WITH_1);
  const rebuilt: Rebuilt = { edits: 0, toFetch: 0, gone: [], changed: [], unreadable, lostRun: undefined };
  const wasCut = isRebuildCut(ledger);
  let since = lostRun?.since ?? Infinity;
  noteRebuild(ledger, true);
  for (const line of lines.values()) {
    const images = await Promise.all(
      line.images.map((one, index) => readFolderPicture(one, index, folder, rebuilt)),
    );
    const job = jobOf(line, images, folder, via);
    since = Math.min(since, job.intentAt);
    if (!putRebuilt(ledger, job)) continue;
    rebuilt.edits++;
    if (job.state === 'accepted') rebuilt.toFetch++;
  }
  const isLost = lostRun !== undefined || rebuilt.edits > 0 || wasCut;
  const retry = lostRun?.retry ?? 'temporary';
  return { ...rebuilt, lostRun: isLost && since < Infinity ? { since, retry } : undefined };
}

/** Parses a line; undefined if it is torn, or not about an edit. */
function parsed(text: string): ResultLine | undefined {
  try {
    return resultLine.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

async function readFolderPicture(
  { path: name, sha256, received_sha256: received = sha256, ...facts }: ResultImage,
  index: number,
  folder: string,
  { gone, changed }: Pick<Rebuilt, 'gone' | 'changed'>,
): Promise<JobImage> {
  const image: JobImage = {
    ...{
      index,
      field: facts.field ?? undefined,
      target: undefined,
      path: undefined,
      sha256: sha256 ?? undefined,
    },
    ...{ width: facts.width ?? undefined, height: facts.height ?? undefined },
    ...{ contentType: facts.content_type ?? undefined, bytes: facts.bytes ?? undefined },
    receivedSha256: received ?? undefined,
  };
  if (name === null) return image;
  const file = path.resolve(folder, name);
  // A line's paths must not make us write outside the folder.
  if (!file.startsWith(folder + path.sep)) return image;
  const state = await stateOfFile({ ...image, path: file });
  if (state === 'intact') return { ...image, target: file, path: file };
  (state === 'gone' ? gone : changed).push(name);
  return { ...image, target: file };
}

function jobOf(line: ResultLine, images: JobImage[], folder: string, via: string): RebuiltJob {
  const { cost, timings, error } = line;
  const endedAt = Date.parse(line.finished_at);
  const isMissing = images.some(({ target, path: file }) => target !== undefined && file === undefined);
  const isSaved = line.state === 'done' || line.state === 'unmet';
  const blankedKept = line.images.some(({ nsfw, path: file }) => nsfw === true && file !== null);
  return {
    id: line.job,
    askedHash: line.key,
    state: isSaved ? (isMissing ? 'accepted' : 'saved') : line.state === 'moderated' ? 'moderated' : 'failed',
    requestId: line.request_id ?? undefined,
    ...{ model: modelOfJob(line).name, endpoint: line.endpoint, via },
    ...{ prompt: line.prompt, seed: line.seed ?? 0, images, input: undefined },
    charged: cost.billed_units === 0 ? 'no' : isSaved ? 'yes' : (error?.charged ?? 'maybe'),
    estimatedUsd: cost.estimated_usd ?? undefined,
    costGrade: cost.grade,
    unitPriceUsd: cost.unit_price_usd ?? undefined,
    billedUnits: cost.billed_units ?? undefined,
    // The file has the units that the sandbox would have billed, but not the amount.
    billedUsd: line.sandbox ? wouldBe(cost) : (cost.billed_usd ?? undefined),
    queuedMs: timings.queued_ms ?? undefined,
    inferenceMs: timings.inference_ms ?? undefined,
    intentAt: endedAt - (timings.total_ms ?? 0),
    endedAt,
    error: isSaved || error === null ? undefined : (error as RebuiltJob['error']),
    output: outputOf(images, folder, blankedKept),
  };
}

function wouldBe({ billed_units: units, unit_price_usd: price }: ResultLine['cost']): number | undefined {
  return units === null || price === null ? undefined : usd(units * price);
}

/** Output for pictures that must be fetched again: each keeps its name. */
function outputOf(images: readonly JobImage[], folder: string, keepBlanked: boolean): StoredOutput {
  const first = images.find(({ target }) => target !== undefined)?.target ?? path.join(folder, 'picture.png');
  return {
    cwd: folder,
    template: path.relative(folder, first).replaceAll(/[{}]/g, '_'),
    numberWhenTaken: true,
    name: 'picture',
    ext: path.extname(first).slice(1) || 'png',
    count: Math.max(1, images.filter(({ field }) => field === undefined).length),
    force: false,
    keepBlanked,
  };
}

/**
 * Marks rows of the manifest that the run whose ledger is lost may have sent: the next run asks fal about them first.
 * Records of a row's last attempt do not rule out a later one.
 *
 * @returns the number of such rows
 */
export function doubtRows(
  ledger: Ledger,
  { since, retry }: OpenRun,
  { via, folder }: { via: string; folder: string },
  context: Pick<Context, 'now' | 'stdin' | 'signal'>,
): number {
  let doubted = 0;
  for (const row of rowsInOrder(ledger, ['pending', 'failed', 'moderated', 'unknown'])) {
    if (row.state !== 'unknown' && !isToSend(row, retry as RetryPolicy, false)) continue;
    doubted++;
    const plan = revivedPlan(row.plan as PlannedRow, row.key, 1, folder, context);
    // The URLs of its files at fal are lost, and the seed may be from another attempt.
    const lost = new Set(plan.attachments.map(({ path: [field] }) => String(field)));
    if (plan.seedIsOurs) lost.add(plan.model.fields.seed?.[0] ?? 'seed');
    const known = Object.entries(plan.input).filter(([name]) => !lost.has(name));
    const earlier = row.state === 'unknown' ? row.job : undefined;
    if (earlier !== undefined) ledger.remove(earlier.id);
    putRebuilt(ledger, {
      ...{ id: undefined, state: 'unknown', askedHash: row.key, requestId: undefined },
      ...{ model: plan.model.name, endpoint: plan.model.endpoint, via: earlier?.via ?? via },
      ...{ prompt: plan.prompt, seed: plan.seed, charged: 'maybe', output: plan.output },
      ...{ estimatedUsd: row.costGrade === 'unknown' ? undefined : row.usd, costGrade: row.costGrade },
      ...{ unitPriceUsd: undefined, billedUnits: undefined, billedUsd: undefined },
      ...{ queuedMs: undefined, inferenceMs: undefined, images: [], input: Object.fromEntries(known) },
      intentAt: Math.min(since, earlier?.intentAt ?? since),
      endedAt: context.now(),
      error: { kind: 'unknown', message: 'the ledger of the run that may have sent it was lost' },
    });
  }
  return doubted;
}
