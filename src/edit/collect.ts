import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { codeOf, FalEditError, messageOf } from '../errors.js';
import { download } from '../fal/download.js';
import { probePicture, type Probe } from '../images/probe.js';
import { differences, extensionOf, formatOfExtension } from '../images/received.js';
import type { JobImage } from '../ledger/job.js';
import type { OutputImage } from '../models/model.js';
import { sha256Of } from '../sha256.js';
import type { Answered } from './awaiting.js';
import type { Life } from './life.js';
import { blankedError, collectError } from './outcomes.js';
import { accessOf } from './env.js';
import { hasOwnEnding, pathOf } from './output.js';
import { choosePaths, placePicture, tagOf, withTrueEnding } from './placing.js';
import type { EditedImage } from './record.js';
import { removeLeftovers } from './save.js';

/**
 * Fetches the pictures of a finished edit. fal's answer is in the ledger before the first of them is asked for.
 * Every good one is saved, whatever happens to the others; then the first failure is thrown.
 *
 * @param former the pictures as an earlier command left them
 * @throws FalEditError: moderated where one came back blanked, temporary where one could not be fetched, failed
 * where one could not be written
 */
export async function fetchPictures(
  life: Life,
  { data, output }: Answered,
  former: readonly JobImage[] = [],
): Promise<void> {
  const { record, journal, options } = life;
  const { keepBlanked } = life.output;
  const { images } = output;
  const wanted = images.map((image) => image.nsfw !== true || keepBlanked);
  const own = (isPromised: (file: string) => boolean): (string | undefined)[] =>
    choosePaths(life, wanted, isPromised);
  const promised = await journal.completed({
    result: data,
    billedUnits: record.cost.billedUnits ?? undefined,
    billedUsd: record.cost.billedUsd ?? undefined,
    queuedMs: record.timings.queuedMs ?? undefined,
    inferenceMs: record.timings.inferenceMs ?? undefined,
    targets: own,
  });
  const paths = life.asPromised && isWhole(promised, wanted) ? promised : own(() => false);
  const count = wanted.filter(Boolean).length;
  if (count > 0) options.onEvent({ type: 'downloading', pictures: count });
  const results = await Promise.allSettled(
    images.map((image, index) =>
      wanted[index] === true
        ? collectOne(life, image, index, paths[index], former[index])
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
  if (failures.length > 0) throw collectError(failures, images.length, record, journal.nextSteps);
  const blanked = images.filter((image) => image.nsfw === true).length;
  if (blanked > 0) throw blankedError(blanked, images.length, keepBlanked, record);
  journal.finished();
}

/** Whether every picture has a path to go to: not where an earlier command was to send the bytes to a stream. */
function isWhole(paths: readonly (string | undefined)[], wanted: readonly boolean[]): boolean {
  return wanted.every((isWanted, index) => !isWanted || paths[index] !== undefined);
}

async function collectOne(
  life: Life,
  image: OutputImage,
  index: number,
  chosen: string | undefined,
  former: JobImage | undefined,
): Promise<EditedImage> {
  const { onEvent, inLane = atOnce } = life.options;
  const nsfw = image.nsfw ?? null;
  const kept = life.asPromised ? await stillThere(former) : undefined;
  if (kept !== undefined) return { ...kept, nsfw };
  let probe: Probe | undefined;
  const bytes = await inLane('download', () =>
    download(image.url, {
      ...accessOf(life.env, life.deadline.signal),
      check: (candidate) => {
        probe = probePicture(candidate);
      },
    }),
  );
  const path = await keep(life, bytes, probe, index, chosen);
  const { width = 0, height = 0, contentType = 'image/png' } = probe ?? {};
  const size = bytes.byteLength;
  const sha256 = sha256Of(bytes);
  if (path !== '-') {
    await life.journal.savedImage({ index, path, width, height, contentType, bytes: size, sha256 });
    // An earlier command may have been killed while it wrote.
    if (former !== undefined) await removeLeftovers(path, tagOf(life.journal.jobId, index));
  }
  const file = path === '-' ? undefined : basename(path);
  const asked = formatOfExtension(life.output.ext);
  for (const message of differences({ file, contentType, width, height }, image, asked)) warn(life, message);
  onEvent({ type: 'saved', path, width, height, bytes: size });
  return { path, width, height, contentType, bytes: size, sha256, nsfw };
}

const atOnce: NonNullable<Life['options']['inLane']> = (_, run) => run();

/** A picture that an earlier command saved, if its file is there and as it was. */
async function stillThere(former: JobImage | undefined): Promise<Omit<EditedImage, 'nsfw'> | undefined> {
  const { path, sha256 } = former ?? {};
  if (path === undefined || sha256 === undefined) return undefined;
  const bytes = await readFile(path).catch(() => undefined);
  if (bytes === undefined || sha256Of(bytes) !== sha256) return undefined;
  const { width = null, height = null, contentType = null } = former ?? {};
  return { path, width, height, contentType, bytes: bytes.byteLength, sha256 };
}

function warn({ record, options }: Life, message: string): void {
  record.warnings.push(message);
  options.onEvent({ type: 'warning', message });
}

async function keep(
  life: Life,
  bytes: Uint8Array,
  probe: Probe | undefined,
  index: number,
  chosen: string | undefined,
): Promise<string> {
  const { output, record, options } = life;
  if (output.kind === 'stream' || chosen === undefined) {
    await options.write?.(bytes);
    return '-';
  }
  try {
    const ext = probe === undefined ? output.ext : extensionOf(probe.format);
    const path = await placePicture(life, index, withTrueEnding(life, index, chosen, ext), bytes);
    const first = pathOf(output, index, life.journal.requestName, hasOwnEnding(output) ? undefined : ext);
    if (path !== first && !output.numberWhenTaken) {
      warn(life, `${first} was taken in the meantime; the picture was saved as ${path}.`);
    }
    return path;
  } catch (error) {
    throw new FalEditError(
      'failed',
      `The picture is ready, but cannot be written to ${chosen}: ${codeOf(error) ?? messageOf(error)}.`,
      {
        charged: 'yes',
        hint: life.journal.nextSteps.freeSpace(record.requestId ?? ''),
        details: { target: chosen },
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
