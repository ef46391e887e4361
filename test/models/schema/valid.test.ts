import { existsSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { problemText } from '../../../src/errors/error.js';
import { explainIssues, flagForField } from '../../../src/models/explain.js';
import type { Model } from '../../../src/models/model.js';
import { schemaModel } from '../../../src/models/schema/adapter.js';
import { checkInput } from '../../../src/sandbox/documents/check-input.js';
import { inputSchema } from '../../../src/sandbox/documents/schema.js';
import { documentsIn, FALS, FIXTURES, type Document } from './documents.js';
import { changedInputs, UNKNOWN_KEY, validInputs, type Changed } from './inputs.js';
import { ajvJudge, plainSchema, zodJudge } from './oracles.js';

/*
 * The adapter's verdict on an input is the schema's own: random valid inputs pass, inputs that differ from one in a
 * single position are judged as two other validators and the sandbox do, and a refusal names the field. EVERY_STEP=1 takes all of fal's
 * documents, and more inputs of each.
 */

const takesAll = process.env['EVERY_STEP'] === '1';
const [RUNS, ONE_IN] = takesAll ? [200, 1] : [40, 5];
const TIME = takesAll ? 120_000 : 20_000;

/** The documents that make an adapter. */
function usable(folder: string): [endpoint: string, Document, Model][] {
  return documentsIn(folder).flatMap((document): [string, Document, Model][] => {
    try {
      const source = { hash: 'h', readAt: 0, origin: 'file' } as const;
      return [[document.endpoint, document, schemaModel(document.endpoint, document.openapi, source)]];
    } catch {
      return [];
    }
  });
}

function judge({ endpoint, openapi }: Document, model: Model): void {
  const schema = plainSchema(endpoint, openapi);
  const [ajv, zod] = [ajvJudge(schema), zodJudge(schema)];
  const inputs = validInputs(schema);
  const passesSandbox = (input: unknown): boolean =>
    checkInput(openapi, inputSchema(openapi, endpoint) ?? {}, input).rows.length === 0;
  fc.assert(
    fc.property(inputs, (input) => {
      expect([ajv(input), zod(input)], 'the oracles').toEqual([true, true]);
      expect(passesSandbox(input)).toBe(true);
      expect(refusals(model, input).filter((problem) => !isTooMany(problem))).toEqual([]);
    }),
    { numRuns: RUNS },
  );
  fc.assert(
    fc.property(changedInputs(inputs), ({ input, path }) => {
      const verdict = ajv(input);
      expect(zod(input), 'the oracles agree').toBe(verdict);
      const problems = refusals(model, input);
      // What the adapter lets through, fal takes.
      if (problems.length === 0) expect(passesSandbox(input)).toBe(true);
      if (verdict && problems.some(isTooMany)) return;
      expect(problems.length === 0, problems.join('\n')).toBe(verdict);
      if (!verdict)
        expect(
          problems.some((problem) => names(model, problem, path)),
          problems.join('\n'),
        ).toBe(true);
    }),
    { numRuns: 5 * RUNS },
  );
}

function refusals(model: Model, input: unknown): string[] {
  const issues = model.input.safeParse(input).error?.issues ?? [];
  const problems = explainIssues(model, input, issues);
  expect(problems.length > 0).toBe(issues.length > 0);
  return problems.map(problemText);
}

/** A number of pictures may be limited by words, which no other validator reads. */
function isTooMany(problem: string): boolean {
  return /takes at most \d+ here/.test(problem);
}

/** Whether a message names a position, or the list or object around it, by its flag or path. */
function names(model: Model, problem: string, path: Changed['path']): boolean {
  if (path.at(-1) === UNKNOWN_KEY && !problem.includes(UNKNOWN_KEY)) return false;
  const around = path.map((_, length) => flagForField(model, path.slice(0, length + 1)));
  // Among alternatives, or in a list that has too few items, the object or list is what is wrong.
  return (
    around.slice(-2).some((field) => problem.startsWith(field)) || problem.includes(` ${path.join('.')}.`)
  );
}

describe('documents of our own', () => {
  test.each(usable(FIXTURES))(
    '%s',
    (_, document, model) => {
      judge(document, model);
    },
    TIME,
  );
});

describe.skipIf(!existsSync(FALS[0] ?? ''))("fal's documents", () => {
  const all = existsSync(FALS[0] ?? '') ? FALS.flatMap(usable) : [];
  test.each(all.filter((_, index) => index % ONE_IN === 0))(
    '%s',
    (_, document, model) => {
      judge(document, model);
    },
    TIME,
  );
});
