import type { Sharp } from 'sharp';
import { bytes, rawJson } from '../answers.js';
import { blackPicture, type PictureFormat } from '../pictures/encode.js';
import { keepPicture, type OutputImage } from '../pictures/output.js';
import type { Storage } from '../storage/storage.js';

interface Output {
  images: OutputImage[];
  has_nsfw_concepts: boolean[];
}

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
  for (const [at, image] of output.images.entries()) {
    if (index !== undefined && index !== at) continue;
    const format = image.content_type.slice('image/'.length) as PictureFormat;
    const picture = await blackPicture({ width: image.width, height: image.height }, format);
    output.images[at] = keepPicture(storage, picture, image, format, image.url.startsWith('data:'));
    output.has_nsfw_concepts[at] = true;
  }
  return again(answer, output);
}

/** A result without pictures. */
export async function withoutImages(answer: Response): Promise<Response> {
  const output = await outputOf(answer);
  return output === undefined ? answer : again(answer, { ...output, images: [], has_nsfw_concepts: [] });
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
