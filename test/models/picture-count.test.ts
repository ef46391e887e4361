import { expect, test } from 'vitest';
import { refuseWrongCount } from '../../src/models/unsupported.js';
import { FalEditError } from '../../src/errors/error.js';
import { findModel, MODELS } from '../../src/models/registry.js';

function refusal(name: string, count: number): FalEditError | undefined {
  try {
    refuseWrongCount(findModel(name), Array<string>(count).fill('a.png'), '--image');
    return undefined;
  } catch (error) {
    if (error instanceof FalEditError) return error;
    throw error;
  }
}

test.each([
  ['flux-general', 2, 'flux-2-lora edits up to 4 together, flux-2-edit up to 4: -m flux-2-lora'],
  ['flux-dev', 3, 'flux-2-lora edits up to 4 together, flux-2-edit up to 4: -m flux-2-lora'],
  ['flux-general', 5, 'Give fewer. flux-2-lora edits up to 4 together, flux-2-edit up to 4.'],
  ['flux-2-lora', 5, 'Give fewer.'],
  ['flux-dev', 5, 'Give fewer. flux-2-lora edits up to 4 together, flux-2-edit up to 4.'],
  ['flux-2-edit', 5, 'Give fewer.'],
])('%s with %i pictures: %s', (name, count, hint) => {
  expect(refusal(name, count)).toMatchObject({ kind: 'usage', hint });
});

test.each(MODELS.map(({ name, maxImages }) => [name, maxImages] as const))(
  '%s takes 1 to %i, and says so beyond',
  (name, most) => {
    expect(refusal(name, 1)).toBeUndefined();
    expect(refusal(name, most)).toBeUndefined();
    const taken = most === 1 ? 'exactly one picture' : `at most ${most} pictures`;
    expect(refusal(name, most + 1)?.message).toBe(
      `--image: ${most + 1} pictures are given, but ${name} takes ${taken}.`,
    );
    expect(refusal(name, 0)?.message).toContain('<image> is missing');
  },
);

test('every model that is named in a hint takes what is said of it', () => {
  for (const { name: asked, maxImages } of MODELS) {
    const hint = refusal(asked, maxImages + 1)?.hint ?? '';
    for (const [, name = '', most] of hint.matchAll(/([\w-]+)(?: edits)? up to (\d+)/g)) {
      expect(findModel(name).maxImages).toBe(Number(most));
    }
  }
});
