import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { FalEditError } from '../../src/errors/error.js';
import { flux2Lora } from '../../src/models/flux-2-lora.js';
import { fluxGeneral } from '../../src/models/flux-general.js';
import { readRequest, type GivenRequest } from '../../src/models/read-request.js';

/** What a value and its text are read as. */
const SAME: [string, value: unknown, text: unknown, read: unknown][] = [
  ['strength', 0.6, '0.6', 0.6],
  ['strength', 1, ' 1 ', 1],
  ['steps', 28, '28', 28],
  ['guidance', 0.5, '.5', 0.5],
  ['seed', 7, '7', 7],
  ['numImages', 4, '4', 4],
  ['size', { width: 512, height: 768 }, '512x768', { width: 512, height: 768 }],
  ['size', { width: '512', height: '768' }, '512×768', { width: 512, height: 768 }],
  ['images', ['a.png'], 'a.png', ['a.png']],
  ['loras', [{ path: 'o/s', scale: 0.5 }], 'o/s@0.5', [{ path: 'o/s', scale: 0.5 }]],
  ['loras', { path: 'o/s', scale: '0.5' }, ['o/s@.5'], [{ path: 'o/s', scale: 0.5 }]],
  ['loras', { path: 'o/s', scale: null }, 'o/s', [{ path: 'o/s' }]],
  ['prompt', 2024, '2024', '2024'],
  ['format', 'png', 'PNG', 'png'],
  ['format', 'jpeg', 'jpg', 'jpeg'],
  ['set', { scheduler: 'euler' }, ['scheduler=euler'], { scheduler: 'euler' }],
  [
    'set',
    [{ scheduler: 'euler' }, 'use_real_cfg=true'],
    ['scheduler=euler', 'use-real-cfg=true'],
    {
      scheduler: 'euler',
      use_real_cfg: true,
    },
  ],
];

describe('A request', () => {
  test.each(SAME)('reads %s from %j and from %j', (key, value, text, read) => {
    for (const given of [value, text]) {
      expect(readRequest(fluxGeneral, { [key]: given })).toMatchObject({ [key]: read });
    }
  });

  it('has the size of the model and no seed where that is asked for', () => {
    const request = readRequest(fluxGeneral, { size: 'model', seed: 'random' });
    expect([request.size, request.seed]).toEqual([undefined, undefined]);
  });

  it('is the same from numbers and from their texts', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 0, max: 2 ** 31 - 1 }),
        (strength, steps, seed) => {
          const texts = { strength: String(strength), steps: String(steps), seed: String(seed) };
          expect(readRequest(fluxGeneral, texts)).toEqual(
            readRequest(fluxGeneral, { strength, steps, seed }),
          );
        },
      ),
    );
  });
});

describe('A value of another form', () => {
  const problemsOf = (given: GivenRequest): unknown => {
    try {
      readRequest(flux2Lora, given, (key) => `the ${key}`);
    } catch (error) {
      return error instanceof FalEditError ? [error.kind, error.hint, error.problems] : error;
    }
    return undefined;
  };

  test.each<[GivenRequest, hint: string | undefined, problems: unknown[]]>([
    [
      { steps: 'many', guidance: '60%' },
      '60% is 0.6.',
      [
        { field: 'the steps', message: 'must be a whole number from 4 to 50, not "many".' },
        { field: 'the guidance', message: 'must be a number from 0 to 20, not "60%".' },
      ],
    ],
    [{ steps: [28] }, undefined, [{ field: 'the steps', message: expect.stringMatching(/not \[28\]\.$/) }]],
    [
      { size: '1000' },
      'For a square: --size 1000x1000',
      [{ field: 'the size', message: expect.stringMatching(/^must be .*, or "model".*, not "1000"\.$/) }],
    ],
    [
      { loras: [{ path: 'o/s', strength: 1 }] },
      undefined,
      [{ field: 'the loras', message: expect.stringMatching(/^a LoRA must be/) }],
    ],
    [
      { images: [{}] },
      undefined,
      [{ field: 'the images', message: expect.stringMatching(/^must be a picture/) }],
    ],
    [{ set: 'scheduler' }, expect.any(String) as string, [{ field: 'the set', message: expect.any(String) }]],
    [{ set: 5 }, undefined, [{ field: 'the set', message: 'must be text or an object, not 5.' }]],
  ])('%j', (given, hint, problems) => {
    expect(problemsOf(given)).toEqual(['usage', hint, problems]);
  });
});
