import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { otherFileText, recogniseResult } from '../../src/images/result-file.js';

const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');
const SVG = '<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0"/></svg>\n';
const ZIP = `PK\x05\x06${'\0'.repeat(18)}`;

describe('a file that fal returned is recognised by its bytes', () => {
  test('a picture, whatever is announced', async () => {
    const picture = await readFile('examples/coffee.png');
    expect(recogniseResult(picture, 'image/jpeg')).toMatchObject({
      contentType: 'image/png',
      ext: 'png',
      picture: { format: 'png' },
    });
  });

  test.each<[string, string, string | undefined, [string, string]]>([
    ['a drawing', SVG, 'image/png', ['image/svg+xml', 'svg']],
    ['a zip archive', ZIP, undefined, ['application/zip', 'zip']],
    ['a PDF document', '%PDF-1.7\n', 'image/png', ['application/pdf', 'pdf']],
    ['a film', '\0\0\0\x10ftypmp42\0\0\0\0', 'video/webm', ['video/mp4', 'mp4']],
    ['tensors', '\x10\0\0\0\0\0\0\0{"x":{}}\0\0\x01', undefined, ['application/octet-stream', 'safetensors']],
    ['an announced document', '{"a":1}', 'application/json; charset=utf-8', ['application/json', 'json']],
    ['anything else', '\x01\x02\x03\xfe', 'application/x-thing', ['application/octet-stream', 'bin']],
  ])('%s', (_, text, announced, [contentType, ext]) => {
    expect(recogniseResult(bytes(text), announced)).toMatchObject({ contentType, ext, picture: undefined });
  });

  test.each<[string, string, string | undefined, RegExp]>([
    ['a page', '<!doctype html><p>504', undefined, /HTML/],
    ['a page as a picture', '<html>', 'image/png', /HTML/],
    ['a message', '{"detail":"not found"}', undefined, /JSON/],
    ['nonsense as a picture', '\x01\x02\x03\xfe', 'image/png', /not a picture/],
    ['nothing', '', undefined, /empty/],
    ['half a drawing', SVG.slice(0, 80), undefined, /cut short/],
    ['half an archive', `PK\x03\x04${'\0'.repeat(40)}`, undefined, /cut short/],
    ['half a picture', '\x89PNG\r\n\x1a\n', undefined, /./],
  ])('%s is no result', (_, text, announced, problem) => {
    expect(() => recogniseResult(bytes(text), announced)).toThrow(problem);
  });
});

test('a file that is no picture of pixels has a note, also when it is read from the ledger', () => {
  expect(otherFileText('a.png', { contentType: 'image/png', width: 5 })).toBeUndefined();
  expect(otherFileText('a.svg', { contentType: 'image/svg+xml' })).toBe(
    'a.svg is an SVG drawing; it was saved as fal returned it.',
  );
  expect(otherFileText('a.npy', { contentType: 'application/octet-stream' })).toMatch(/is a NumPy array/);
  expect(otherFileText('a.bin', { contentType: 'application/octet-stream' })).toMatch(/of unknown type/);
});
