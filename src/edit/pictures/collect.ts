import { SaveError } from '../../errors/failures.js';
import { basename } from 'node:path';
import { codeOf, messageOf } from '../../errors/error.js';
import { download } from '../../fal/download.js';
import { probePicture, probeStrictly, type Probe } from '../../images/probe.js';
import { differences, extensionOf, formatOfExtension } from '../../images/received.js';
import type { Job, JobImage } from '../../ledger/job.js';
import { findJob } from '../../ledger/lookup.js';
import type { EditOutput, Model, OutputImage } from '../../models/model.js';
import { isRedacted } from '../../secrets.js';
import { sha256Of } from '../../sha256.js';
import type { Deadline } from '../../deadline.js';
import { accessOf, type EditEnv } from '../env.js';
import type { OnEvent } from '../events.js';
import { hasOwnEnding, pathOf } from '../plan/output.js';
import { choosePaths, putPicture, tagOf, withTrueEnding, type Placing } from './placing.js';
import { finish, goneWarning, type Finished } from './finish.js';
import { keptPicture, type EditedImage, type EditRecord } from '../record.js';
import { isIntact, removeLeftovers } from './save.js';

/** fal's raw answer, and what the model's adapter reads from it. */
export interface Answered {
  data: unknown;
  output: EditOutput;
}

/** The answer that an earlier command has recorded, if it can be used. */
export function rememberedAnswer({ result }: Pick<Job, 'result'>, model: Model): Answered | undefined {
  if (result === undefined) return undefined;
  const output = model.fromOutput(result);
  // Stored without a secret that its URLs contained: fal has to be asked again.
  if (output === undefined || output.images.some(({ url }) => isRedacted(url))) return undefined;
  return { data: result, output };
}

export interface CollectOptions {
  onEvent: OnEvent;
  /** Writes the bytes to a stream, if that is where they go. */
  write?: ((bytes: Uint8Array) => Promise<void>) | undefined;
  /** Schedules a part of the work where many edits run at once; if absent, it runs at once. */
  inLane?: (<T>(lane: 'download', run: () => Promise<T>) => Promise<T>) | undefined;
}

/** The parts of a running edit that fetching its pictures needs. */
interface Collecting extends Placing {
  record: EditRecord;
  env: EditEnv;
  deadline: Deadline;
  options: CollectOptions;
  warn: (message: string) => void;
}

/**
 * Fetches the pictures of a finished edit. fal's answer is in the ledger before the first download. Every good picture
 * is saved, whatever happens to the others.
 *
 * @param former the pictures as an earlier command left them
 * @returns the pictures in fal's order, and the errors of those that were not saved
 */
export async function fetchPictures(
  run: Collecting,
  { data, output: { images } }: Answered,
  former: readonly JobImage[],
): Promise<{ images: EditedImage[]; failures: unknown[] }> {
  const { record, journal, options } = run;
  const wanted = images.map((image) => image.nsfw !== true || run.output.keepBlanked);
  const own = (isPromised: (file: string) => boolean): (string | undefined)[] =>
    choosePaths(run, wanted, isPromised);
  const promised = await journal.completed({
    result: data,
    billedUnits: record.cost.billedUnits ?? undefined,
    billedUsd: record.cost.billedUsd ?? undefined,
    queuedMs: record.timings.queuedMs ?? undefined,
    inferenceMs: record.timings.inferenceMs ?? undefined,
    targets: own,
  });
  const paths = run.asPromised && isWhole(promised, wanted) ? promised : own(() => false);
  const count = wanted.filter(Boolean).length;
  if (count > 0) options.onEvent({ type: 'downloading', pictures: count });
  const results = await Promise.allSettled(
    images.map((image, index) =>
      wanted[index] === true
        ? collectOne(run, image, index, paths[index], former[index])
        : Promise.resolve(notKept(image)),
    ),
  );
  return {
    images: images.map((image, index) => {
      const result = results[index];
      return (result?.status === 'fulfilled' ? result.value : undefined) ?? notKept(image);
    }),
    failures: results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : [])),
  };
}

/** Whether every picture has a path: false if an earlier command was to write the bytes to a stream. */
function isWhole(paths: readonly (string | undefined)[], wanted: readonly boolean[]): boolean {
  return wanted.every((isWanted, index) => !isWanted || paths[index] !== undefined);
}

async function collectOne(
  run: Collecting,
  image: OutputImage,
  index: number,
  chosen: string | undefined,
  former: JobImage | undefined,
): Promise<EditedImage> {
  const { onEvent, inLane = atOnce } = run.options;
  const nsfw = image.nsfw ?? null;
  if (run.asPromised && former !== undefined && (await isIntact(former))) {
    return { ...keptPicture(former), nsfw };
  }
  let probe: Probe | undefined;
  const received = await inLane('download', () =>
    download(image.url, {
      ...accessOf(run.env, run.deadline.signal),
      check: (candidate) => {
        probe = probeStrictly(candidate);
      },
    }),
  );
  const receivedSha256 = sha256Of(received);
  const { bytes, warnings, other } = await finished(run, received, index);
  if (other !== undefined) return { ...keptPicture(other), nsfw };
  for (const warning of warnings) run.warn(warning);
  const isReceived = bytes === received;
  const sha256 = isReceived ? receivedSha256 : sha256Of(bytes);
  if (!isReceived) {
    probe = probePicture(bytes);
    if (chosen !== undefined) await run.journal.announceImage(index, sha256, receivedSha256);
  }
  const path = await keep(run, bytes, probe, index, chosen, former?.sha256);
  const { width = 0, height = 0, contentType = 'image/png' } = probe ?? {};
  const size = bytes.byteLength;
  const facts = { width, height, contentType, bytes: size, sha256, receivedSha256 };
  if (path !== '-') {
    await run.journal.savedImage({ index, path, ...facts, warnings });
    // An earlier command may have been killed while writing.
    if (former !== undefined) await removeLeftovers(path, tagOf(run.journal.jobId, index));
  }
  const file = path === '-' ? undefined : basename(path);
  const wanted = formatOfExtension(run.output.ext);
  for (const message of differences({ file, contentType, width, height }, image, wanted)) run.warn(message);
  onEvent({ type: 'saved', path, width, height, bytes: size });
  return { path, ...facts, nsfw };
}

/**
 * The bytes to save.
 *
 * @returns `other`: the picture that another run of this edit has finished and saved meanwhile
 */
async function finished(
  run: Collecting,
  received: Uint8Array,
  index: number,
): Promise<Finished & { other?: JobImage }> {
  const { finish: spec } = run.output;
  const { ledger } = run.env;
  if (spec === undefined) return { bytes: received, warnings: [] };
  const done = await finish(ledger, spec, received);
  if (done !== undefined) return done;
  // The run that saved the last picture has removed the parts.
  const other = findJob(ledger, 'id', run.journal.jobId)?.images[index];
  if (run.asPromised && other !== undefined && (await isIntact(other))) {
    return { bytes: received, warnings: [], other };
  }
  return { bytes: received, warnings: [goneWarning(spec)] };
}

const atOnce: NonNullable<CollectOptions['inLane']> = (_, download) => download();

async function keep(
  run: Collecting,
  bytes: Uint8Array,
  probe: Probe | undefined,
  index: number,
  chosen: string | undefined,
  announced: string | undefined,
): Promise<string> {
  const { output, journal, options } = run;
  if (output.kind === 'stream' || chosen === undefined) {
    await options.write?.(bytes);
    return '-';
  }
  try {
    const ext = probe === undefined ? output.ext : extensionOf(probe.format);
    const path = await putPicture(run, index, withTrueEnding(run, index, chosen, ext), bytes, announced);
    const first = pathOf(output, index, journal.requestName, hasOwnEnding(output) ? undefined : ext);
    if (path !== first && !output.numberWhenTaken) {
      run.warn(`${first} was taken in the meantime; the picture was saved as ${path}.`);
    }
    return path;
  } catch (error) {
    throw new SaveError(
      `The picture is ready, but cannot be written to ${chosen}: ${codeOf(error) ?? messageOf(error)}.`,
      chosen,
      {
        charged: 'yes',
        hint: journal.nextSteps.freeSpace(journal.requestId ?? ''),
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
    receivedSha256: null,
    nsfw: nsfw ?? null,
  };
}
