import fc from 'fast-check';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { urlTo } from '../../../src/report/page/write.js';

test.each([
  ['/out', '/out/a.png', 'a.png'],
  ['/out', '/out/results/a b.png', 'results/a%20b.png'],
  ['/out/deep', '/in/a.png', '../../in/a.png'],
  ['/out', `/out/a"b'<c>.png`, `a%22b'%3Cc%3E.png`],
  ['/out', '/out/50%25 #1?.png', '50%2525%20%231%3F.png'],
  ['/out', '/out/a:b.png', 'a%3Ab.png'],
  ['/out', '/out/a\\b.png', 'a%5Cb.png'],
  ['/out', '/out/\u202egnp.exe', '%E2%80%AEgnp.exe'],
  ['/out', '/out/קובץ.png', '%D7%A7%D7%95%D7%91%D7%A5.png'],
  ['/out', '/out/half \ud800.png', 'half%20%EF%BF%BD.png'],
])('from %j to %j', (folder, file, url) => {
  expect(urlTo(folder, file, path.posix)).toBe(url);
});

test.each([
  ['C:\\out', 'C:\\out\\results\\a b.png', 'results/a%20b.png'],
  ['C:\\out', 'C:\\in\\a.png', '../in/a.png'],
  ['C:\\out', 'D:\\in\\a #1.png', 'file:///D:/in/a%20%231.png'],
  ['C:\\out', '\\\\server\\share\\a.png', 'file://server/share/a.png'],
])('on Windows from %j to %j', (folder, file, url) => {
  expect(urlTo(folder, file, path.win32)).toBe(url);
});

test('a browser finds the same file again', () => {
  const part = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !/[/\0]|^\.\.?$/.test(text));
  fc.assert(
    fc.property(
      fc.array(part, { minLength: 1, maxLength: 4 }),
      fc.array(part, { maxLength: 3 }),
      (to, from) => {
        const folder = path.posix.join('/', ...from);
        const file = path.posix.join('/', ...to);
        fc.pre(folder !== file);
        const base = `file://${folder.replace(/\/?$/, '/').split('/').map(encodeURIComponent).join('/')}`;
        expect(fileURLToPath(new URL(urlTo(folder, file, path.posix), base))).toBe(file);
      },
    ),
  );
});
