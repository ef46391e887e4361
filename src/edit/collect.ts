import { createHash } from 'node:crypto';
import type { Context } from '../context.js';
import { codeOf, FalEditError, messageOf } from '../errors.js';
import type { Connection } from '../fal/connection.js';
import { download } from '../fal/download.js';
import { checkReceived } from '../images/received.js';
import type { Probe } from '../images/probe.js';
import type { EditOutput, OutputImage } from '../models/model.js';
import type { OnEvent } from './events.js';
import type { EditPlan } from './plan.js';
import type { EditedImage, EditRecord } from './record.js';
import { saveWhole } from './save.js';

export interface CollectOptions {
  context: Context;
  connection: Connection;
  signal: AbortSignal;
  keepBlanked: boolean;
  write?: (bytes: Uint8Array) => Promise<void>;
  onEvent: OnEvent;
}

/**
 * Brings the pictures of a finished edit home. Every good one is saved, whatever happens to the others; then
 * what went wrong is thrown.
 *
 * @throws FalEditError: moderated where one came back blanked, temporary where one could not be fetched,
 * failed where one could not be written
 */
export async function collectPictures(
  plan: EditPlan,
  record: EditRecord,
  { images }: EditOutput,
  options: CollectOptions,
): Promise<void> {
  const { keepBlanked, onEvent } = options;
  const wanted = images.filter((image) => image.nsfw !== true || keepBlanked);
  if (wanted.length > 0) onEvent({ type: 'downloading', pictures: wanted.length });
  const results = await Promise.allSettled(
    images.map((image, index) =>
      wanted.includes(image)
        ? collectOne(plan, record, image, index, options)
        : Promise.resolve(notKept(image)),
    ),
  );
  record.images = images.map((image, index) => {
    const result = results[index];
    return (result?.status === 'fulfilled' ? result.value : undefined) ?? notKept(image);
  });
  const failures = results.flatMap((result) =>
    result.status === 'rejected' ? [result.reason as unknown] : [],
  );
  if (failures.length > 0) throw collectError(failures, images.length, record);
  const blanked = images.filter((image) => image.nsfw === true).length;
  if (blanked > 0) throw blankedError(blanked, images.length, keepBlanked, record);
}

async function collectOne(
  plan: EditPlan,
  record: EditRecord,
  image: OutputImage,
  index: number,
  { context, connection, signal, write, onEvent }: CollectOptions,
): Promise<EditedImage> {
  let probe: Probe | undefined;
  const bytes = await download(image.url, {
    connection,
    context,
    signal,
    check: (candidate) => {
      probe = checkReceived(candidate, image);
    },
  });
  const path = await keep(plan, record, bytes, index, write, onEvent);
  const { width = 0, height = 0, contentType = 'image/png' } = probe ?? {};
  onEvent({ type: 'saved', path, width, height, bytes: bytes.byteLength });
  return {
    path,
    width,
    height,
    contentType,
    bytes: bytes.byteLength,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    nsfw: image.nsfw ?? null,
  };
}

async function keep(
  { targets, force }: EditPlan,
  record: EditRecord,
  bytes: Uint8Array,
  index: number,
  write: CollectOptions['write'],
  onEvent: OnEvent,
): Promise<string> {
  if (targets === undefined) {
    await write?.(bytes);
    return '-';
  }
  const target = targets.pathOf(index, record.requestId ?? '');
  try {
    const path = await saveWhole(target, bytes, force);
    if (path !== target && !targets.numberWhenTaken) {
      const message = `${target} was taken in the meantime; the picture is in ${path}.`;
      record.warnings.push(message);
      onEvent({ type: 'warning', message });
    }
    return path;
  } catch (error) {
    throw new FalEditError(
      'failed',
      `The picture is made, but cannot be written to ${target}: ${codeOf(error) ?? messageOf(error)}.`,
      {
        charged: 'yes',
        hint: 'Make room or choose another folder.',
        details: { target },
        origin: error,
      },
    );
  }
}

function notKept({ width, height, contentType, nsfw }: OutputImage): EditedImage {
  return {
    path: null,
    width: width ?? null,
    height: height ?? null,
    contentType: contentType ?? null,
    bytes: null,
    sha256: null,
    nsfw: nsfw ?? null,
  };
}

/** The first failure, with how many there were and the request that still has the pictures. */
function collectError(failures: unknown[], total: number, record: EditRecord): FalEditError {
  const [first] = failures;
  const count = total === 1 ? '' : ` (${failures.length} of ${total} pictures; the others are saved)`;
  const details = { request_id: record.requestId, ...(first instanceof FalEditError ? first.details : {}) };
  const hint = `fal keeps it for a while: ${urlsOf(failures).join(' ') || `request ${record.requestId ?? ''}`}`;
  if (!(first instanceof FalEditError)) {
    return new FalEditError('failed', `The picture is made, but not saved${count}: ${messageOf(first)}`, {
      charged: 'yes',
      hint,
      details,
      origin: first,
    });
  }
  return new FalEditError(first.kind, `${first.message}${count}`, {
    charged: 'yes',
    hint,
    details,
    origin: first,
  });
}

function urlsOf(failures: unknown[]): string[] {
  return failures.flatMap((failure) => {
    const url = failure instanceof FalEditError ? failure.details?.['url'] : undefined;
    return typeof url === 'string' && url.length < 500 ? [url] : [];
  });
}

function blankedError(blanked: number, total: number, kept: boolean, record: EditRecord): FalEditError {
  const which = total === 1 ? 'The picture was' : `${blanked} of ${total} pictures were`;
  const fate = kept ? 'saved all the same' : 'not saved';
  return new FalEditError('moderated', `${which} blanked by fal's safety checker, and ${fate}.`, {
    charged: record.cost.billedUnits === 0 ? 'no' : 'yes',
    hint: 'Change the prompt or the picture, or try another seed.',
    details: { request_id: record.requestId, blanked, total },
  });
}
