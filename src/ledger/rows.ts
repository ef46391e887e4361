import path from 'node:path';
import type { ProcessId } from '../context.js';
import type { Charged } from '../errors/error.js';
import type { Database, Value } from './database.js';
import type {
  CostGrade,
  EndReason,
  Job,
  JobError,
  JobImage,
  JobState,
  StoredOutput,
  UploadedFile,
} from './job.js';
import type { Secrets } from '../secrets.js';

/** Columns whose texts are ours, or paths that must stay usable. All others are redacted before they are stored. */
export const UNREDACTED: readonly string[] = [
  ...['id', 'state', 'model', 'endpoint', 'via', 'account', 'charged', 'cost_grade', 'duplicate_of', 'owner'],
  ...['asked_hash', 'input_hash', 'schema_hash', 'delivery'],
];

/** Columns of the table `jobs` as stored: objects as JSON, without secrets. */
export function storedColumns(
  columns: Readonly<Record<string, unknown>>,
  secrets: Secrets,
): Record<string, Value> {
  const stored = Object.entries(columns).map(([name, value]) => {
    const safe = UNREDACTED.includes(name) ? value : secrets.redactIn(value);
    const plain = typeof safe === 'string' || typeof safe === 'number' ? safe : undefined;
    return [name, safe === undefined || safe === null ? null : (plain ?? JSON.stringify(safe))] as const;
  });
  return Object.fromEntries(stored);
}

/**
 * Rows and jobs are compared by this text, even with texts stored by earlier releases: names and order must not
 * change.
 */
export function storedOutput(output: StoredOutput): StoredOutput {
  const { cwd, template, numberWhenTaken, name, ext, count, force, keepBlanked, finish } = output;
  const stored = { cwd, template, numberWhenTaken, name, ext, count, force, keepBlanked };
  return finish === undefined ? stored : { ...stored, finish };
}

/** A row of the table `jobs`, as returned by SQLite. */
export interface JobRow {
  seq: number;
  id: string;
  state: string;
  model: string;
  endpoint: string;
  via: string;
  account?: string | null;
  request_id: string | null;
  prompt: string;
  seed: number;
  detached: number;
  duplicate_of: string | null;
  estimated_usd: number | null;
  cost_grade: CostGrade | null;
  unit_price_usd: number | null;
  schema_hash?: string | null;
  billed_units: number | null;
  billed_usd: number | null;
  charged: string;
  owner: string | null;
  planned_at: number;
  intent_at: number | null;
  accepted_at: number | null;
  completed_at: number | null;
  ended_at: number | null;
  cancel_requested_at: number | null;
  queued_ms: number | null;
  inference_ms: number | null;
  sent_fal_at?: number | null;
  missed_fal_at?: number | null;
  reason?: string | null;
  asked_hash?: string | null;
  input_hash?: string | null;
  input?: string | null;
  uploads?: string | null;
  delivery?: string | null;
  result?: string | null;
  error?: string | null;
}

/** A row of the table `images`. */
export interface ImageRow {
  position: number;
  target: string | null;
  path: string | null;
  width: number | null;
  height: number | null;
  content_type: string | null;
  bytes: number | null;
  sha256: string | null;
  field?: string | null;
  received_sha256?: string | null;
  warnings?: string | null;
}

/** Builds a job from its rows. Only this module writes these columns. */
export function jobOf(row: JobRow, images: readonly ImageRow[], root: string | undefined): Job {
  const output = json<StoredOutput>(row.delivery);
  return {
    seq: row.seq,
    id: row.id,
    state: row.state as JobState,
    model: row.model,
    endpoint: row.endpoint,
    via: row.via,
    account: row.account ?? undefined,
    requestId: row.request_id ?? undefined,
    prompt: row.prompt,
    seed: row.seed,
    detached: row.detached === 1,
    duplicateOf: row.duplicate_of ?? undefined,
    estimatedUsd: row.estimated_usd ?? undefined,
    costGrade: row.cost_grade ?? undefined,
    unitPriceUsd: row.unit_price_usd ?? undefined,
    schemaHash: row.schema_hash ?? undefined,
    billedUnits: row.billed_units ?? undefined,
    billedUsd: row.billed_usd ?? undefined,
    charged: row.charged as Charged,
    owner: json<ProcessId>(row.owner),
    plannedAt: row.planned_at,
    intentAt: row.intent_at ?? undefined,
    acceptedAt: row.accepted_at ?? undefined,
    completedAt: row.completed_at ?? undefined,
    endedAt: row.ended_at ?? undefined,
    cancelRequestedAt: row.cancel_requested_at ?? undefined,
    queuedMs: row.queued_ms ?? undefined,
    inferenceMs: row.inference_ms ?? undefined,
    sentFalAt: row.sent_fal_at ?? undefined,
    missedFalAt: row.missed_fal_at ?? undefined,
    askedHash: row.asked_hash ?? undefined,
    inputHash: row.input_hash ?? undefined,
    input: json<Record<string, unknown>>(row.input),
    uploads: json<UploadedFile[]>(row.uploads) ?? [],
    output:
      output === undefined
        ? undefined
        : {
            ...{ ...output, kind: 'files', seed: row.seed, model: row.model },
            cwd: foundPath(output.cwd, root),
          },
    result: json(row.result),
    error: json<JobError>(row.error),
    reason: (row.reason ?? undefined) as EndReason | undefined,
    images: images.map((image) => imageOf(image, root)),
  };
}

function imageOf(row: ImageRow, root: string | undefined): JobImage {
  const found = (kept: string | null): string | undefined =>
    kept === null ? undefined : foundPath(kept, root);
  return {
    index: row.position,
    field: row.field ?? undefined,
    target: found(row.target),
    path: found(row.path),
    width: row.width ?? undefined,
    height: row.height ?? undefined,
    contentType: row.content_type ?? undefined,
    bytes: row.bytes ?? undefined,
    sha256: row.sha256 ?? undefined,
    receivedSha256: row.received_sha256 ?? undefined,
    warnings: json<string[]>(row.warnings),
  };
}

/** JSON that this module wrote itself. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- it names what was written
function json<T = unknown>(text: string | null | undefined): T | undefined {
  return text == null ? undefined : (JSON.parse(text) as T);
}

/** The pictures of a ledger's jobs: their planned and actual paths. All paths are absolute. */
export class ImageRows {
  constructor(
    private readonly db: Database,
    /** See {@link ./ledger.ts}. */
    private readonly root: string | undefined,
  ) {}

  /** Planned paths of a job's pictures; undefined for one that is not saved as a file. */
  targetsOf(job: string): (string | undefined)[] {
    const rows = this.db.rows('SELECT target FROM images WHERE job_id = ? ORDER BY position', job);
    return (rows as { target: string | null }[]).map(({ target }) =>
      target === null ? undefined : foundPath(target, this.root),
    );
  }

  /** Chooses a picture's path, unless one is recorded: the picture may already be saved there. */
  choose(job: string, index: number, target: string | undefined, field?: string): void {
    const sql = `INSERT INTO images (job_id, position, target, field) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`;
    this.db.run(sql, job, index, this.kept(target), field ?? null);
  }

  /** Gives up a file that is not saved: nobody will fetch it. */
  giveUp(job: string, index: number): void {
    this.db.run(
      'UPDATE images SET target = NULL WHERE job_id = ? AND position = ? AND path IS NULL',
      ...[job, index],
    );
  }

  /** Whether another job has chosen this name for a picture that it will still save. */
  isPromised(target: string, except: string): boolean {
    const sql = `SELECT 1 FROM images JOIN jobs ON jobs.id = images.job_id
      WHERE target = ? AND path IS NULL AND job_id <> ? AND state NOT IN ('saved', 'failed', 'cancelled') LIMIT 1`;
    return this.db.row(sql, this.kept(target), except) !== undefined;
  }

  /** Replaces a chosen name, unless it has changed meanwhile. */
  rename(job: string, index: number, from: string, to: string): void {
    this.db.run(
      'UPDATE images SET target = ? WHERE job_id = ? AND position = ? AND target = ?',
      ...[this.kept(to), job, index, this.kept(from)],
    );
  }

  /** Records that a picture is saved. */
  put(job: string, { index, path, ...facts }: Omit<JobImage, 'target'>): void {
    const { width, height, contentType, bytes, sha256, receivedSha256, field } = facts;
    const { warnings = [] } = facts;
    const text = warnings.length === 0 ? undefined : JSON.stringify(warnings);
    const values = [width, height, contentType, bytes, sha256, receivedSha256, text, field].map(
      (value) => value ?? null,
    );
    this.db.run(
      `INSERT INTO images
         (job_id, position, target, path, width, height, content_type, bytes, sha256, received_sha256, warnings, field)
       VALUES (?1, ?2, ?3, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
       ON CONFLICT DO UPDATE SET path = excluded.path, width = excluded.width, height = excluded.height,
         content_type = excluded.content_type, bytes = excluded.bytes, sha256 = excluded.sha256,
         received_sha256 = excluded.received_sha256, warnings = excluded.warnings`,
      ...[job, index, this.kept(path), ...values],
    );
  }

  /** Records the file that a picture is about to become, unless it is saved. */
  announce(job: string, index: number, sha256: string, receivedSha256: string): void {
    this.db.run(
      `UPDATE images SET sha256 = ?, received_sha256 = ? WHERE job_id = ? AND position = ? AND path IS NULL`,
      ...[sha256, receivedSha256, job, index],
    );
  }

  /** Whether any picture to be saved as a file is not saved yet. */
  isAnyMissing(job: string): boolean {
    const sql = 'SELECT 1 FROM images WHERE job_id = ? AND target IS NOT NULL AND path IS NULL LIMIT 1';
    return this.db.row(sql, job) !== undefined;
  }

  private kept(file: string | undefined): string | null {
    return file === undefined ? null : keptPath(file, this.root);
  }
}

/**
 * Path as stored in a ledger. A ledger in a folder of results stores paths inside that folder relative to it, so that
 * the folder can be moved, copied to another machine, or committed to git.
 *
 * @param file absolute
 * @param root folder of the results, absolute; undefined for a ledger that belongs to the machine
 */
export function keptPath(file: string, root: string | undefined): string {
  if (root === undefined) return file;
  const relative = path.relative(root, file);
  if (relative === '') return '.';
  const isInside = relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
  return isInside ? relative.replaceAll(path.sep, '/') : file;
}

/** Absolute path of a stored one. */
export function foundPath(kept: string, root: string | undefined): string {
  return root === undefined ? kept : path.resolve(root, kept);
}
