import { unitsBilled } from '../queue/billing.js';
import type { Job, ModelAnswer } from '../queue/job.js';
import type { ModelSettings } from '../queue/model.js';
import { refused, scripted, unknownPath } from '../queue/refusals.js';
import { draw } from '../pictures/draw.js';
import { keepFile, keepPicture, type OutputFile } from '../pictures/output.js';
import { padded } from '../pictures/padding.js';
import { loadPicture, type InputPicture } from '../pictures/pictures.js';
import type { Storage } from '../storage/storage.js';
import type { NamedPicture } from '../queue/validate.js';
import { checkInput } from './check-input.js';
import type { SandboxDocument } from './document.js';
import { vectorDrawing, zipOf } from './files.js';
import { isVector, makeOutput, type FileMaker } from './make-output.js';
import { isMask } from './picture-fields.js';
import { inputSchema, outputSchema, resolved, type Schema } from './schema.js';
import { readWishes, type Wishes } from './wishes.js';

/** Runs one job of an endpoint that is known only by its OpenAPI document. */
export async function runDocument(
  storage: Storage,
  { endpoint, openapi, price }: SandboxDocument,
  job: Job,
  settings: ModelSettings,
  log: (message: string) => void,
): Promise<ModelAnswer> {
  const schema = inputSchema(openapi, endpoint);
  if (schema === undefined) return unknownPath(job);
  const checked = checkInput(openapi, schema, job.input);
  if (checked.rows.length > 0) return refused(checked.rows);
  const loaded = await Promise.all(checked.pictures.map((named) => loadPicture(storage, named)));
  const faults = loaded.flatMap((one) => (one.ok ? [] : [one.row]));
  if (faults.length > 0) return refused(faults);
  const pictures = loaded.map((one) => (one.ok ? one.picture : undefined));

  const { inferenceMs } = settings;
  const inputs = mainInputs(checked.pictures, pictures);
  const wishes = readWishes(openapi, resolved(openapi, schema), checked.value as Schema, inputs[0]);
  const failure = scripted(wishes.prompt);
  if (failure !== undefined) return failure;
  const { width, height } = wishes.size;
  log(`${endpoint}: ${width} × ${height}, seed ${wishes.seed}`);

  const { enable_safety_checker: checks } = wishes.values;
  const flagged = checks !== false && wishes.prompt.includes('[sandbox:nsfw]');
  const output = resolved(openapi, outputSchema(openapi, endpoint) ?? {});
  const files = new Files(storage, wishes, { inputs, flagged, vector: isVector(endpoint, output) }, settings);
  const body = await makeOutput(openapi, output, { wishes, files, flagged, inferenceMs });
  const outputs = Array.from({ length: files.mainCount }, () => wishes.size);
  return {
    status: 200,
    body,
    billableUnits: unitsBilled(price?.unit ?? '', { inputs, outputs, inferenceMs }),
  };
}

/** The pictures to edit: those of `image_url`, else of `image_urls`, else of the first field that is no mask. */
function mainInputs(
  named: readonly NamedPicture[],
  pictures: readonly (InputPicture | undefined)[],
): InputPicture[] {
  const fields = named.map(({ loc }) => String(loc[1]));
  const field =
    ['image_url', 'image_urls'].find((name) => fields.includes(name)) ?? fields.find((name) => !isMask(name));
  return pictures.flatMap((one, index) => (one !== undefined && fields[index] === field ? [one] : []));
}

interface Drawn {
  inputs: readonly InputPicture[];
  flagged: boolean;
  /** The pictures are SVG files. */
  vector: boolean;
}

class Files implements FileMaker {
  readonly #made = new Map<string, Promise<OutputFile>>();

  constructor(
    readonly storage: Storage,
    readonly wishes: Wishes,
    readonly drawn: Drawn,
    readonly settings: ModelSettings,
  ) {}

  /** Number of main pictures, at least one. */
  get mainCount(): number {
    return Math.max(1, [...this.#made.keys()].filter((key) => key.startsWith('image:')).length);
  }

  picture(name: string, index: number): Promise<OutputFile> {
    const key = `${name === 'images' ? 'image' : name}:${index}`;
    const made = this.#made.get(key) ?? this.#newPicture(this.wishes.seed + this.#made.size);
    this.#made.set(key, made);
    return made;
  }

  async archive(): Promise<OutputFile> {
    const zip = zipOf('result.png', await this.bytes());
    return keepFile(this.storage, zip, 'application/zip', 'zip', this.wishes.inline);
  }

  bytes(): Promise<Uint8Array<ArrayBuffer>> {
    return this.#drawn(this.wishes.seed);
  }

  vector(): string {
    return vectorDrawing(this.wishes.size, this.wishes.prompt, this.wishes.seed);
  }

  async #newPicture(seed: number): Promise<OutputFile> {
    const { size, prompt, format, inline } = this.wishes;
    if (this.drawn.vector) {
      const content = new TextEncoder().encode(vectorDrawing(size, prompt, seed));
      return keepFile(this.storage, content, 'image/svg+xml', 'svg', inline);
    }
    return keepPicture(this.storage, await this.#drawn(seed), size, format, inline);
  }

  async #drawn(seed: number): Promise<Uint8Array<ArrayBuffer>> {
    const { prompt, strength, size, format } = this.wishes;
    const inputs = this.drawn.inputs.map((one) => one.bytes);
    const { flagged } = this.drawn;
    const drawing = { inputs, prompt, seed, strength, size, format, flagged };
    return padded(await draw(drawing, this.settings.renderPictures), format, this.settings.pictureBytes);
  }
}
