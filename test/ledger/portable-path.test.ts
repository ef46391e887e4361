import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { foundPath, keptPath } from '../../src/ledger/rows.js';

describe('A path in a ledger that goes with a folder', () => {
  test.each([
    ['/out/cat.png', 'cat.png'],
    ['/out/a/b/cat.png', 'a/b/cat.png'],
    ['/out', '.'],
    ['/out/', '.'],
    ['/out/..cat.png', '..cat.png'],
    ['/out/.../cat.png', '.../cat.png'],
    ['/out/a/../cat.png', 'cat.png'],
    // Outside: as it is.
    ['/', '/'],
    ['/other/cat.png', '/other/cat.png'],
    ['/output/cat.png', '/output/cat.png'],
    ['/cat.png', '/cat.png'],
  ])('%s is kept as %s', (file, kept) => {
    expect(keptPath(file, '/out')).toBe(kept);
  });

  it('is kept as it is where the ledger belongs to the machine', () => {
    expect(keptPath('/out/cat.png', undefined)).toBe('/out/cat.png');
    expect(foundPath('/out/cat.png', undefined)).toBe('/out/cat.png');
  });

  it('is found again where the folder lies by then', () => {
    expect(foundPath('a/cat.png', '/elsewhere/out')).toBe('/elsewhere/out/a/cat.png');
    expect(foundPath('.', '/elsewhere/out')).toBe('/elsewhere/out');
    expect(foundPath('/other/cat.png', '/elsewhere/out')).toBe('/other/cat.png');
  });

  const part = fc.oneof(
    fc.constantFrom('..', '...', '..a', 'a', '.a', 'a b', 'ä', '~', 'C:', 'a\\b'),
    fc.string({ minLength: 1 }).map((text) => text.replace(/[/\0]/g, '_')),
  );
  const absolute = fc.array(part, { maxLength: 4 }).map((parts) => path.resolve('/', ...parts));

  it('comes back as it went', () => {
    fc.assert(
      fc.property(absolute, absolute, (file, root) => {
        expect(foundPath(keptPath(file, root), root)).toBe(file);
      }),
    );
  });

  it('moves with the folder exactly where it lies within', () => {
    fc.assert(
      fc.property(absolute, absolute, (file, root) => {
        const inside = file === root || file.startsWith(root === '/' ? '/' : `${root}/`);
        const kept = keptPath(file, root);
        expect(kept.startsWith('/')).toBe(!inside);
        expect(foundPath(kept, '/moved').startsWith('/moved')).toBe(inside || file.startsWith('/moved'));
      }),
    );
  });
});
