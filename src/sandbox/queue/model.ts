import { randomInt } from 'node:crypto';
import { billableUnits, type Size } from './billing.js';
import { draw } from '../pictures/draw.js';
import type { PictureFormat } from '../pictures/encode.js';
import type { Endpoint } from './endpoints.js';
import type { Job, ModelAnswer } from './job.js';
import { keepPicture, outputSize } from '../pictures/output.js';
import { padded } from '../pictures/padding.js';
import { loadPicture, type InputPicture } from '../pictures/pictures.js';
import { refused, scripted } from './refusals.js';
import type { Storage } from '../storage/storage.js';
import { row, validate } from './validate.js';

/** How the model works. */
export interface ModelSettings {
  /** Milliseconds, as in the `timings` of the result. */
  inferenceMs: number;
  /** Whether pictures are drawn from the inputs; otherwise they are plain. */
  renderPictures: boolean;
  /** Minimum size of a PNG or JPEG picture, bytes. */
  pictureBytes: number;
}

/** Values of a checked input that the sandbox's model reads. */
interface Values {
  prompt: string;
  seed?: number;
  strength?: number;
  num_images: number;
  num_inference_steps: number;
  image_size?: Size;
  output_format: PictureFormat;
  enable_safety_checker: boolean;
  sync_mode: boolean;
}

/** Runs one job of a model that the sandbox has: checks the input as fal does at run time, then makes the pictures. */
export async function runModel(
  storage: Storage,
  endpoint: Endpoint,
  job: Job,
  settings: ModelSettings,
  log: (message: string) => void,
): Promise<ModelAnswer> {
  const checked = validate(endpoint.fields, job.input);
  if (checked.rows.length > 0) return refused(checked.rows);
  const values = checked.values as unknown as Values;

  const loaded = await Promise.all(checked.pictures.map((named) => loadPicture(storage, named)));
  const faults = loaded.flatMap((one) => (one.ok ? [] : [one.row]));
  if (faults.length > 0) return refused(faults);
  // Only the pictures of `image_url` and `image_urls`: others steer the model and do not appear in the result.
  const inputs = loaded.flatMap((one, index) => {
    const field = checked.pictures[index]?.loc[1];
    return one.ok && (field === 'image_url' || field === 'image_urls') ? [one.picture] : [];
  });

  const failure = scripted(values.prompt);
  if (failure !== undefined) return failure;
  const first = inputs[0];
  if (first === undefined) return refused([row(['body'], 'missing', 'No picture given', job.input)]);
  const size = outputSize(first, values.image_size);
  const seed = values.seed ?? randomInt(2 ** 31);
  log(`${endpoint.title}: ${size.width} × ${size.height}, ${values.num_inference_steps} steps, seed ${seed}`);
  return {
    status: 200,
    body: await output(storage, values, inputs, size, seed, settings),
    billableUnits: billableUnits(endpoint, inputs, size, values.num_images),
  };
}

async function output(
  storage: Storage,
  values: Values,
  inputs: InputPicture[],
  size: Size,
  seed: number,
  settings: ModelSettings,
): Promise<unknown> {
  const { prompt, strength, output_format: format, num_images: count } = values;
  const flagged = values.enable_safety_checker && prompt.includes('[sandbox:nsfw]');
  const images = [];
  // One at a time: the machine's other work matters more than the sandbox's speed.
  for (let index = 0; index < count; index++) {
    const drawing = { inputs: inputs.map((one) => one.bytes), prompt, seed: seed + index, strength, size };
    const content = await draw({ ...drawing, format, flagged }, settings.renderPictures);
    images.push(
      keepPicture(storage, padded(content, format, settings.pictureBytes), size, format, values.sync_mode),
    );
  }
  return {
    images,
    timings: { inference: settings.inferenceMs / 1000 },
    seed,
    has_nsfw_concepts: images.map(() => flagged),
    prompt,
  };
}
