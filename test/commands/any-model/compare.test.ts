import { describe, expect, it, test } from 'vitest';
import { schemaDocuments } from '../../support/schemas.js';
import { compareScene, type CompareScene, type Given } from '../compare/scene.js';

/**
 * A local fal with all endpoints of the test documents.
 *
 * @param equal edits of a model without a seed that differ in nothing
 */
const scene = (equal = 0) => compareScene({}, { documents: schemaDocuments(), duplicatesExpected: equal });

/** The scene's prompt is left out. */
const NO_PROMPT = { prompt: undefined } as unknown as Given;

interface Document {
  prompts: number;
  seeds: number;
  models: { model: string; done: number; measures: Record<string, { count: number } | null> }[];
  pairs: { measure: string; pairs: number }[];
  cells: { id: string; at: Record<string, string>; result: { seed: number | null } }[];
}

const documentIn = async (of: CompareScene) =>
  JSON.parse(await of.text('compare.out/compare.json')) as Document;
const inputsOf = (of: CompareScene) =>
  of.fal
    .ledger()
    .accepted.map(({ endpoint, input }) => ({ endpoint, input: input as Record<string, unknown> }));

describe('a comparison of models by their schemas', () => {
  it('needs no prompt where no model needs one, and says what cannot be repeated', async () => {
    const own = await scene(4);
    const { code, stderr } = await own.compare(['a.png', 'b.png', 'acme/cutout/v2.set=model=Heavy'], {
      ...NO_PROMPT,
      ...{ models: 'acme/matte,acme/cutout/v2', seeds: '2', 'assume-cost': '0.05' },
    });
    expect(code, stderr).toBe(0);
    expect(stderr).toContain(
      'acme/matte and acme/cutout/v2 take no seed: instead, each edit is made 2 times.',
    );
    expect(stderr).toMatch(
      /Notes on 8 rows .*\n.*acme\/matte takes no seed: the same edit cannot be repeated/,
    );
    expect(stderr).not.toContain('Pictures changed');
    expect(inputsOf(own)).toHaveLength(8);
    for (const { endpoint, input } of inputsOf(own)) {
      expect(Object.keys(input)).not.toContain('seed');
      expect(input['model']).toBe(endpoint === 'acme/cutout/v2' ? 'Heavy' : undefined);
    }
    const { cells, models, pairs, ...counts } = await documentIn(own);
    expect(counts).toMatchObject({ prompts: 0, seeds: 2 });
    expect(cells.map(({ id }) => id)).toContain('a.png, acme/matte, result 2');
    expect(cells.every(({ result }) => result.seed === null)).toBe(true);
    expect(models.map(({ done }) => done)).toEqual([4, 4]);
    expect(models.map(({ measures }) => measures['scatter']?.count)).toEqual([2, 2]);
    expect(pairs.filter(({ measure }) => measure === 'change')).toMatchObject([{ pairs: 4 }]);
  });

  it('gives each model what it takes of a shared prompt and seed', async () => {
    const own = await scene();
    const given = { models: 'flux-2-lora,acme/matte,acme/relight', seed: '5', 'assume-cost': '0.05' };
    const { code, stderr } = await own.compare(['a.png'], given);
    // What only one model must have is its own setting.
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining('light_type') });
    expect(inputsOf(own)).toEqual([]);
    const again = await own.compare(['a.png', 'acme/relight.set=light_type=lamp'], given);
    expect(again.code, again.stderr).toBe(0);
    expect(again.stderr).toContain('acme/matte takes no prompt and will not get it.');
    const byEndpoint = Object.fromEntries(inputsOf(own).map(({ endpoint, input }) => [endpoint, input]));
    expect(byEndpoint).toMatchObject({
      'fal-ai/flux-2/lora/edit': { prompt: 'snow', seed: 5 },
      'acme/relight': { instruction: 'snow', seed: 5, light_type: 'lamp' },
    });
    expect(byEndpoint['acme/matte']).not.toHaveProperty('prompt');
  });

  it('says that a LoRA may not fit a model whose base is unknown', async () => {
    const own = await scene();
    const { code, stderr } = await own.compare(['a.png'], {
      ...{ models: 'flux-2-lora,acme/brush/lora', lora: ['owner/style@0.8'], 'dry-run': true },
    });
    expect(code, stderr).toBe(0);
    expect(stderr).toContain(
      'The base model of acme/brush/lora is not known: check that owner/style@0.8 fits.',
    );
  });

  it('says that a strength may not mean the same', async () => {
    const own = await scene();
    const { code, stderr } = await own.compare(['a.png', 'acme/relight.set=light_type=sun'], {
      ...{ models: 'flux-general,acme/relight', strength: '0.5', 'dry-run': true },
    });
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(
      /The same strength may not mean the same\. acme\/relight: "How close .*"; flux-general: "1 remakes/,
    );
  });

  test.each<[string, Given, RegExp]>([
    [
      'a prompt that no model takes',
      { models: 'acme/matte,acme/cutout/v2' },
      /--prompt: none of the compared models takes a prompt/,
    ],
    [
      'several prompts for a model that takes none',
      { models: 'flux-2-lora,acme/matte', prompt: ['snow', 'night'] },
      /acme\/matte takes no prompt: with 2 prompts, it would make the same edit 2 times/,
    ],
    [
      'a setting that one model lacks',
      { models: 'flux-general,acme/matte', strength: '0.5' },
      /--strength: acme\/matte has no such setting; .*\n.*Set it only for flux-general: flux-general\.strength=0\.5/,
    ],
    [
      'a seed beyond the range of a model',
      { models: 'flux-2-lora,acme/brush/lora', seed: '5000' },
      /seed must be a whole number from 0 to 999, or null for acme\/brush\/lora, not 5000/,
    ],
  ])('refuses %s, and sends nothing', async (_, given, message) => {
    const own = await scene();
    const { code, stderr } = await own.compare(['a.png'], given);
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringMatching(message) });
    expect(inputsOf(own)).toEqual([]);
  });
});
