import { expect, test } from 'vitest';
import { ENDPOINTS } from '../../../src/sandbox/queue/endpoints.js';
import { validate } from '../../../src/sandbox/queue/validate.js';
import { DOT, FLUX_2, GENERAL, quickSandbox, run } from '../fal.js';

const general = { prompt: 'x', image_url: 'u' };
const flux2 = { prompt: 'x', image_urls: ['u'] };

test.each([
  [GENERAL, general],
  [
    GENERAL,
    { ...general, strength: 0.01, num_images: 10, seed: null, image_size: { width: 1, height: 14142 } },
  ],
  [GENERAL, { ...general, strength: '0.5', image_strength: 9, acceleration: 'none' }],
  [GENERAL, { ...general, loras: Array.from({ length: 9 }, () => ({ path: 'p', scale: 4 })) }],
  [FLUX_2, flux2],
  [FLUX_2, { ...flux2, strength: 40, output_format: 'webp', image_size: 'square_hd' }],
  [FLUX_2, { ...flux2, loras: [{ path: 'p', scale: 4 }], num_inference_steps: 4, guidance_scale: 20 }],
])('%s takes %o', (endpoint, input) => {
  expect(validate(ENDPOINTS[endpoint]!.fields, input).rows).toEqual([]);
});

test.each([
  [GENERAL, { image_url: 'u' }, 'prompt', 'missing', undefined],
  [GENERAL, { prompt: 'x', image_urls: ['u'] }, 'image_url', 'missing', undefined],
  [GENERAL, { ...general, strength: 0 }, 'strength', 'greater_than_equal', { ge: 0.01 }],
  [GENERAL, { ...general, strength: 1.01 }, 'strength', 'less_than_equal', { le: 1 }],
  [GENERAL, { ...general, num_inference_steps: 51 }, 'num_inference_steps', 'less_than_equal', { le: 50 }],
  [GENERAL, { ...general, num_inference_steps: 2.5 }, 'num_inference_steps', 'int_from_float', undefined],
  [GENERAL, { ...general, num_images: 'many' }, 'num_images', 'int_parsing', undefined],
  [GENERAL, { ...general, guidance_scale: 21 }, 'guidance_scale', 'less_than_equal', { le: 20 }],
  [GENERAL, { ...general, strength: null }, 'strength', 'float_parsing', undefined],
  [GENERAL, { ...general, prompt: 7 }, 'prompt', 'string_type', undefined],
  [GENERAL, { ...general, output_format: 'webp' }, 'output_format', 'one_of', { expected: ['png', 'jpeg'] }],
  [GENERAL, { ...general, loras: [{ path: '' }] }, 'loras.0.path', 'sequence_too_short', { min_length: 1 }],
  [GENERAL, { ...general, loras: [{ path: 'p', scale: 5 }] }, 'loras.0.scale', 'less_than_equal', { le: 4 }],
  [GENERAL, { ...general, nag_scale: 1 }, 'nag_scale', 'greater_than', { gt: 1 }],
  [GENERAL, { ...general, nag_tau: 0 }, 'nag_tau', 'greater_than', { gt: 0 }],
  [GENERAL, { ...general, sigma_schedule: 'x' }, 'sigma_schedule', 'one_of', { expected: ['sgm_uniform'] }],
  [GENERAL, { ...general, loras: [{ scale: 1 }] }, 'loras.0.path', 'missing', undefined],
  [GENERAL, { ...general, loras: 'p' }, 'loras', 'list_type', undefined],
  [GENERAL, { ...general, image_size: { width: 0 } }, 'image_size.width', 'greater_than_equal', { ge: 1 }],
  [GENERAL, { ...general, sync_mode: 'perhaps' }, 'sync_mode', 'bool_parsing', undefined],
  [FLUX_2, { prompt: 'x' }, 'image_urls', 'missing', undefined],
  [FLUX_2, { prompt: 'x', image_urls: [] }, 'image_urls', 'sequence_too_short', { min_length: 1 }],
  [FLUX_2, { ...flux2, num_inference_steps: 3 }, 'num_inference_steps', 'greater_than_equal', { ge: 4 }],
  [FLUX_2, { ...flux2, num_images: 5 }, 'num_images', 'less_than_equal', { le: 4 }],
  [
    FLUX_2,
    { ...flux2, image_size: { width: 511, height: 512 } },
    'image_size.width',
    'greater_than_equal',
    { ge: 512 },
  ],
  [FLUX_2, { ...flux2, loras: [{ path: 'p', scale: 5 }] }, 'loras.0.scale', 'less_than_equal', { le: 4 }],
  [
    FLUX_2,
    { ...flux2, loras: [1, 2, 3, 4].map(() => ({ path: 'p' })) },
    'loras',
    'sequence_too_long',
    { max_length: 3 },
  ],
  [
    FLUX_2,
    { ...flux2, acceleration: 'max' },
    'acceleration',
    'one_of',
    { expected: ['none', 'regular', 'high'] },
  ],
])('%s refuses %o at %s: %s', (endpoint, input, loc, type, ctx) => {
  const { rows } = validate(ENDPOINTS[endpoint]!.fields, input);
  expect(rows).toHaveLength(1);
  expect(rows[0]?.loc.join('.')).toBe(`body.${loc}`);
  expect(rows[0]?.type).toBe(type);
  expect(rows[0]?.ctx).toEqual(ctx);
  expect(rows[0]?.url).toBe(`https://docs.fal.ai/errors/#${type}`);
});

test('pictures are found at any depth, the fifth of image_urls is dropped', () => {
  const deep = {
    ...general,
    controlnets: [{ path: 'p', control_image_url: 'c' }],
    fill_image: { fill_image_url: 'f' },
  };
  const found = validate(ENDPOINTS[GENERAL]!.fields, deep).pictures.map(({ url }) => url);
  expect(found.sort()).toEqual(['c', 'f', 'u']);
  const many = validate(ENDPOINTS[FLUX_2]!.fields, { prompt: 'x', image_urls: ['1', '2', '3', '4', '5'] });
  expect(many.pictures.map(({ url }) => url)).toEqual(['1', '2', '3', '4']);
});

test.each([
  [{ image_url: 'https://example.com/a.png' }, ['body', 'image_url'], 'file_download_error'],
  [{ image_url: '/etc/hostname' }, ['body', 'image_url'], 'file_download_error'],
  [{ image_url: 'data:image/png;base64,AAAA' }, ['body', 'image_url'], 'image_load_error'],
  [
    { reference_image_url: 'https://example.com/a.png' },
    ['body', 'reference_image_url'],
    'file_download_error',
  ],
])('a picture that cannot be had: %o', async (extra, loc, type) => {
  const sandbox = await quickSandbox();
  const { status, body, headers } = await run(sandbox, GENERAL, { prompt: 'x', image_url: DOT, ...extra });
  expect(status).toBe(422);
  expect(body.detail).toMatchObject([{ loc, type }]);
  expect(headers.get('x-fal-retryable')).toBe('false');
  expect(headers.get('x-fal-billable-units')).toBe('0');
});
