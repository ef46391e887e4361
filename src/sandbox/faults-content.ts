import { bytes, rawJson } from './answers.js';
import { blackPicture, type PictureFormat } from './encode.js';
import { keepPicture, type OutputImage } from './output.js';
import type { Storage } from './storage.js';

interface Output {
  images: OutputImage[];
  has_nsfw_concepts: boolean[];
}

/** The JSON of a good result; undefined for a failure, which these faults leave alone. */
async function outputOf(answer: Response): Promise<Output | undefined> {
  return answer.status === 200 ? ((await answer.json()) as Output) : undefined;
}

function again(answer: Response, output: unknown): Response {
  return rawJson(answer.status, JSON.stringify(output), Object.fromEntries(answer.headers));
}

/** Replaces one picture or all of them by black ones of the same size, as the safety checker does. */
export async function blanked(
  answer: Response,
  index: number | undefined,
  storage: Storage,
): Promise<Response> {
  const output = await outputOf(answer);
  if (output === undefined) return answer;
  for (const [at, image] of output.images.entries()) {
    if (index !== undefined && index !== at) continue;
    const format = image.content_type.slice('image/'.length) as PictureFormat;
    const picture = await blackPicture({ width: image.width, height: image.height }, format);
    output.images[at] = keepPicture(storage, picture, image, format, image.url.startsWith('data:'));
    output.has_nsfw_concepts[at] = true;
  }
  return again(answer, output);
}

/** A result that holds no picture. */
export async function withoutImages(answer: Response): Promise<Response> {
  const output = await outputOf(answer);
  return output === undefined ? answer : again(answer, { ...output, images: [], has_nsfw_concepts: [] });
}

/** The same picture in another format than its content type and its name say. */
export async function reformatted(answer: Response): Promise<Response> {
  if (!answer.ok || answer.body === null) return answer;
  const { default: sharp } = await import('sharp');
  const image = sharp(new Uint8Array(await answer.arrayBuffer()));
  const png = answer.headers.get('content-type') === 'image/png';
  const other = await (png ? image.jpeg() : image.png()).toBuffer();
  return bytes(answer.status, new Uint8Array(other), Object.fromEntries(answer.headers));
}
