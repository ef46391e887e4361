/* Rows that are pictures: files, folders, globs, URLs. */
import { symlink } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { connect } from '../../ledger/opened.js';
import {
  batchScene,
  BLUE,
  GREEN,
  linesOf,
  namesIn,
  picture,
  promptsAt,
  RED,
  resultsIn,
  summaryIn,
  type Files,
} from './scene.js';

const PHOTOS: Files = {
  'photos/1.png': RED,
  'photos/2.PNG': GREEN,
  'photos/10.jpg': BLUE,
  'photos/notes.txt': 'no picture',
  'photos/.hidden.png': RED,
  'photos/more/3.png': GREEN,
};

describe('each picture is a row', () => {
  test.each<[string, string[], string[]]>([
    ['a glob', ['photos/*.png'], ['photos/1.png']],
    ['several words', ['a.png', 'photos/10.jpg'], ['a.png', 'photos/10.jpg']],
    ['a folder', ['photos'], ['photos/1.png', 'photos/2.PNG', 'photos/10.jpg']],
    ['a folder with a slash', ['photos/'], ['photos/1.png', 'photos/2.PNG', 'photos/10.jpg']],
    [
      'a folder with all below it',
      ['photos', '--recursive'],
      ['photos/1.png', 'photos/2.PNG', 'photos/10.jpg', 'photos/more/3.png'],
    ],
    ['-r as well', ['photos', '-r'], ['photos/1.png', 'photos/2.PNG', 'photos/10.jpg', 'photos/more/3.png']],
    ['a glob with folders', ['photos/**/*.png'], ['photos/1.png', 'photos/more/3.png']],
    ['braces', ['photos/{1,10}.*'], ['photos/1.png', 'photos/10.jpg']],
  ])('%s', async (_, words, expected) => {
    const scene = await batchScene(PHOTOS);
    const { code, stdout, stderr } = await scene.batch(...words, '-p', 'snow');
    expect(code, stderr).toBe(0);
    expect(linesOf(stdout)).toHaveLength(expected.length);
    const places = (await resultsIn(scene)).map(({ place }) => place);
    expect(places.map(({ file }) => file).sort()).toEqual([...expected].sort());
    expect(places.every(({ line }) => line === undefined)).toBe(true);
    expect(promptsAt(scene.fal)).toEqual(expected.map(() => 'snow'));
  });

  it('also one at a URL, which is not uploaded', async () => {
    const { fal, batch, cwd } = await batchScene();
    expect((await batch('a.png', '-p', 'one')).code).toBe(0);
    const [url = ''] = fal.ledger().uploads.map((upload) => upload.file_url);
    const { code, stderr } = await batch(url, 'b.png', '-p', 'two');
    expect(code, `${stderr} in ${cwd}`).toBe(0);
    expect(fal.ledger().uploads).toHaveLength(2);
    expect(fal.ledger().accepted.map(({ input }) => (input as { image_url: string }).image_url)).toContain(
      url,
    );
  });

  it('counts once, however often and by whichever name it is named', async () => {
    const { fal, batch, cwd } = await batchScene(PHOTOS);
    await symlink(path.join(cwd, 'photos/1.png'), path.join(cwd, 'link.png'));
    const words = ['photos/1.png', 'photos/*.png', './photos/1.png', 'link.png'];
    expect((await batch(...words, '-p', 'snow')).code).toBe(0);
    expect(fal.ledger().accepted).toHaveLength(1);
  });

  it('has an out-dir called fal-edit.out where none is named', async () => {
    const scene = await batchScene();
    const { stdout } = await scene.run(['a.png', '-p', 'snow', '--no-report']);
    expect(stdout).toBe('fal-edit.out/a.edit.png\n');
    expect(await summaryIn(scene, 'fal-edit.out')).toMatchObject({ source: 'a.png' });
  });

  it('fills {image} in, and has its name in the output', async () => {
    const { batch, fal } = await batchScene(PHOTOS);
    const { stdout, stderr } = await batch('photos/1.png', '-p', 'like {image}', '-o', '{name}-x.png');
    expect(stdout, stderr).toBe('out/1-x.png\n');
    expect(promptsAt(fal)).toEqual(['like photos/1.png']);
  });
});

describe('what is refused, and sends nothing', () => {
  test.each<[string, string[], RegExp]>([
    ['no prompt', ['a.png'], /^a\.png: prompt is missing/m],
    ['a picture that is not there', ['no.png', '-p', 'x'], /no\.png.*no such file/],
    ['a glob that matches nothing', ['none/*.png', '-p', 'x'], /matches no file/],
    ['a folder without pictures', ['empty', '-p', 'x'], /has no pictures.*\n.*--recursive/],
    ['a file that is no picture', ['photos/notes.txt', '-p', 'x'], /^photos\/notes\.txt: image: /m],
    ['a data: URI', ['data:image/png;base64,AAAA', '-p', 'x'], /from a data: URI/],
    ['stdin as a picture', ['a.png', '-', '-p', 'x'], /is a manifest/],
  ])('%s', async (_, words, message) => {
    const { batch, fal } = await batchScene({ ...PHOTOS, 'empty/deep/a.png': RED });
    const { code, stdout, stderr } = await batch(...words);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
    expect(fal.ledger().requests.total).toBe(0);
  });
});

describe('the results of a batch are none of its rows', () => {
  test.each<[string, string[]]>([
    ['a folder that holds the out-dir', ['.', '-r']],
    ['a glob that reaches into it', ['**/*.{png,webp}']],
    ['the out-dir is where the pictures are', ['.', '-d', '.']],
    ['the same by a glob', ['*.png', '--out-dir', '.']],
    ['the out-dir is reached by a link', ['.', '-r', '-d', 'link']],
  ])('%s', async (_, words) => {
    // So large that the report has a thumbnail of it.
    const scene = await batchScene({ 'real/x.txt': '', 'd.png': await picture('white', 600) });
    await symlink(path.join(scene.cwd, 'real'), path.join(scene.cwd, 'link'));
    const first = await scene.run([...words, '-p', 'snow']);
    expect(first.code, first.stderr).toBe(0);
    expect(scene.fal.ledger().accepted).toHaveLength(4);
    const again = await scene.run([...words, '-p', 'snow']);
    expect([again.code, again.stdout], again.stderr).toEqual([0, '']);
    expect(scene.fal.ledger().accepted).toHaveLength(4);
    expect(again.stderr).toContain('All 4 rows are done');
    expect((await namesIn(scene, '.')).some((name) => /report-files.*webp/.test(name))).toBe(true);
  });

  it('also those of a run that was killed before it could note where they are', async () => {
    const scene = await batchScene();
    const words = ['.', '-r', '-p', 'snow', '-d', 'out', '--no-report'];
    await scene.run(words);
    const db = connect(path.join(scene.cwd, 'out'));
    db.exec("UPDATE jobs SET state = 'completed', ended_at = NULL; UPDATE images SET path = NULL");
    db.close();
    const again = await scene.run(words);
    expect(again.code, again.stderr).toBe(0);
    expect(scene.fal.ledger().accepted).toHaveLength(3);
    expect((await namesIn(scene)).filter((name) => name.endsWith('.png'))).toHaveLength(3);
  });

  it('also where they are named, for a run that is to send nothing', async () => {
    const scene = await batchScene();
    await scene.run(['.', '-r', '-p', 'snow']);
    const frozen = await scene.run(['.', '-r', '-p', 'snow', '--frozen']);
    expect(frozen.code, frozen.stderr).toBe(0);
    const dry = await scene.run(['.', '-r', '-p', 'snow', '--dry-run', '--json']);
    expect(dry.json()).toMatchObject({ rows: 3, to_send: 0, changes: { added: 0, removed: 0 } });
  });

  it('but those of another batch are', async () => {
    const scene = await batchScene();
    await scene.batch('a.png', '-p', 'snow');
    const { code, stderr } = await scene.run(['out/a.edit.png', '-p', 'night', '-d', 'next', '--no-report']);
    expect(code, stderr).toBe(0);
    expect(await namesIn(scene, 'next')).toContain('a.edit.edit.png');
  });

  it('and one that is picked up from a manifest is what the user wrote', async () => {
    const scene = await batchScene({ 'rows.csv': 'image,prompt\na.png,one\n' });
    await scene.batch('rows.csv');
    await scene.write({ 'rows.csv': 'image,prompt\na.png,one\nout/a.edit.png,two\n' });
    expect((await scene.batch('rows.csv')).code).toBe(0);
    expect(promptsAt(scene.fal)).toEqual(['one', 'two']);
  });
});
