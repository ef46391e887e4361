import { describe, expect, test } from 'vitest';
import type { PictureFormat } from '../../src/images/probe.js';
import { differences, type Announced } from '../../src/images/received.js';

const PNG = { file: 'a.png', contentType: 'image/png', width: 48, height: 32 };

describe('as announced and as asked for: nothing to say', () => {
  test.each<[Announced, PictureFormat | undefined]>([
    [{}, undefined],
    [{}, 'png'],
    [{ contentType: 'image/png' }, 'png'],
    [{ contentType: 'IMAGE/PNG; q=1' }, 'png'],
    [{ contentType: 'application/octet-stream' }, 'png'],
    [{ contentType: '' }, undefined],
    [{ contentType: 'constructor' }, undefined],
    [{ width: 48 }, undefined],
    [{ contentType: 'image/png', width: 48, height: 32 }, 'png'],
  ])('%j, %s', (announced, asked) => {
    expect(differences(PNG, announced, asked)).toEqual([]);
  });
});

test.each<[Announced, PictureFormat | undefined, string[]]>([
  [{ contentType: 'image/jpeg' }, undefined, ['a.png is PNG, not JPEG: fal returned a different format.']],
  [{ contentType: 'image/jpeg' }, 'png', ['a.png is PNG, not JPEG: fal returned a different format.']],
  [{ contentType: 'image/png' }, 'webp', ['a.png is PNG, not WEBP: fal returned a different format.']],
  [{}, 'jpeg', ['a.png is PNG, not JPEG: fal returned a different format.']],
  [{ width: 49, height: 32 }, 'png', ['a.png is 48x32 pixels, not 49x32 as fal announced.']],
  [{ height: 48 }, 'png', ['a.png is 48x32 pixels, not 48x48 as fal announced.']],
  [
    { contentType: 'image/jpeg', width: 1 },
    'jpeg',
    [
      'a.png is PNG, not JPEG: fal returned a different format.',
      'a.png is 48x32 pixels, not 1x32 as fal announced.',
    ],
  ],
])('not as announced or asked for: %j, %s', (announced, asked, says) => {
  expect(differences(PNG, announced, asked)).toEqual(says);
});

test('a picture without a file is called the picture', () => {
  expect(differences({ ...PNG, file: undefined }, { width: 9 }, undefined)).toEqual([
    'The picture is 48x32 pixels, not 9x32 as fal announced.',
  ]);
});
