import { toInput } from '../../models/wire.js';
import type { Context } from '../../context.js';
import { type FalEditError, problemsError, usageError } from '../../errors/error.js';
import { extensionOf } from '../../images/received.js';
import { type OutputSpec } from '../../ledger/job.js';
import { explainIssues } from '../../models/explain.js';
import type { BillableWork, Model } from '../../models/model.js';
import {
  flagOf,
  SIZE_PRESETS,
  type Dimensions,
  type EditRequest,
  type NameOf,
  type PictureSettings,
} from '../../models/request.js';
import { refuseUnsupported, refuseWrongCount } from '../../models/unsupported.js';
import {
  readAttachment,
  readAttachments,
  spelledInput,
  type Attachment,
  type AttachmentReader,
} from './attachments.js';
import { givenOf, type Given } from './fingerprint.js';
import { checkFree, formatOfOutput, readOutput } from './output.js';

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
  refuseWrongCount(model, request.images, nameOf('images'));
  const chosen = await readOutput(order.output, outputFolder, nameOf('output'));
  const format = formatOfOutput(chosen, model, request.format, nameOf);
  const input = await spelledInput(model, toInput(model, { ...request, format }), context.cwd);
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
  const attachments = await readAttachments(model, input, context, nameOf, cache.read);
  const pictures = picturesOf(model, attachments);
  const output: OutputSpec = {
    ...chosen,
    ...{ name: pictures[0]?.name ?? 'picture', seed: request.seed, model: model.name },
    ext: extensionOf(format ?? model.defaultFormat),
    ...{ count: numImages, force, keepBlanked },
  };
  const nameTaken = await checkFree(output, nameOf('output'), cache.writable);
  return {
    model,
    prompt: request.prompt,
    seed: request.seed,
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
    warnings: attachments.flatMap((attachment) => attachment.warnings),
  };
}

/** The pictures to edit, without those that only guide the edit. */
function picturesOf(model: Model, attachments: readonly Attachment[]): Attachment[] {
  const fields = model.fields.images ?? [];
  return attachments.filter(({ path: [field] }) => fields.includes(String(field)));
}

function dimensionsOf(size: EditRequest['size']): Dimensions | undefined {
  return typeof size === 'string' ? SIZE_PRESETS[size] : size;
}
