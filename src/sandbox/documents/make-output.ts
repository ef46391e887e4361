import { asSchema, allowsNull, fieldsOf, itemsOf, optionsOf, type Schema } from './schema.js';
import { takesPictures } from './picture-fields.js';
import type { OutputFile } from '../pictures/output.js';
import type { Wishes } from './wishes.js';

/** Makes the files of one result. The same name and index give the same file. */
export interface FileMaker {
  /** `images` and `image` share their pictures. */
  picture(name: string, index: number): Promise<OutputFile>;
  archive(): Promise<OutputFile>;
  /** Bytes of the first picture. */
  bytes(): Promise<Uint8Array>;
  /** The drawing of an SVG output. */
  vector(): string;
}

export interface OutputRun {
  wishes: Wishes;
  files: FileMaker;
  /** Pictures were blanked by the safety checker. */
  flagged: boolean;
  inferenceMs: number;
}

/** Levels of objects in an answer, so that a schema that contains itself ends. */
const DEEPEST = 6;
/** Number of pictures in a list that is not the main one, such as `individual_masks`. */
const FEW = 2;
const TEXT = 'Made by the sandbox.';
/** Values that are returned even where a schema does not require them. */
const USUAL = /^(prompt|seed|timings|has_nsfw_concepts)$/;

/** The answer of an endpoint by its output schema, resolved. */
export async function makeOutput(openapi: unknown, schema: Schema, run: OutputRun): Promise<unknown> {
  if (fieldsOf(openapi, schema).length > 0) return new OutputMaker(openapi, run).object(schema, 0);
  return { image: await run.files.picture('image', 0) };
}

class OutputMaker {
  constructor(
    readonly openapi: unknown,
    readonly run: OutputRun,
  ) {}

  async object(schema: Schema, depth: number): Promise<Record<string, unknown>> {
    const values: [string, unknown][] = [];
    // One at a time: the machine's other work matters more than the sandbox's speed.
    for (const [name, field, required] of fieldsOf(this.openapi, schema)) {
      const value = await this.#field(name, field, required, depth);
      if (value !== undefined) values.push([name, value]);
    }
    return Object.fromEntries(values);
  }

  async #field(name: string, field: Schema, required: boolean, depth: number): Promise<unknown> {
    const nullable = allowsNull(this.openapi, field);
    const schema = { ...field, ...optionsOf(this.openapi, field)[0] };
    const items = schema['type'] === 'array' ? itemsOf(this.openapi, schema) : undefined;
    const several = items !== undefined && this.#isFile(name, items);
    if (several || this.#isFile(name, schema)) {
      if (!this.#isWanted(name, required, nullable)) return nullable ? null : undefined;
      return several ? this.#files(name, items) : this.#file(name, schema, 0);
    }
    if (!required && !USUAL.test(name)) return nullable ? null : schema['default'];
    return depth < DEEPEST ? this.#value(name, schema, depth) : null;
  }

  /** A file is anything with a URL, or an undescribed picture: some documents of fal's lack it. */
  #isFile(name: string, schema: Schema): boolean {
    return optionsOf(this.openapi, schema).some((option) => {
      const fields = fieldsOf(this.openapi, option);
      if (fields.length > 0) return fields.some(([field]) => field === 'url');
      return [undefined, 'object'].includes(option['type'] as undefined) && takesPictures(name, option);
    });
  }

  #isWanted(name: string, required: boolean, nullable: boolean): boolean {
    const { zip, values } = this.run.wishes;
    if (isArchive(name)) return zip || (required && !nullable);
    if (zip && !required) return false;
    if (!nullable || name === 'image' || name === 'images') return true;
    // `output_mask` requests `mask_image`.
    const words = name.split('_').filter((word) => word !== 'image');
    return Object.entries(values).some(
      ([field, value]) => value === true && field.split('_').some((word) => words.includes(word)),
    );
  }

  async #files(name: string, items: Schema): Promise<unknown[]> {
    const count = name === 'images' ? this.run.wishes.count : FEW;
    const files: unknown[] = [];
    for (let index = 0; index < count; index++) files.push(await this.#file(name, items, index));
    return files;
  }

  async #file(name: string, schema: Schema, index: number): Promise<unknown> {
    const { files } = this.run;
    const made = isArchive(name) ? await files.archive() : await files.picture(name, index);
    const described = optionsOf(this.openapi, schema).find((option) => this.#isFile(name, option)) ?? schema;
    if (fieldsOf(this.openapi, described).length === 0) return made;
    const values: [string, unknown][] = [];
    for (const [field, of, required] of fieldsOf(this.openapi, described)) {
      const known = Object.hasOwn(made, field) ? made[field as keyof OutputFile] : undefined;
      if (known !== undefined) values.push([field, known]);
      else if (required) values.push([field, await this.#value(field, of, DEEPEST)]);
    }
    return Object.fromEntries(values);
  }

  async #value(name: string, schema: Schema, depth: number): Promise<unknown> {
    const { wishes, flagged, inferenceMs } = this.run;
    const { enum: allowed, type, minimum } = schema;
    if ('const' in schema) return schema['const'];
    if (Array.isArray(allowed)) return allowed[0];
    switch (type ?? ('properties' in schema ? 'object' : undefined)) {
      case 'string':
        return this.#text(name, schema);
      case 'boolean':
        return name.includes('nsfw') && flagged;
      case 'integer':
      case 'number':
        if (name.includes('seed')) return wishes.seed;
        if (name === 'width' || name === 'height') return wishes.size[name];
        return typeof minimum === 'number' ? minimum : 0;
      case 'array': {
        const items = itemsOf(this.openapi, schema);
        if (name.includes('nsfw')) return Array.from({ length: wishes.count }, () => flagged);
        return depth < DEEPEST ? [await this.#value(name, items, depth + 1)] : [];
      }
      case 'object':
        if (name === 'timings') return { inference: inferenceMs / 1000 };
        return depth < DEEPEST ? this.object(schema, depth + 1) : {};
      default:
        return null;
    }
  }

  async #text(name: string, { format }: Schema): Promise<string> {
    const { wishes, files } = this.run;
    if (name.includes('svg')) return files.vector();
    if (name.includes('prompt')) return wishes.prompt;
    if (name === 'content_type') return `image/${wishes.format}`;
    return format === 'binary' ? Buffer.from(await files.bytes()).toString('base64') : TEXT;
  }
}

function isArchive(name: string): boolean {
  return /(^|_)(file|zip|archive|latents)$/.test(name);
}

/** Whether an endpoint returns vector drawings, by its id and the examples and names in its output schema. */
export function isVector(endpoint: string, output: Schema): boolean {
  return (
    /(^|[/-])(svg|vectorize)(\/|-|$)/.test(endpoint) ||
    /svg\+xml|\.svg\b|svg_content/.test(JSON.stringify(asSchema(output['properties']) ?? {}))
  );
}
