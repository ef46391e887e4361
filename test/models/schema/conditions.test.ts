import { expect, it, test } from 'vitest';
import { modelOf } from './documents.js';

const text = { type: 'string' };

/** fal's sentences about a field that is set, beside a picture. */
function notes(description: string, sent: Record<string, unknown> = {}, more: object = {}): string[] {
  const model = modelOf({ image_url: text, other: text, field: { type: 'string', description, ...more } });
  return model.notesFor?.({ image_url: 'a', field: 'x', ...sent }) ?? [];
}

test.each([
  'Only used if a reference image is provided.',
  'Only used when result_type is single.',
  'Ignored if face enhancement is disabled.',
  'Will be ignored if aspect_ratio is provided.',
  'Only relevant when placement_type=original.',
  'This flag is only relevant when placement_type=original.',
  "No effect under 'approximation', where gamma is uniform.",
  'Applies to Redefine model only.',
  'Only applies when stroke_color is set.',
  'Only works with schedulers which support the `sigmas` argument.',
  'Only takes effect with the turbo model.',
  "The '2304x2304' option is only available for the 'General Use' model.",
  '[DEPRECATED] Use other.',
  'This field is deprecated.',
  'Only one controlnet is supported at the moment.',
  'Currently only 1 mask is supported, rest will be ignored.',
  'Cannot be set if `timesteps` is set.',
  'Requires mask_url.',
  'Has no effect on videos.',
  'Not used by the fast model.',
  'Not supported with the turbo model.',
])('%j is said', (sentence) => {
  expect(notes(`Some field. ${sentence}`)).toEqual([`field: fal says: ${sentence}`]);
});

test.each([
  '',
  'Only the best. Increase it for more detail.',
  'If set to true, the prompt will be expanded.',
  'The effect of the scale.',
  'Not used up quickly: it stays.',
  'When provided, can be used for style guidance.',
  'The read-only name.',
])('%j is not', (sentences) => {
  expect(notes(sentences)).toEqual([]);
});

it('says nothing about a condition that is met', () => {
  const only = 'Only used if the other is provided.';
  expect(notes(only)).toEqual([`field: fal says: ${only}`]);
  expect(notes(only, { other: 'x' })).toEqual([]);
  expect(notes('Only used when image_url is provided.')).toEqual([]);
  expect(notes('Only used if `other` is set.', { other: 'x' })).toEqual([]);
  expect(notes('Requires image_url.')).toEqual([]);
  expect(notes('Requires `other`.', { other: 'x' })).toEqual([]);
  expect(notes('Cannot be set if `other` is set.')).toEqual([]);
  expect(notes('Cannot be set if `other` is set.', { other: 'x' })).toHaveLength(1);
  expect(notes('Will be ignored if other is provided.')).toEqual([]);
  expect(notes('Will be ignored if other is provided.', { other: 'x' })).toHaveLength(1);
});

it('speaks of deprecated fields that fal says nothing about', () => {
  expect(notes('Some field.', {}, { deprecated: true })).toEqual(['field: fal says: Deprecated.']);
});

it('shows all that fal says about strength, which means something else in each model', () => {
  const model = modelOf({
    image_url: text,
    strength: { type: 'number', description: 'Strength of the input image. More is closer.' },
  });
  expect(model.notesFor?.({ image_url: 'a', strength: 0.5 })).toEqual([
    'strength: fal says: Strength of the input image. More is closer.',
  ]);
  expect(model.notesFor?.({ image_url: 'a' })).toEqual([]);
});

it('finds fields inside lists and objects, and says each sentence once', () => {
  const item = {
    properties: { path: text, index: { type: 'integer', description: 'Only used for faces.' } },
  };
  const model = modelOf({ image_url: text, guides: { type: 'array', items: item }, one: item });
  expect(
    model.notesFor?.({
      image_url: 'a',
      guides: [{ index: 1 }, { index: 2 }, { path: 'x' }],
      one: { index: 1 },
    }),
  ).toEqual(['guides.index: fal says: Only used for faces.', 'one.index: fal says: Only used for faces.']);
});

it('leaves out the main picture and what we always send', () => {
  const model = modelOf({
    image_url: { type: 'string', description: 'Ignored if a mask is given.' },
    sync_mode: { type: 'boolean', description: 'Only used if asked for.' },
  });
  expect(model.notesFor?.({ image_url: 'a', sync_mode: false })).toEqual([]);
});
