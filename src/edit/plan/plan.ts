import { stat } from 'node:fs/promises';
import path from 'node:path';
import { toInput } from '../../models/wire.js';
import type { Context } from '../../context.js';
import { type FalEditError, fieldError, problemsError, usageError } from '../../errors/error.js';
import type { UploadOptions } from '../../images/prepare.js';
import { inQuotes } from '../../images/names.js';
import { extensionOf } from '../../images/received.js';
import { type OutputSpec } from '../../ledger/job.js';
import { explainIssues } from '../../models/explain.js';
import { filesOf } from '../../models/fields.js';
import type { BillableWork, Model } from '../../models/model.js';
import {
  flagOf,
  SIZE_PRESETS,
  type Dimensions,
  type EditRequest,
  type FinishSettings,
  type NameOf,
  type OutputFormat,
  type PictureSettings,
  type SizePreset,
  type UploadSettings,
} from '../../models/request.js';
import { refuseUnsupported, refuseWrongCount } from '../../models/unsupported.js';
import {
  notesOf,
  readAttachment,
  readAttachments,
  spelledInput,
  type Attachment,
  type AttachmentReader,
} from './attachments.js';
import { givenOf, type Given } from './fingerprint.js';
import { checkFree, formatInName, formatOfOutput, readOutput } from './output.js';

/** An edit as the user requested it. */
export interface EditOrder {
  model: Model;
  request: EditRequest;
  /** As `-o`: a file, a folder/, a template or `-`; absent for the default name. */
  output: string | undefined;
  force: boolean;
  /** Save pictures that the safety checker blanked. */
  keepBlanked: boolean;
  /** How local pictures are uploaded, and what results take over from them; the defaults if absent. */
  pictures?: PictureSettings;
  /** Whether the seed was chosen by us, not by the user. */
  seedIsOurs: boolean;
  /** Send more pictures than fal is known to use. */
  allowMany?: boolean;
  /** Name of a setting in messages, if that is not its flag. */
  nameOf?: NameOf;
  /** Absolute folder that a relative output starts at; the working directory if absent. */
  outputFolder?: string;
}

/** Cache that the plans of many edits share, so that each file is read once. */
export interface PlanCache {
  read: AttachmentReader;
  /** Folders known to be writable, absolute. */
  writable: Set<string>;
}

/** A planned edit: everything that needs no network is decided and checked. */
export interface EditPlan {
  model: Model;
  prompt: string;
  seed: number;
  /** fal's input, with files still as the user named them. */
  input: Record<string, unknown>;
  attachments: Attachment[];
  /** The values that the user gave, which identify the edit. */
  given: Given;
  output: OutputSpec;
  /** Name of the output setting in messages. */
  outputSetting: string;
  /** Why the pictures cannot have their names. Ignored when an edit is continued, since the files may be its own. */
  nameTaken: FalEditError | undefined;
  seedIsOurs: boolean;
  numImages: number;
  work: BillableWork;
  warnings: string[];
  /** Changes to the pictures for their upload, one line each. */
  notes: string[];
  /** Those of the notes that are about fields, not about the pictures. */
  fieldNotes: string[];
}

/**
 * Decides and checks everything about an edit that can be checked here: the flags against the model, the files, the
 * names of the results. Sends nothing.
 *
 * @throws FalEditError (usage, input)
 */
export async function planEdit(
  order: EditOrder,
  context: Pick<Context, 'cwd' | 'stdin' | 'signal'>,
  cache: PlanCache = { read: readAttachment, writable: new Set() },
): Promise<EditPlan> {
  const { model, request, force, keepBlanked, seedIsOurs, nameOf = flagOf } = order;
  const { outputFolder = context.cwd, pictures: settings = {} } = order;
  refuseUnsupported(model, request, nameOf);
  refuseWrongCount(model, request.images, nameOf('images'), {
    allowMany: order.allowMany,
    others: pictureCount(model, request),
  });
  await refuseStrayFiles(model, request, context.cwd, nameOf);
  const chosen = await readOutput(order.output, outputFolder, nameOf('output'));
  const given = formatOfOutput(chosen, model, request.format, nameOf);
  const format = settings.alpha === 'keep' ? transparentFormat(model, given, nameOf) : given;
  const { files = [] } = request;
  const input = await spelledInput(model, toInput(model, { ...request, format }), context.cwd, files);
  const issues = model.input.safeParse(input).error?.issues ?? [];
  if (issues.length > 0) {
    throw problemsError('usage', explainIssues(model, input, issues, nameOf));
  }
  const numImages = request.numImages ?? 1;
  if (chosen.kind === 'stream' && numImages > 1) {
    throw usageError(
      `${nameOf('output')} -: stdout takes one picture, but ${nameOf('numImages')} asks for several.`,
    );
  }
  const attachments = await readAttachments(
    ...[model, input, context, nameOf, cache.read],
    uploadOptions(model, request, settings),
    files,
  );
  const seed = request.seed ?? 0;
  const pictures = picturesOf(model, attachments);
  const output: OutputSpec = {
    ...chosen,
    ...{ name: (pictures[0] ?? attachments[0])?.name ?? 'picture', seed, model: model.name },
    // A picture in another format than its name says gets a warning.
    ext: extensionOf(format ?? formatInName(chosen) ?? model.defaultFormat),
    ...{ count: numImages, force, keepBlanked },
    ...finishOf(settings, pictures[0]),
  };
  const nameTaken = await checkFree(output, nameOf('output'), cache.writable);
  const facts = fieldNotes(model, request, input);
  return {
    model,
    prompt: request.prompt ?? '',
    seed,
    input,
    attachments,
    given: givenOf(model, request, attachments, { seedIsOurs, pictures: settings }),
    output,
    outputSetting: nameOf('output'),
    nameTaken,
    seedIsOurs,
    numImages,
    work: {
      inputs: pictures.map(({ size }) => size),
      output: dimensionsOf(request.size),
      numImages,
      input,
    },
    warnings: [
      ...attachments.flatMap((attachment) => attachment.warnings),
      ...unreachable(settings, pictures[0], nameOf),
    ],
    notes: [...notesOf(attachments), ...facts],
    fieldNotes: facts,
  };
}

/** Facts about the fields that are sent which no schema can hold: they are said, not refused. */
function fieldNotes(model: Model, request: EditRequest, input: Record<string, unknown>): string[] {
  const safety = model.fields.safetyChecker?.[0];
  return [
    ...(model.notesFor?.(input) ?? []),
    ...(request.safetyChecker === false && safety !== undefined
      ? [`${safety}: fal may ignore it for an account that is not authorized to turn the checker off.`]
      : []),
    ...(model.fields.seed === undefined
      ? [`${model.name} takes no seed: the same edit cannot be repeated exactly.`]
      : []),
  ];
}

/** Pictures in other fields than the main one. A file that the user named for a field may be one. */
function pictureCount(model: Model, { set, files = [] }: EditRequest): number {
  const found = filesOf(model.input, set ?? {}, files);
  return found.filter(({ role }) => role === 'picture' || role === 'file').length;
}

/** A text of `--set` that is a file by its form. */
const LIKE_A_FILE = /[\\/]|\.(png|jpe?g|webp|gif|tiff?|bmp|avif|heic|svg|safetensors|zip)$/i;

/**
 * Refuses a file in a field that takes no picture by its schema: only its name would be sent.
 *
 * @throws FalEditError (usage)
 */
async function refuseStrayFiles(
  { input, name }: Model,
  { set = {}, files = [] }: EditRequest,
  cwd: string,
  nameOf: NameOf,
): Promise<void> {
  const known = new Set(filesOf(input, set, files).map(({ path }) => path.join('.')));
  for (const { path: at, text } of textsIn(set)) {
    if (known.has(at.join('.')) || !LIKE_A_FILE.test(text) || /^[a-z][a-z0-9+.-]+:/i.test(text)) continue;
    const found = await stat(path.resolve(cwd, text)).catch(() => undefined);
    if (found?.isFile() !== true) continue;
    throw fieldError(
      `${nameOf('set')} ${at.join('.')}`,
      `${inQuotes(text)} is a file, but ${name} does not take a picture here.`,
      `To upload the file anyway: --file ${at.join('.')}=${text}`,
    );
  }
}

/** All texts of a value with their paths. */
function textsIn(value: unknown, at: readonly string[] = []): { path: readonly string[]; text: string }[] {
  if (typeof value === 'string') return [{ path: at, text: value }];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => textsIn(inner, [...at, key]));
}

/** Sides of fal's smallest size preset: smaller pictures are enlarged to it where a model names no minimum. */
const SMALL: Dimensions = SIZE_PRESETS.square;

/** How the pictures are prepared. Only what differs from the defaults is in it, since it is stored with the rows. */
function uploadOptions(
  { minInput }: Model,
  { size }: EditRequest,
  { background, uploadAsIs, maxUpload, upscaleInput }: UploadSettings,
): UploadOptions {
  const minimum = minInput ?? (upscaleInput === true ? SMALL : undefined);
  const atLeast = maxUpload === undefined ? undefined : dimensionsOf(size);
  return {
    ...(background === undefined ? {} : { background }),
    ...(uploadAsIs === true ? { asIs: true } : {}),
    ...(maxUpload === undefined ? {} : { maxPixels: maxUpload }),
    ...(atLeast === undefined ? {} : { atLeast }),
    ...(minimum === undefined ? {} : { minimum }),
    ...(upscaleInput === true ? { upscale: true } : {}),
  };
}

/**
 * A format that can be transparent, requested if the model's own cannot.
 *
 * @throws FalEditError (usage): another one is asked for, or the model makes none
 */
function transparentFormat(
  { name, formats, defaultFormat }: Model,
  given: OutputFormat | undefined,
  nameOf: NameOf,
): OutputFormat | undefined {
  if (given !== 'jpeg' && (given ?? defaultFormat) !== 'jpeg') return given;
  const other = formats.find((format) => format !== 'jpeg');
  if (given === undefined && other !== undefined) return other;
  throw fieldError(
    nameOf('alpha'),
    'must be none for a JPEG, which cannot be transparent.',
    other === undefined ? `${name} makes only JPEG.` : `Ask for ${other}: --format ${other}`,
  );
}

/** Changes to the results, if there are any. */
function finishOf(
  { alpha, icc, metadata }: FinishSettings,
  input: Attachment | undefined,
): Pick<OutputSpec, 'finish'> {
  const source = input?.source;
  const isWanted = alpha === 'keep' || icc === 'keep' || metadata === 'keep' || metadata === 'all';
  if (source === undefined || !isWanted) return {};
  return {
    finish: {
      source,
      ...(alpha === 'keep' ? { alpha: true } : {}),
      ...(icc === 'keep' ? { icc: true } : {}),
      ...(metadata === 'keep' || metadata === 'all' ? { metadata } : {}),
    },
  };
}

/** Warning that fal reads the picture itself, so that nothing of it can be put back. */
function unreachable(settings: FinishSettings, input: Attachment | undefined, nameOf: NameOf): string[] {
  if (input === undefined || input.source !== undefined) return [];
  const keys = (['alpha', 'icc', 'metadata'] as const).filter(
    (key) => settings[key] !== undefined && settings[key] !== 'none',
  );
  return keys.map((key) => `${nameOf(key)} has no effect: the picture is at a URL, which fal reads itself.`);
}

/** The pictures to edit, without those that only guide the edit. */
function picturesOf(model: Model, attachments: readonly Attachment[]): Attachment[] {
  const fields = model.fields.images ?? [];
  return attachments.filter(({ path: [field] }) => fields.includes(String(field)));
}

function dimensionsOf(size: EditRequest['size']): Dimensions | undefined {
  if (typeof size !== 'string') return size;
  return Object.hasOwn(SIZE_PRESETS, size) ? SIZE_PRESETS[size as SizePreset] : undefined;
}
