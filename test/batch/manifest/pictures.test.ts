import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, describe, expect, it, test } from 'vitest';
import { FalEditError } from '../../../src/errors/error.js';
import { tempDir } from '../../support/temp-dir.js';
import { leftOutText } from '../../../src/batch/manifest/pictures/folder.js';
import { all, opened, refusal } from './reading.js';

const FILES = [
  'notes.txt',
  'odd name',
  'photo[1].png',
  'photo1.png',
  'data:x.png',
  'pics/cat10.png',
  'pics/cat2.png',
  'pics/Cat1.JPG',
  'pics/dog.jpeg',
  'pics/e.webp',
  'pics/f.gif',
  'pics/g.AVIF',
  'pics/h.tif',
  'pics/i.TIFF',
  'pics/j.bmp',
  'pics/rows.csv',
  'pics/.hidden.png',
  'pics/sub/a.png',
  'pics/sub/deep/b.png',
  'pics/sub/.hidden/c.png',
  'pics/sub/node_modules/d.png',
  'pics/[odd] (1)/k.png',
  'empty/readme.md',
  'above/sub/a.png',
];

let root: string;

beforeEach(async () => {
  root = await tempDir();
  for (const file of FILES) {
    await mkdir(path.dirname(path.join(root, file)), { recursive: true });
    await writeFile(path.join(root, file), '');
  }
});

/** The pictures that words mean in a folder, the root if not said otherwise. */
async function pictures(words: string[], { recursive = false, within = '' } = {}): Promise<unknown[]> {
  const source = await opened(words, path.join(root, within), { recursive });
  const entries = await all(source.rows());
  return entries.map((entry) => (entry.kind === 'row' ? entry.fields['image'] : entry));
}

const IN_PICS = [
  'Cat1.JPG',
  'cat2.png',
  'cat10.png',
  'dog.jpeg',
  'e.webp',
  'f.gif',
  'g.AVIF',
  'h.tif',
  'i.TIFF',
];
const pics = (names: string[]) => names.map((name) => path.join('pics', name));

describe('Pictures', () => {
  it('are rows of one field, whose place is the picture', async () => {
    const source = await opened(['pics/cat2.png', 'https://x.test/a.png?b=1'], root);
    expect(source).toMatchObject({
      name: 'pics/cat2.png https://x.test/a.png?b=1',
      folder: root,
      isManifest: false,
    });
    const url = 'https://x.test/a.png?b=1';
    expect(await all(source.rows())).toEqual([
      {
        kind: 'row',
        place: { file: 'pics/cat2.png', line: undefined },
        fields: { image: 'pics/cat2.png' },
      },
      { kind: 'row', place: { file: url, line: undefined }, fields: { image: url } },
    ]);
  });

  it('of a folder are those known by their endings, in natural order', async () => {
    expect(await pictures(['pics'])).toEqual(pics(IN_PICS));
    expect(await pictures(['./pics//'])).toEqual(pics(IN_PICS));
    expect(await pictures(['.'], { within: 'pics' })).toEqual(IN_PICS);
  });

  it('of a folder leave out what else there is, which is counted', async () => {
    for (const file of ['k.HEIC', 'l.heif', 'm.jfif', 'n.JPE', 'o.nef']) {
      await writeFile(path.join(root, 'pics', file), '');
    }
    const source = await opened(['pics', 'pics/*.bmp', 'above/sub'], root);
    expect(source.leftOut).toEqual({ bmp: 1, raw: 1, other: 1 });
    expect(leftOutText(source.leftOut ?? {})).toBe('left out 3 files: 1 BMP, 1 RAW, 1 other');
    expect(leftOutText({ other: 1 })).toBe('left out 1 file: 1 other');
    expect(leftOutText({})).toBeUndefined();
    expect(await pictures(['pics'])).toEqual(pics([...IN_PICS, 'k.HEIC', 'l.heif', 'm.jfif', 'n.JPE']));
  });

  it('of subfolders are none where a batch left them, unless its folder is named', async () => {
    await mkdir(path.join(root, 'pics/out/report-files'), { recursive: true });
    for (const file of ['ledger.db', 'x.png', 'report-files/y.png']) {
      await writeFile(path.join(root, 'pics/out', file), '');
    }
    await mkdir(path.join(root, 'pics/old'));
    for (const file of ['results.jsonl', 'z.png']) await writeFile(path.join(root, 'pics/old', file), '');
    expect(await pictures(['pics'], { recursive: true })).toHaveLength(12);
    expect(await pictures(['pics/out'], { recursive: true })).toEqual([
      'pics/out/report-files/y.png',
      'pics/out/x.png',
    ]);
  });

  it('of subfolders are found once where a link leads back', async () => {
    await symlink(path.join(root, 'pics'), path.join(root, 'pics/sub/loop'));
    expect(await pictures(['pics'], { recursive: true })).toHaveLength(12);
  });

  it('of subfolders count where that is asked for; what is hidden and node_modules never do', async () => {
    expect(await pictures(['pics'], { recursive: true })).toEqual(
      pics(['[odd] (1)/k.png', ...IN_PICS, 'sub/a.png', 'sub/deep/b.png']),
    );
    expect(await pictures(['../pics'], { recursive: true, within: 'above' })).toHaveLength(12);
  });

  it.each([
    ['pics/cat*.png', pics(['cat2.png', 'cat10.png'])],
    ['pics/{dog.jpeg,cat2.png}', pics(['cat2.png', 'dog.jpeg'])],
    ['pics/**/*.png', pics(['[odd] (1)/k.png', 'cat2.png', 'cat10.png', 'sub/a.png', 'sub/deep/b.png'])],
    ['**/sub/*.png', ['above/sub/a.png', 'pics/sub/a.png']],
    ['*.txt', ['notes.txt']],
    ['./pics/?.gif', ['pics/f.gif']],
    ['pics/\\[odd\\]*/*', ['pics/[odd] (1)/k.png']],
  ])('of the pattern %s are what it matches', async (pattern, expected) => {
    expect(await pictures([pattern])).toEqual(expected);
  });

  it('of a pattern are written from the working directory, wherever they are', async () => {
    const expected = ['sub/a.png', 'sub/deep/b.png'].map((name) => path.join('..', 'pics', name));
    expect(await pictures(['../pics/sub/**/*.png'], { within: 'above' })).toEqual(expected);
    expect(await pictures([`${root}/pics/sub/**/*.png`], { within: 'above' })).toEqual(expected);
    expect(await pictures([path.join(root, 'pics/cat2.png')], { within: 'pics' })).toEqual(['cat2.png']);
  });

  it('that are named in full are taken, whatever their names', async () => {
    expect(await pictures(['photo[1].png', 'odd name', 'notes.txt', 'pics/.hidden.png'])).toEqual([
      'photo[1].png',
      'odd name',
      'notes.txt',
      'pics/.hidden.png',
    ]);
    expect(await pictures(['pics/[odd] (1)'])).toEqual(['pics/[odd] (1)/k.png']);
  });

  it('do not turn into a URL by their names', async () => {
    expect(await pictures(['data:x.png', './data:x.png', '*.png'])).toEqual([
      './data:x.png',
      'photo[1].png',
      'photo1.png',
    ]);
  });

  it('come in the order of the words, each once', async () => {
    const url = 'HTTPS://x.test/a.png';
    expect(
      await pictures([
        'pics/f.gif',
        url,
        'pics/{e,f}.*',
        path.join(root, 'pics/e.webp'),
        url,
        './pics/f.gif',
      ]),
    ).toEqual(['pics/f.gif', url, 'pics/e.webp']);
  });

  it('count once where a link leads to them, and no circle of links is gone round', async () => {
    await symlink('../pics', path.join(root, 'pics/sub/loop'));
    await symlink('..', path.join(root, 'pics/sub/deep/up'));
    await symlink('cat2.png', path.join(root, 'pics/link.png'));
    await symlink('nowhere.png', path.join(root, 'pics/dangling.png'));
    await symlink('self.png', path.join(root, 'pics/self.png'));
    expect(await pictures(['pics'], { recursive: true })).toEqual(
      pics(['[odd] (1)/k.png', ...IN_PICS, 'sub/a.png', 'sub/deep/b.png']),
    );
    expect(await pictures(['pics/link.png'])).toEqual(['pics/link.png']);
  });

  it('that have gone in the meantime are still rows: they are missed when they are read', async () => {
    const source = await opened(['pics/cat*.png'], root);
    await rm(path.join(root, 'pics/cat2.png'));
    expect(await all(source.rows())).toHaveLength(2);
  });

  it('are named by the first pattern where there are many', async () => {
    const source = await opened(['pics/f.gif', 'photo1.png', 'pics/e.webp', 'notes.txt'], root);
    expect(source.name).toBe('pics/f.gif and 3 more');
  });
});

const ENDINGS = '.png, .jpg, .jpeg, .jpe, .jfif, .webp, .gif, .avif, .heic, .heif, .tif, .tiff';

test.each([
  [['phto1.png'], 'picture: "phto1.png": no such file.', 'Did you mean photo1.png?'],
  [['photo[2].png'], 'picture: "photo[2].png" matches no file.', 'Did you mean photo[1].png?'],
  [['pics/f.gif', 'x*.png'], 'picture: "x*.png" matches no file.', undefined],
  [['pics/*/'], 'picture: "pics/*/" matches no file.', undefined],
  [['pic[s]'], 'picture: "pic[s]" matches no file.', undefined],
  [['!*.png'], 'picture: "!*.png" matches no file.', undefined],
  [
    ['empty'],
    `picture: the folder "empty" has no pictures (${ENDINGS}).`,
    'Add --recursive to search its subfolders too.',
  ],
  [['two\nlines*'], 'picture: "two\\nlines*" matches no file.', undefined],
  [['ftp://x.test/a.png'], 'picture: "ftp://x.test/a.png": no such file.', undefined],
  [['/dev/null'], 'picture: "/dev/null" is a device, not a file.', undefined],
  [
    ['data:image/png;base64,AAAA'],
    'picture: a batch cannot read its pictures from a data: URI.',
    'Save it as a file, or put it into a manifest.',
  ],
])('No picture is meant by %j', async (words, message, hint) => {
  const error = await refusal(opened(words, root));
  expect(error).toBeInstanceOf(FalEditError);
  expect(error).toMatchObject({ kind: 'input', exitCode: 2, message, hint });
});

test('Nothing is said of subfolders where they were searched', async () => {
  expect((await refusal(opened(['empty'], root, { recursive: true }))).hint).toBeUndefined();
});
