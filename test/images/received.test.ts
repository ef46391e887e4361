import { expect, test } from 'vitest';
import {
  DamagedPictureError,
  NotAPictureError,
  UnexpectedPictureError,
} from '../../src/images/picture-errors.js';
import { type Announced, checkReceived } from '../../src/images/received.js';
import { SAMPLES } from './samples.js';

test.each<Announced>([
  {},
  { contentType: 'image/png' },
  { contentType: 'IMAGE/PNG; q=1' },
  { contentType: 'application/octet-stream' },
  { contentType: '' },
  { contentType: 'constructor' },
  { width: 48 },
  { contentType: 'image/png', width: 48, height: 32 },
])('is what was announced: %j', (announced) => {
  expect(checkReceived(SAMPLES.png, announced)).toMatchObject({ format: 'png', width: 48, height: 32 });
});

test.each<[Announced, string]>([
  [{ contentType: 'image/jpeg' }, 'is image/png, not image/jpeg as announced'],
  [{ contentType: 'image/webp' }, 'is image/png, not image/webp as announced'],
  [{ width: 49, height: 32 }, 'measures 48x32, not 49x32 as announced'],
  [{ height: 48 }, 'measures 48x32, not 48x48 as announced'],
])('is not what was announced: %j', (announced, problem) => {
  expect(() => checkReceived(SAMPLES.png, announced)).toThrow(new UnexpectedPictureError(problem));
});

test('is a part of a picture', () => {
  expect(() => checkReceived(SAMPLES.png.subarray(0, -1), {})).toThrow(DamagedPictureError);
});

test("is a gateway's page", () => {
  const page = Buffer.from('<html>502</html>');
  expect(() => checkReceived(page, { contentType: 'image/png' })).toThrow(NotAPictureError);
});
