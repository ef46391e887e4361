import { expect, test } from 'vitest';
import { displayName, inQuotes, nameOf, nameOfPath, nameOfUrl, uploadName } from '../../src/images/names.js';

test.each([
  ['photo.jpg', 'photo.jpg', '"photo.jpg"'],
  ['my photo, 2.jpg', 'my photo, 2.jpg', '"my photo, 2.jpg"'],
  ['C:\\a.png', 'C:\\a.png', '"C:\\a.png"'],
  ['two\nlines.png', '"two\\nlines.png"', '"two\\nlines.png"'],
  ['\u001b[31mred', '"\\u001b[31mred"', '"\\u001b[31mred"'],
  ['\u009bcsi', '"\\u009bcsi"', '"\\u009bcsi"'],
  ['a\u202egnp.exe', '"a\\u202egnp.exe"', '"a\\u202egnp.exe"'],
])('%j is shown as %s', (name, plain, quoted) => {
  expect([displayName(name), inQuotes(name)]).toEqual([plain, quoted]);
});

test.each([
  ['a/photo.jpg', 'photo'],
  ['a.b.png', 'a.b'],
  ['noextension', 'noextension'],
  ['größe 1.png', 'größe 1'],
])('the name of %s is %s', (path, name) => {
  expect(nameOfPath(path)).toBe(name);
});

test.each([
  ['https://x.test/a/cat.png?size=2.5', 'cat'],
  ['https://x.test/a%20cat.png', 'a cat'],
  ['https://x.test/', 'image'],
  ['https://x.test', 'image'],
  ['https://x.test/a/..%2f..%2fetc%2fpasswd', 'image'],
  ['https://x.test/%2e%2e%2f', 'image'],
  ['https://x.test/%00%0a', 'image'],
  ['https://x.test/con:*.png', 'con__'],
  ['https://x.test/100%.png', '100%'],
  ['https://x.test/' + 'a'.repeat(300), 'a'.repeat(100)],
])('the name of %s is %s', (url, name) => {
  expect(nameOfUrl(url)).toBe(name);
  expect(nameOf({ kind: 'url', url })).toBe(name);
});

test.each([
  ['photo', 'photo.png'],
  ['my photo, 2', 'my-photo-2.png'],
  ['Größe', 'Große.png'.replace('ß', '-')],
  ['写真', 'image.png'],
  ['-rf ..', 'rf.png'],
  ['a'.repeat(200), `${'a'.repeat(80)}.png`],
])('%s is uploaded as %s', (name, file) => {
  expect(uploadName(name, 'png')).toBe(file);
});
