import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Attachment } from '../../edit/plan/attachments.js';
import type { EditPlan } from '../../edit/plan/plan.js';
import type { Context } from '../../context.js';
import type { OutputSpec, StoredOutput } from '../../ledger/job.js';
import { storedOutput } from '../../ledger/rows.js';
import { findFileFields, valueAt, type FileField } from '../../models/fields.js';
import type { BillableWork, Model } from '../../models/model.js';
import type { Dimensions } from '../../models/request.js';
import { chosenSeed } from '../../models/chosen-seed.js';
import { findModel, modelOfJob } from '../../models/registry.js';
import { bytesAgain, originalAgain } from './attachment-cache.js';
import { seedOf } from '../../edit/plan/fingerprint.js';

type StoredAttachment = Omit<Attachment, 'upload' | 'original' | 'findEarlierUpload' | 'checked'> & {
  upload?: Omit<NonNullable<Attachment['upload']>, 'blob'>;
};

/** A planned row as stored until it is sent. Contains only JSON values. */
export interface PlannedRow {
  /** The model's short name. */
  model: string;
  prompt: string;
  seed: number;
  /** Whether we chose the seed, since the row has none. */
  seedIsOurs: boolean;
  /** fal's input, with files as the row names them. */
  input: Record<string, unknown>;
  attachments: StoredAttachment[];
  /** Absent in rows stored by releases that did not record it. */
  given?: EditPlan['given'];
  /** Without its folder, which is always the current out-dir. */
  delivery: StoredOutput;
  numImages: number;
  /** Sizes of the pictures to edit; null for those that are not local. */
  inputSizes: (Dimensions | null)[];
  outputSize: Dimensions | null;
  /** The pictures to edit: paths relative to the out-dir, absolute paths, or URLs. */
  inputs: string[];
  warnings: string[];
  /** Notes about its fields; absent if there are none. */
  fieldNotes?: string[];
  /** Absolute folder that relative paths in the row start from. */
  folder: string;
  /** Only for a model made from a schema: its endpoint, and the hash of the schema. */
  endpoint?: string;
  schemaHash?: string;
  /** Fields that reports name, for when the schema is gone. */
  fields?: Pick<Model['fields'], 'images' | 'prompt' | 'seed'>;
}

/** The model of a row, also if its schema is not here any more. */
export function modelOfRow({ model, endpoint, schemaHash, fields }: PlannedRow): Model {
  return endpoint === undefined ? findModel(model) : modelOfJob({ endpoint, schemaHash }, fields);
}

/** Converts a plan to its stored form. @param outDir absolute */
export function storedPlan(plan: EditPlan, folder: string, outDir: string): PlannedRow {
  const { model, prompt, seed, seedIsOurs, input, numImages, work, warnings } = plan;
  return {
    model: model.name,
    prompt,
    seed,
    seedIsOurs,
    input,
    attachments: plan.attachments.map(storedAttachment),
    given: plan.given,
    delivery: { ...storedOutput(plan.output), cwd: '' },
    numImages,
    inputSizes: work.inputs.map((size) => size ?? null),
    outputSize: work.output ?? null,
    inputs: edited(plan).flatMap((field) => pathForReport(field.value, folder, outDir) ?? []),
    warnings,
    ...(plan.fieldNotes.length === 0 ? {} : { fieldNotes: plan.fieldNotes }),
    folder,
    ...schemaOf(model),
  };
}

function schemaOf({
  endpoint,
  schema,
  fields,
}: Model): Pick<PlannedRow, 'endpoint' | 'schemaHash' | 'fields'> {
  if (schema === undefined) return {};
  const { images, prompt, seed } = fields;
  return {
    endpoint,
    schemaHash: schema.hash,
    fields: {
      ...(images === undefined ? {} : { images }),
      ...(prompt === undefined ? {} : { prompt }),
      ...(seed === undefined ? {} : { seed }),
    },
  };
}

/**
 * Restores the plan of a row, ready to run.
 *
 * @param key the row's identity, from which unspecified seeds are derived
 * @param attempt from 1
 * @param outDir absolute
 */
export function revivedPlan(
  row: PlannedRow,
  key: string,
  attempt: number,
  outDir: string,
  context: Pick<Context, 'stdin' | 'signal'>,
): EditPlan {
  const model = modelOfRow(row);
  const own = seedOf(key, attempt);
  const seed = row.seedIsOurs ? (chosenSeed(model, own) ?? own) : row.seed;
  const [seedField] = model.fields.seed ?? [];
  const input = { ...row.input, ...(seedField === undefined ? {} : { [seedField]: seed }) };
  return {
    model,
    prompt: row.prompt,
    seed,
    input,
    attachments: row.attachments.map((attachment) =>
      revivedAttachment(attachment, row, { ...context, cwd: row.folder }),
    ),
    given: row.given ?? {},
    output: outputOf(row, { seed, model: model.name }, outDir),
    outputSetting: 'output',
    nameTaken: undefined,
    seedIsOurs: row.seedIsOurs,
    numImages: row.numImages,
    work: workOf({ ...row, input }),
    warnings: row.warnings,
    notes: [],
    fieldNotes: row.fieldNotes ?? [],
  };
}

/** The work that fal bills for a row. */
export function workOf({ inputSizes, outputSize, numImages, input }: PlannedRow): BillableWork {
  return {
    inputs: inputSizes.map((size) => size ?? undefined),
    output: outputSize ?? undefined,
    ...{ numImages, input },
  };
}

/** Output of a row's pictures. @param outDir absolute */
export function outputOf(
  { delivery }: PlannedRow,
  { seed, model }: Pick<OutputSpec, 'seed' | 'model'>,
  outDir: string,
): OutputSpec {
  return { ...delivery, kind: 'files', cwd: outDir, seed, model };
}

function storedAttachment({ upload, ...facts }: Attachment): StoredAttachment {
  // Functions are no JSON values.
  const rest = { ...facts, original: undefined, findEarlierUpload: undefined, checked: undefined };
  if (upload === undefined) return rest;
  const { sha256, contentType, fileName, bytes } = upload;
  return { ...rest, upload: { sha256, contentType, fileName, bytes } };
}

function revivedAttachment(
  { upload, ...rest }: StoredAttachment,
  row: PlannedRow,
  context: Pick<Context, 'cwd' | 'stdin' | 'signal'>,
): Attachment {
  const { input } = row;
  const attachment = { ...rest, size: rest.size, converted: rest.converted, upload: undefined };
  const field =
    rest.role === 'file'
      ? { path: rest.path, role: rest.role, value: String(valueAt(input, rest.path)) }
      : findFileFields(modelOfRow(row).input, input).find(
          ({ path: at }) => at.join('.') === rest.path.join('.'),
        );
  if (upload === undefined || field === undefined) return attachment;
  return {
    ...attachment,
    upload: { ...upload, blob: () => bytesAgain(field, rest.flag, context, upload.sha256, rest.prepared) },
    ...(field.role === 'picture'
      ? { original: () => originalAgain(field, rest.flag, context, rest.source) }
      : {}),
  };
}

/** The pictures to edit, as opposed to those that only guide the edit. */
function edited({ model, input }: EditPlan): FileField[] {
  const fields = model.fields.images ?? [];
  return findFileFields(model.input, input).filter(({ path: [field] }) => fields.includes(String(field)));
}

/** A picture's path for reports; undefined if it has neither path nor URL. */
function pathForReport(value: string, folder: string, outDir: string): string | undefined {
  if (/^https?:/i.test(value)) return value;
  if (/^data:/i.test(value)) return undefined;
  const file = /^file:/i.test(value) ? fileURLToPath(value) : path.resolve(folder, value);
  return path.relative(outDir, file).replaceAll(path.sep, '/');
}
