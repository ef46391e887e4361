import { SaveError } from '../../errors/failures.js';
import path from 'node:path';
import { codeOf, messageOf } from '../../errors/error.js';
import { probePicture } from '../../images/probe.js';
import { differences, extensionOf, formatOfExtension } from '../../images/received.js';
import { otherFileText, type ResultFile } from '../../images/result-file.js';
import type { JobImage } from '../../ledger/job.js';
import { findJob } from '../../ledger/lookup.js';
import type { OutputImage } from '../../models/model.js';
import { sha256Of } from '../../sha256.js';
import type { Deadline } from '../../deadline.js';
import type { EditEnv } from '../env.js';
import type { OnEvent } from '../events.js';
import { shapeWarnings, type Answered } from './answered.js';
import { finish, goneWarning, type Finished } from './finish.js';
import { resultPath, type Ending } from './naming.js';
import { choosePaths, isStreamed, putPicture, tagOf, withTrueEnding, type Placing } from './placing.js';
import { keptPicture, type EditedImage, type EditRecord } from '../record.js';
import { receive } from './receive.js';
import { isIntact, removeLeftovers } from './save.js';

export interface CollectOptions {
  onEvent: OnEvent;
  /** Writes the bytes to a stream, if that is where they go. */
  write?: ((bytes: Uint8Array) => Promise<void>) | undefined;
  /** Schedules a part of the work where many edits run at once; if absent, it runs at once. */
  inLane?: (<T>(lane: 'download', run: () => Promise<T>) => Promise<T>) | undefined;
}

/** The parts of a running edit that fetching its pictures needs. */
interface Running extends Placing {
  record: EditRecord;
  env: EditEnv;
  deadline: Deadline;
  options: CollectOptions;
  warn: (message: string) => void;
  /** Adds a remark that is no warning. */
  note: (message: string) => void;
}

interface Collecting extends Running {
  fields: readonly (string | undefined)[];
  /** Whether a file that the answer's schema does not name may be given up: there are others. */
  mayGiveUp: boolean;
}

/**
 * Fetches the pictures of a finished edit, and whatever other files its answer names. fal's answer is in the ledger
 * before the first download. Every good picture is saved, whatever happens to the others.
 *
 * @param former the pictures as an earlier command left them
 * @returns the pictures in fal's order, and the errors of those that were not saved
 */
export async function fetchPictures(
  running: Running,
  { data, output }: Answered,
  former: readonly JobImage[],
): Promise<{ images: EditedImage[]; failures: unknown[] }> {
  const { images } = output;
  const run: Collecting = {
    ...partsOf(running),
    fields: images.map(({ field }) => field),
    mayGiveUp: images.some(({ unexpected }) => unexpected !== true),
  };
  const wanted = images.map((image) => image.nsfw !== true || run.output.keepBlanked);
  for (const message of shapeWarnings(output)) run.warn(message);
  const paths = await pathsFor(run, data, wanted);
  const count = wanted.filter(Boolean).length;
  if (count > 0) run.options.onEvent({ type: 'downloading', pictures: count });
  const collect = async (image: OutputImage, index: number): Promise<EditedImage> =>
    wanted[index] === true ? collectOne(run, image, index, paths[index], former[index]) : notKept(image);
  const results = isStreamed(run.output, 0)
    ? await streamFirst(images, collect)
    : await Promise.allSettled(images.map(collect));
  return {
    images: images.map((image, index) => {
      const result = results[index];
      return (result?.status === 'fulfilled' ? result.value : undefined) ?? notKept(image);
    }),
    failures: results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : [])),
  };
}

/** The run's parts: it is an object with methods, which a spread would lose. */
function partsOf(run: Running): Running {
  const { output, journal, asPromised, record, env, deadline, options } = run;
  return {
    ...{ output, journal, asPromised, record, env, deadline, options },
    warn: (message) => run.warn(message),
    note: (message) => run.note(message),
  };
}

/**
 * The file of the stream goes first. If that fails, the others are left for a later command: the job must not look
 * saved without it.
 */
async function streamFirst(
  images: readonly OutputImage[],
  collect: (image: OutputImage, index: number) => Promise<EditedImage>,
): Promise<PromiseSettledResult<EditedImage>[]> {
  const [first] = await Promise.allSettled(images.slice(0, 1).map(collect));
  if (first === undefined) return [];
  if (first.status === 'rejected') return [first];
  const others = images.slice(1).map((image, index) => collect(image, index + 1));
  return [first, ...(await Promise.allSettled(others))];
}

/** Records the answer with the path of each picture, and returns the paths that apply; undefined for one without. */
async function pathsFor(
  run: Collecting,
  data: unknown,
  wanted: readonly boolean[],
): Promise<(string | undefined)[]> {
  const { record, journal, output, fields } = run;
  const own = (isPromised: (file: string) => boolean): (string | undefined)[] =>
    choosePaths(run, wanted, isPromised);
  const promised = await journal.completed({
    result: data,
    billedUnits: record.cost.billedUnits ?? undefined,
    billedUsd: record.cost.billedUsd ?? undefined,
    queuedMs: record.timings.queuedMs ?? undefined,
    inferenceMs: record.timings.inferenceMs ?? undefined,
    targets: own,
    fields,
  });
  const isFile = (index: number): boolean => wanted[index] === true && !isStreamed(output, index);
  const known = wanted.map((_, index) => (isPromisedFor(run, index) ? promised[index] : undefined));
  // Without a path: an earlier command was to write the bytes to a stream.
  const isWhole = known.every((file, index) => !isFile(index) || file !== undefined);
  const others = isWhole ? [] : own(() => false);
  return known.map((file, index) => (isFile(index) ? (file ?? others[index]) : undefined));
}

/** Whether a picture's path in the ledger applies. A stream takes the first picture only. */
function isPromisedFor({ asPromised, output }: Collecting, index: number): boolean {
  return asPromised || (output.kind === 'stream' && index > 0);
}

/** Fetches one file; one that nobody announced is left out if it cannot be fetched. */
async function collectOne(
  all: Collecting,
  image: OutputImage,
  index: number,
  chosen: string | undefined,
  former: JobImage | undefined,
): Promise<EditedImage> {
  const run = { ...all, asPromised: isPromisedFor(all, index) };
  const isSpare = image.unexpected === true && all.mayGiveUp;
  try {
    return await fetchOne(run, image, index, chosen, former, !isSpare);
  } catch (error) {
    if (!isSpare || error instanceof SaveError || run.deadline.signal.aborted) throw error;
    await run.journal.gaveUpImage(index);
    run.warn(`The file in ${image.field ?? 'the answer'} was left out: ${messageOf(error)}`);
    return notKept(image);
  }
}

async function fetchOne(
  run: Collecting,
  image: OutputImage,
  index: number,
  chosen: string | undefined,
  former: JobImage | undefined,
  patient: boolean,
): Promise<EditedImage> {
  const { onEvent, inLane = atOnce } = run.options;
  const nsfw = image.nsfw ?? null;
  if (run.asPromised && former !== undefined && (await isIntact(former))) {
    return { ...keptPicture(former), nsfw };
  }
  const received = await inLane('download', () => receive(image, run, patient));
  const receivedSha256 = sha256Of(received.bytes);
  const { bytes, file, warnings, other } = await finished(run, received, index);
  if (other !== undefined) return { ...keptPicture(other), nsfw };
  for (const warning of warnings) run.warn(warning);
  const isReceived = bytes === received.bytes;
  const sha256 = isReceived ? receivedSha256 : sha256Of(bytes);
  if (!isReceived && chosen !== undefined) await run.journal.announceImage(index, sha256, receivedSha256);
  const saved = await keep(run, bytes, file, index, chosen, former?.sha256);
  const { contentType, picture: { width, height } = {} } = file;
  const { field } = image;
  const facts = { width, height, contentType, bytes: bytes.byteLength, sha256, receivedSha256 };
  if (saved !== '-') {
    await run.journal.savedImage({ index, field, path: saved, ...facts, warnings });
    // An earlier command may have been killed while writing.
    if (former !== undefined) await removeLeftovers(saved, tagOf(run.journal.jobId, index));
  }
  const name = saved === '-' ? undefined : path.basename(saved);
  if (file.picture !== undefined) {
    const wanted = field === undefined ? formatOfExtension(run.output.ext) : undefined;
    const is = { file: name, contentType, ...file.picture };
    for (const message of differences(is, image, wanted)) run.warn(message);
  }
  const remark = otherFileText(name ?? 'The result', { contentType, width });
  if (remark !== undefined) run.note(remark);
  else if (run.output.kind === 'stream' && saved !== '-') run.note(`Also saved: ${saved}`);
  const size = { width: width ?? null, height: height ?? null };
  onEvent({ type: 'saved', path: saved, ...size, bytes: bytes.byteLength });
  return { ...facts, ...size, field: field ?? null, path: saved, nsfw };
}

/**
 * The bytes to save. Only a picture of the main output is finished.
 *
 * @returns `other`: the picture that another run of this edit has finished and saved meanwhile
 */
async function finished(
  run: Collecting,
  received: { bytes: Uint8Array; file: ResultFile },
  index: number,
): Promise<Finished & { file: ResultFile; other?: JobImage }> {
  const { finish: spec } = run.output;
  const { ledger } = run.env;
  const isMain = run.fields[index] === undefined;
  if (spec === undefined || !isMain || received.file.picture === undefined)
    return { ...received, warnings: [] };
  const done = await finish(ledger, spec, received.bytes);
  if (done !== undefined) return { ...done, file: fileOf(done.bytes, received) };
  // The run that saved the last picture has removed the parts.
  const other = findJob(ledger, 'id', run.journal.jobId)?.images[index];
  if (run.asPromised && other !== undefined && (await isIntact(other))) {
    return { ...received, warnings: [], other };
  }
  return { ...received, warnings: [goneWarning(spec)] };
}

function fileOf(bytes: Uint8Array, received: { bytes: Uint8Array; file: ResultFile }): ResultFile {
  if (bytes === received.bytes) return received.file;
  const { format, contentType, width, height } = probePicture(bytes);
  return { ...received.file, contentType, ext: extensionOf(format), picture: { format, width, height } };
}

const atOnce: NonNullable<CollectOptions['inLane']> = (_, download) => download();

async function keep(
  run: Collecting,
  bytes: Uint8Array,
  file: ResultFile,
  index: number,
  chosen: string | undefined,
  announced: string | undefined,
): Promise<string> {
  const { output, journal, options, fields } = run;
  if (chosen === undefined) {
    await options.write?.(bytes);
    return '-';
  }
  const ending: Ending = { ext: file.ext, isPicture: file.picture !== undefined };
  try {
    const saved = await putPicture(run, index, withTrueEnding(run, index, chosen, ending), bytes, announced);
    const first = resultPath(output, fields, index, journal.requestName, ending);
    if (saved !== first && !output.numberWhenTaken) {
      run.warn(`${first} was taken in the meantime; the picture was saved as ${saved}.`);
    }
    return saved;
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

function notKept({ width, height, contentType, nsfw, field }: OutputImage): EditedImage {
  return {
    path: null,
    field: field ?? null,
    width: width ?? null,
    height: height ?? null,
    contentType: contentType ?? null,
    bytes: null,
    sha256: null,
    receivedSha256: null,
    nsfw: nsfw ?? null,
  };
}
