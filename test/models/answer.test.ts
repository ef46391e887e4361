import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MOST_PICTURES, readAnswer } from '../../src/models/answer.js';
import { parsePicturesOutput } from '../../src/models/wire.js';

const file = (name: string, more = {}): Record<string, unknown> => ({
  url: `https://files.example/${name}`,
  ...more,
});

/** The outputs as `field file`, with `!` for those that the schema does not name; the main one has no field. */
function outputs(order: readonly string[] | undefined, json: unknown): string[] | undefined {
  return readAnswer(order)(json)?.images.map(({ url, field, unexpected }) =>
    [
      ...(unexpected === true ? ['!'] : []),
      ...(field === undefined ? [] : [field]),
      url.split('/').at(-1) ?? '',
    ].join(' '),
  );
}

describe('an answer of the shape that its schema describes', () => {
  test.each<[string, string[], unknown, string[]]>([
    ['a list', ['images'], { images: [file('a'), file('b')], seed: 7 }, ['a', 'b']],
    ['one picture', ['image'], { image: file('a') }, ['a']],
    [
      'a picture and its mask, whatever order they have',
      ['mask_image', 'image'],
      { mask_image: file('m'), image: file('a') },
      ['a', 'mask_image m'],
    ],
    [
      'a picture and a list of masks',
      ['image', 'masks'],
      { masks: [file('m'), file('n')], image: file('a') },
      ['a', 'masks m', 'masks n'],
    ],
    [
      'neither images nor image: the first of the schema is the main one',
      ['depth_map', 'normal_map'],
      { normal_map: file('n'), depth_map: file('d') },
      ['d', 'normal_map n'],
    ],
    ['no picture, but an archive', ['image', 'file'], { image: null, file: file('z') }, ['z']],
    ['the same picture twice', ['images', 'image'], { image: file('a'), images: [file('a')] }, ['a']],
    [
      'bare addresses',
      ['images'],
      { images: ['https://files.example/a'], homepage: 'https://x.example/' },
      ['a'],
    ],
    [
      'further down in a field of the schema',
      ['result'],
      { result: { mask: file('m'), image: file('a') } },
      ['a', 'mask m'],
    ],
  ])('%s', (_, order, json, expected) => {
    expect(outputs(order, json)).toEqual(expected);
  });

  test('figures beside the pictures are read loosely', () => {
    const json = {
      images: [
        { url: 'https://f.example/a', content_type: 'image/webp', width: 640, height: 'tall' },
        null,
        { url: 'https://f.example/b' },
      ],
      seed: 'none',
      has_nsfw_concepts: [false, false, true],
      timings: { inference: 1.5 },
    };
    expect(readAnswer(['images'])(json)).toEqual({
      images: [
        { url: 'https://f.example/a', contentType: 'image/webp', width: 640, height: undefined, nsfw: false },
        {
          url: 'https://f.example/b',
          contentType: undefined,
          width: undefined,
          height: undefined,
          nsfw: true,
        },
      ],
      seed: undefined,
      inferenceSeconds: 1.5,
    });
  });

  test.each([
    [{ nsfw_content_detected: true }, true],
    [{ nsfw_content_detected: [true] }, true],
    [{ has_nsfw_concepts: false }, false],
    [{ has_nsfw_concepts: 'no' }, undefined],
  ])('the safety checker says %j', (said, nsfw) => {
    expect(readAnswer(['image'])({ image: file('a'), ...said })?.images[0]?.nsfw).toBe(nsfw);
  });
});

describe('an answer of another shape', () => {
  test.each<[string, string[] | undefined, unknown, string[]]>([
    ['the usual names, of which the schema says nothing', undefined, { image: file('a') }, ['a']],
    ['image instead of images', ['images'], { image: file('a') }, ['! a']],
    [
      'another file beside the picture',
      ['images'],
      { images: [file('a')], debug: { latents: file('l') } },
      ['a', '! latents l'],
    ],
    ['far down', undefined, { output: [{ data: { picture: file('a') } }] }, ['! a']],
    ['the answer is the file', undefined, file('a'), ['! a']],
    ['a list', undefined, [file('a'), file('b')], ['! a', '! b']],
    [
      'one name twice',
      undefined,
      { image: file('a'), before: { mask: file('m') }, after: { mask: file('n') } },
      ['a', '! before-mask m', '! after-mask n'],
    ],
    ['a data: URI', undefined, { result: 'data:image/png;base64,AAAA' }, ['! png;base64,AAAA']],
  ])('%s', (_, order, json, expected) => {
    expect(outputs(order, json)).toEqual(expected);
  });

  test('a name is harmless in a file name', () => {
    const json = {
      image: file('a'),
      '../../etc/\u001b[31mpasswd': file('b'),
      '': file('c'),
      [`x${'y'.repeat(99)}`]: file('d'),
    };
    const fields = readAnswer(['image'])(json)?.images.map(({ field }) => field);
    expect(fields).toEqual([undefined, '______etc___31mpasswd', 'file', `x${'y'.repeat(39)}`]);
  });

  test.each([
    [undefined],
    [null],
    ['https://files.example/a'],
    [5],
    [[]],
    [{}],
    [{ images: [] }],
    [{ images: null, prompt: 'https://files.example/a' }],
    [{ page: { url: '/docs' }, other: { url: 5 }, third: { url: 'javascript:alert(1)' } }],
    [{ text: 'data: not a URI' }],
  ])('no file: %j', (json) => {
    expect(readAnswer(['images'])(json)).toBeUndefined();
  });

  test('more files than are fetched are counted', () => {
    const json = { masks: Array.from({ length: 130 }, (_, index) => file(`m${index}`)) };
    const read = readAnswer(['masks'])(json);
    expect([read?.images.length, read?.leftOut]).toEqual([MOST_PICTURES, 30]);
  });

  test('an absurdly deep or wide answer is read to a limit', () => {
    let deep: unknown = file('a');
    for (let depth = 0; depth < 5000; depth++) deep = { deeper: deep };
    expect(readAnswer(undefined)(deep)).toBeUndefined();
    const wide = { image: file('a'), more: Array.from({ length: 1_000_000 }, () => 0) };
    expect(outputs(['image'], wide)).toEqual(['a']);
  });

  test('whatever it is, it is read without an error, and each address once', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (json) => {
        const urls = readAnswer(['images', '__proto__'])(json)?.images.map(({ url }) => url) ?? [];
        expect(new Set(urls).size).toBe(urls.length);
      }),
    );
  });
});

describe('an answer of a listed model', () => {
  test('without images is read by whatever is there: it is paid for', () => {
    expect(parsePicturesOutput({ image: file('a'), seed: 3 })).toMatchObject({
      images: [{ url: 'https://files.example/a', unexpected: true }],
      seed: 3,
    });
    expect(parsePicturesOutput({ images: [], image: file('a') })?.images).toHaveLength(1);
    expect(parsePicturesOutput({ images: [] })).toBeUndefined();
  });
});
