import type { Sharp } from 'sharp';
import { bytes, rawJson } from '../answers.js';
import { blackPicture, type PictureFormat } from '../pictures/encode.js';
import { keepPicture, type OutputFile, type OutputImage } from '../pictures/output.js';
import type { Storage } from '../storage/storage.js';

type Output = Record<string, unknown>;

/** JSON of a successful result; undefined for a failure, which these faults do not change. */
async function outputOf(answer: Response): Promise<Output | undefined> {
  return answer.status === 200 ? ((await answer.json()) as Output) : undefined;
}

function again(answer: Response, output: unknown): Response {
  return rawJson(answer.status, JSON.stringify(output), Object.fromEntries(answer.headers));
}

/** Replaces one or all pictures with black ones of the same size, as the safety checker does. */
export async function blanked(
  answer: Response,
  index: number | undefined,
  storage: Storage,
): Promise<Response> {
  const output = await outputOf(answer);
  if (output === undefined) return answer;
  let count = 0;
  const marks: unknown = output['has_nsfw_concepts'];
  const blank = async (file: unknown): Promise<unknown> => {
    if (!isPicture(file)) return file;
    const at = count++;
    if (index !== undefined && index !== at) return file;
    if (Array.isArray(marks)) marks[at] = true;
    return { ...file, ...only(file, await blackInstead(file, storage)) };
  };
  for (const [name, value] of Object.entries(output)) {
    output[name] = Array.isArray(value) ? await Promise.all(value.map(blank)) : await blank(value);
  }
  return again(answer, output);
}

async function blackInstead(file: OutputFile & Partial<OutputImage>, storage: Storage): Promise<OutputImage> {
  const { url, content_type: type } = file;
  const inline = url.startsWith('data:');
  const { default: sharp } = await import('sharp');
  const given = inline ? Buffer.from(url.slice(url.indexOf(',') + 1), 'base64') : storage.get(url)?.bytes;
  const { width, height } = await sharp(given).metadata();
  const format = type.slice('image/'.length) as PictureFormat;
  return keepPicture(
    storage,
    await blackPicture({ width, height }, format),
    { width, height },
    format,
    inline,
  );
}

/** The fields of a file that another has too: the files of some models have no size. */
function only(file: object, other: object): object {
  return Object.fromEntries(Object.entries(other).filter(([name]) => name in file));
}

/** A file of the output that is a picture, and no drawing or archive. */
function isPicture(value: unknown): value is OutputFile {
  return isFile(value) && ['image/png', 'image/jpeg', 'image/webp'].includes(value.content_type);
}

function isFile(value: unknown): value is OutputFile {
  return typeof value === 'object' && value !== null && 'url' in value;
}

/** A result without files. */
export async function withoutImages(answer: Response): Promise<Response> {
  const output = await outputOf(answer);
  if (output === undefined) return answer;
  const bare = Object.entries(output).map(([name, value]): [string, unknown] => {
    if (name === 'has_nsfw_concepts') return [name, []];
    if (isFile(value)) return [name, null];
    return [name, Array.isArray(value) && value.some(isFile) ? [] : value];
  });
  return again(answer, Object.fromEntries(bare));
}

/** Sends the picture in a format that differs from its content type and name. */
export function reformatted(answer: Response): Promise<Response> {
  const png = answer.headers.get('content-type') === 'image/png';
  return redrawn(answer, (picture) => Promise.resolve(png ? picture.jpeg() : picture.png()));
}

/** Sends the picture at half its width. */
export function narrowed(answer: Response): Promise<Response> {
  return redrawn(answer, async (picture) => {
    const { width, height } = await picture.metadata();
    return picture.resize(Math.max(1, width >> 1), height, { fit: 'fill' });
  });
}

async function redrawn(answer: Response, redraw: (picture: Sharp) => Promise<Sharp>): Promise<Response> {
  if (!answer.ok || answer.body === null) return answer;
  const { default: sharp } = await import('sharp');
  const picture = await redraw(sharp(new Uint8Array(await answer.arrayBuffer())));
  const other = await picture.toBuffer();
  return bytes(answer.status, new Uint8Array(other), Object.fromEntries(answer.headers));
}
