import type { FalEditError } from '../errors/error.js';
import {
  sentSeed,
  type CostGrade,
  type Job,
  type JobImage,
  type JobState,
  type UploadedFile,
} from '../ledger/job.js';
import { isSandbox } from '../ledger/spending.js';
import type { Estimate } from './plan/estimate.js';
import type { EditPlan } from './plan/plan.js';

/** One picture of an edit, or another file that fal returned with it. */
export interface EditedImage {
  /** Absolute path; "-" where the bytes went to a stream; null where the picture was not kept. */
  path: string | null;
  /** Name of the output that it belongs to, in fal's answer; null for the main one. */
  field: string | null;
  /** Null, as the height, for a file that is no picture of pixels: an SVG drawing, a zip archive. */
  width: number | null;
  height: number | null;
  contentType: string | null;
  /** Size of the file in bytes. */
  bytes: number | null;
  /** SHA-256 of the file, hexadecimal. */
  sha256: string | null;
  /** SHA-256 of the bytes that fal returned; differs if the picture was changed before it was saved. */
  receivedSha256: string | null;
  /** True: the safety checker blanked it. Null: fal did not say. */
  nsfw: boolean | null;
}

/** Everything known about one edit, also one that failed midway. */
export interface EditRecord {
  /** Our own id for it, in the ledger; null until it is there. */
  job: string | null;
  /** How far it has come; null until it is in the ledger. */
  state: JobState | null;
  /** Run on the sandbox: nothing was charged, whatever the figures say. */
  sandbox: boolean;
  model: string;
  endpoint: string;
  requestId: string | null;
  prompt: string;
  /** Null for a model that takes none. */
  seed: number | null;
  /** fal's input as sent; before the upload, with the files as the user named them. */
  input: Record<string, unknown>;
  /** Files of this machine that the input names by their URLs. */
  uploads: UploadedFile[];
  images: EditedImage[];
  cost: {
    /** Dollars; null if unknown. */
    estimatedUsd: number | null;
    /** Where the estimate comes from; null before there is one. */
    grade: CostGrade | null;
    /** Why the cost cannot be calculated, in words; null if it can. */
    unknown: string | null;
    /** In the model's unit, from fal's answer. */
    billedUnits: number | null;
    unitPriceUsd: number | null;
    /** Dollars. */
    billedUsd: number | null;
  };
  /** Milliseconds. */
  timings: {
    /** From the acceptance until a runner started it. */
    queuedMs: number | null;
    /** On fal's clock. */
    inferenceMs: number | null;
    totalMs: number | null;
  };
  warnings: string[];
  /** Changes to the pictures for their upload, and remarks on the saved files, one line each. */
  notes: string[];
}

/** How an edit ended, and everything that is known of it. */
export interface EditOutcome {
  record: EditRecord;
  /** Undefined where its pictures are saved, or where it was only to be submitted and is. */
  error: FalEditError | undefined;
}

/** A record of an edit that has not started yet. */
export function recordOf(plan: EditPlan): EditRecord {
  return {
    job: null,
    state: null,
    sandbox: false,
    model: plan.model.name,
    endpoint: plan.model.endpoint,
    requestId: null,
    prompt: plan.prompt,
    seed: plan.model.fields.seed === undefined ? null : plan.seed,
    input: plan.input,
    uploads: [],
    images: [],
    cost: {
      ...{ estimatedUsd: null, grade: null, unknown: null },
      ...{ billedUnits: null, unitPriceUsd: null, billedUsd: null },
    },
    timings: { queuedMs: null, inferenceMs: null, totalMs: null },
    warnings: [...plan.warnings],
    notes: [...plan.notes],
  };
}

/** The part of a record's costs that is known before the edit. */
export function estimated({
  usd,
  grade,
  unknown,
  unitUsd,
}: Estimate): Pick<EditRecord['cost'], 'estimatedUsd' | 'grade' | 'unknown' | 'unitPriceUsd'> {
  return { estimatedUsd: usd ?? null, grade, unknown: unknown ?? null, unitPriceUsd: unitUsd ?? null };
}

/** Where the estimated cost of a job comes from; null if there was no estimate. */
export function gradeOf({
  costGrade,
  estimatedUsd,
}: Pick<Job, 'costGrade' | 'estimatedUsd'>): CostGrade | null {
  return costGrade ?? (estimatedUsd === undefined ? null : 'calculated');
}

/** The record of an edit that the ledger knows. */
export function recordOfJob(job: Job): EditRecord {
  return {
    job: job.id,
    state: job.state,
    sandbox: isSandbox(job.via),
    model: job.model,
    endpoint: job.endpoint,
    requestId: job.requestId ?? null,
    prompt: job.prompt,
    seed: sentSeed(job),
    input: job.input ?? {},
    uploads: job.uploads,
    images: [],
    cost: {
      estimatedUsd: job.estimatedUsd ?? null,
      grade: gradeOf(job),
      unknown: null,
      billedUnits: job.billedUnits ?? null,
      unitPriceUsd: job.unitPriceUsd ?? null,
      billedUsd: job.billedUsd ?? null,
    },
    timings: { queuedMs: job.queuedMs ?? null, inferenceMs: job.inferenceMs ?? null, totalMs: null },
    warnings: [],
    notes: [],
  };
}

/** The pictures of a job that are files, as the ledger has them. */
export function keptPictures({ images }: Pick<Job, 'images'>): EditedImage[] {
  return images.map(keptPicture);
}

export function keptPicture(image: JobImage): EditedImage {
  return {
    path: image.path ?? null,
    field: image.field ?? null,
    width: image.width ?? null,
    height: image.height ?? null,
    contentType: image.contentType ?? null,
    bytes: image.bytes ?? null,
    sha256: image.sha256 ?? null,
    receivedSha256: image.receivedSha256 ?? null,
    nsfw: null,
  };
}
