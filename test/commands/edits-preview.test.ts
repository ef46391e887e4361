import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { ResultRow } from '../../src/batch/rows/result-row.js';
import { editsPreview, type EditedPicture } from '../../src/commands/edits-preview.js';
import { resultImage } from '../report/rows.js';
import { tempDir } from '../support/temp-dir.js';

const terminal = (isTTY: boolean) => ({
  stdout: Object.assign(new PassThrough(), { isTTY, columns: 60 }),
  env: { TERM: 'xterm' },
});

const edit = (name: string, input: string, image?: Partial<ResultRow['images'][number]>) => ({
  name,
  result: {
    inputs: [input],
    images: image === undefined ? [] : [{ ...resultImage(`${name}.png`), ...image }],
  },
});

const cat = (number: number): EditedPicture => ({
  name: `cat ${number}`,
  edits: [edit('drawn', 'cat.png', {})],
});

/** Lines of names: pictures that are not there leave their places empty. */
async function namesOf(pictures: readonly EditedPicture[], isTTY = true) {
  const { text, left } = await editsPreview(pictures, await tempDir(), terminal(isTTY));
  const lines = text.split('\n').map((line) => line.trim().split(/ {2,}/));
  return { names: lines.filter(([first]) => first !== ''), left };
}

describe('the preview of edits', () => {
  it('is a line for each picture, with what was made of it', async () => {
    const pictures = [
      { name: 'a.png', edits: [edit('weak', 'a.png', {}), edit('strong', 'a.png', {})] },
      { name: 'b.png', edits: [edit('weak', 'b.png', {})] },
    ];
    expect(await namesOf(pictures)).toEqual({
      names: [
        ['a.png', 'weak', 'strong'],
        ['b.png', 'weak'],
      ],
      left: 0,
    });
  });

  it('leaves out what is not on the disk', async () => {
    const edits = [
      edit('shown', 'HTTPS://x/a.png', {}),
      edit('not kept', 'x', { path: null }),
      edit('failed', 'x'),
    ];
    expect((await namesOf([{ name: 'a.png', edits }])).names).toEqual([['shown']]);
  });

  it('ends where the screen is full several times over, and counts the rest', async () => {
    const { names, left } = await namesOf(Array.from({ length: 23 }, (_, index) => cat(index)));
    expect([names.length, names.at(-1), left]).toEqual([20, ['cat 19', 'drawn'], 3]);
  });

  it('is empty where no pictures are shown, and leaves nothing over', async () => {
    const many = Array.from({ length: 23 }, (_, index) => cat(index));
    expect(await editsPreview(many, await tempDir(), terminal(false))).toEqual({ text: '', left: 0 });
  });
});
