import { existsSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { findFileFields } from '../src/models/fields.js';
import type { Model } from '../src/models/model.js';
import { readRequest } from '../src/models/read-request.js';
import { schemaModel } from '../src/models/schema/adapter.js';
import { MASK_NAMES } from '../src/models/schema/pictures.js';
import { picturesOf, refuseUnsupported, refuseWrongCount } from '../src/models/unsupported.js';
import { toInput } from '../src/models/wire.js';
import { documentsIn, FALS, FIXTURES, type Document } from './models/schema/documents.js';
import { validInputs } from './models/schema/inputs.js';
import { ajvJudge, plainSchema, type Json } from './models/schema/oracles.js';

/*
 * How much a user has to type for each endpoint whose document is at hand. Every edit is read as the command line would
 * read it, and what it would send is judged by the schema itself.
 */

const EFFORTS = [
  'photo [-p]',
  'with a mask',
  'with one more field',
  'with several more fields',
  'without a main picture',
  'not at all',
] as const;

type Effort = (typeof EFFORTS)[number];

interface Finding {
  endpoint: string;
  effort: Effort;
  /** The fields that need `--set` or `--file`, or the reason why it cannot be used. */
  detail: string;
}

function survey(document: Document): Finding {
  const { endpoint, openapi } = document;
  const model = modelOf(document);
  if (typeof model === 'string') {
    const [, reason] = / cannot be used: (.+)\. Nothing was sent\.$/.exec(model) ?? [];
    expect(reason, model).toBeDefined();
    return { endpoint, effort: 'not at all', detail: reason ?? '' };
  }
  const schema = plainSchema(endpoint, openapi);
  const samples = fc.sample(validInputs(schema), { numRuns: 20, seed: 1 });
  const names = neededFields(model, schema, samples);
  const input = inputOf(model, samples, names);
  const { error } = model.input.safeParse(input);
  // A refusal here is an edit that cannot work though nothing says so.
  expect({
    endpoint,
    error,
    accepted: ajvJudge(schema)(input),
    pictures: picturesIn(model, input) > 0,
  }).toEqual({ endpoint, error: undefined, accepted: true, pictures: true });
  return { endpoint, effort: effortOf(model, names), detail: names.join(' ') };
}

function modelOf({ endpoint, openapi }: Document): Model | string {
  try {
    return schemaModel(endpoint, openapi, { hash: 'h', readAt: 0, origin: 'file' });
  } catch (error) {
    return (error as Error).message;
  }
}

/** What the command line sends: a picture if there is a main one, what fal requires, and these fields. */
function inputOf(model: Model, samples: readonly Json[], names: readonly string[]): Json {
  const [sample = {}] = samples;
  const pictures = picturesOf(model);
  const flags = Object.entries(model.fields)
    .filter(([key, [field]]) => key !== 'images' && field !== undefined && isRequired(model, field))
    .map(([key, [field = '']]): [string, unknown] => [
      key,
      key === 'prompt' ? 'make it blue' : sample[field],
    ]);
  const others = names.filter((name) => !pictures.includes(name));
  const request = readRequest(model, {
    ...(model.fields.images === undefined ? {} : { images: ['photo.jpg'] }),
    ...Object.fromEntries(flags),
    set: Object.fromEntries(others.map((name) => [name, valueIn(model, samples, name)])),
    file: names.filter((name) => pictures.includes(name)).map((name) => `${name}=picture.png`),
  });
  const { seed, ...rest } = request;
  const edit = { ...rest, ...(seed === undefined ? {} : { seed }) };
  refuseUnsupported(model, edit);
  refuseWrongCount(model, edit.images, '--image', { others: picturesIn(model, edit.set ?? {}) });
  return toInput(model, edit);
}

/** A field's value, with a picture in it if it can hold one. */
function valueIn(model: Model, samples: readonly Json[], name: string): unknown {
  const values = samples.map((sample) => sample[name]).filter((value) => value !== undefined);
  return values.find((value) => picturesIn(model, { [name]: value }) > 0) ?? values[0];
}

function picturesIn(model: Model, input: Json): number {
  return findFileFields(model.input, input).filter(({ role }) => role === 'picture').length;
}

function isRequired({ input }: Model, name: string): boolean {
  return !((input.shape as Record<string, z.ZodType>)[name] instanceof z.ZodOptional);
}

/** The fields that an edit needs beside the flags. Where no picture is required, one that holds a picture is needed. */
function neededFields(model: Model, schema: Json, samples: readonly Json[]): string[] {
  const flagged = new Set(Object.values(model.fields).flat());
  const required = requiredIn(schema).filter((name) => !flagged.has(name) && name !== 'sync_mode');
  const holdsPicture = (name: string): boolean =>
    picturesOf(model).includes(name) || picturesIn(model, { [name]: valueIn(model, samples, name) }) > 0;
  if (model.fields.images !== undefined || required.some(holdsPicture)) return required;
  const guide = Object.keys(model.input.shape).find(holdsPicture);
  return guide === undefined ? required : [guide, ...required];
}

function requiredIn(schema: Json): string[] {
  const { $ref, $defs } = schema as { $ref?: string; $defs: Record<string, Json> };
  const root = $ref === undefined ? schema : ($defs[$ref.replace('#/$defs/', '')] ?? {});
  return (root['required'] ?? []) as string[];
}

function effortOf(model: Model, names: readonly string[]): Effort {
  if (model.fields.images === undefined) return 'without a main picture';
  const others = names.filter((name) => !MASK_NAMES.includes(name));
  if (others.length > 1) return 'with several more fields';
  if (others.length === 1) return 'with one more field';
  return names.length === 0 ? 'photo [-p]' : 'with a mask';
}

function totals(findings: readonly Finding[]): string[] {
  return EFFORTS.map((effort) => `${effort}: ${ofEffort(findings, effort).length} of ${findings.length}`);
}

function ofEffort(findings: readonly Finding[], ...efforts: Effort[]): Finding[] {
  return findings.filter(({ effort }) => efforts.includes(effort));
}

/** The totals, then each endpoint that needs more than a photo and a prompt. */
function report(findings: readonly Finding[]): string {
  const each = EFFORTS.slice(1).flatMap((effort) =>
    ofEffort(findings, effort)
      .map(({ endpoint, detail }) => `${effort}: ${endpoint}: ${detail}`)
      .sort(),
  );
  return `${[...totals(findings), '', ...each].join('\n')}\n`;
}

const share = (findings: readonly Finding[], ...efforts: Effort[]): number =>
  ofEffort(findings, ...efforts).length / findings.length;

it('our own documents need what their forms are made for', () => {
  expect(report(documentsIn(FIXTURES).map(survey))).toMatchInlineSnapshot(`
    "photo [-p]: 10 of 17
    with a mask: 2 of 17
    with one more field: 1 of 17
    with several more fields: 0 of 17
    without a main picture: 0 of 17
    not at all: 4 of 17

    with a mask: acme/erase: mask_url
    with a mask: acme/fill: mask_url
    with one more field: acme/relight: light_type
    not at all: acme/caption: it returns no picture
    not at all: acme/outage: fal publishes no schema for it
    not at all: acme/paint/realtime: it is a WebSocket app, which has no queue
    not at all: acme/sketch: it takes no picture
    "
  `);
});

describe.skipIf(!existsSync(FALS[0] ?? ''))("fal's own documents", () => {
  it.each([
    ['endpoints that take a picture', 'openapi', 0.74, 0.84],
    ["endpoints of fal's own list", 'platform', 0.5, 0.55],
  ] as const)('%s work with a photo, and with a mask too', async (_, folder, plain, masked) => {
    const findings = documentsIn(FALS[folder === 'openapi' ? 0 : 1] ?? '').map(survey);
    console.log(totals(findings).join('\n'));
    await expect(report(findings)).toMatchFileSnapshot(`survey.${folder}.txt`);
    expect(share(findings, 'photo [-p]')).toBeGreaterThanOrEqual(plain);
    expect(share(findings, 'photo [-p]', 'with a mask')).toBeGreaterThanOrEqual(masked);
  });
});
