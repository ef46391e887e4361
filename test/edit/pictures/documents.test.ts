/* Models known only by their documents, from the command to the files that their output schemas promise. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { isSvg } from '../../../src/images/unsupported-file.js';
import { onlyJobIn, stateIn } from '../../support/ledger.js';
import { runCli } from '../../support/run-cli.js';
import { sandbox } from '../../support/sandbox.js';
import { schemaDocuments } from '../../support/schemas.js';
import { folderWithPhoto, leftIn, type Document } from '../harness.js';

interface Image {
  path: string | null;
  field: string | null;
  content_type: string | null;
}

/** Edits the photo with a model; the files that were saved, by what `--json` says of them. */
async function edited(...argv: string[]) {
  const fal = await sandbox({ documents: schemaDocuments(), renderPictures: false });
  const cwd = await folderWithPhoto();
  const result = await runCli(['cat.png', '--json', ...argv], { cwd, env: fal.env });
  expect(result.code, result.stderr + result.stdout).toBe(0);
  const document = result.json<Document>();
  const images = document.images as unknown as Image[];
  return {
    cwd,
    document,
    saved: images.map(({ path: file, field, content_type: type }) => [file, field, type]),
  };
}

test.each<[string, string[], [string, string | null, string][]]>([
  [
    'a picture and its mask',
    ['-m', 'acme/cutout/v2', '--set', 'output_mask=true'],
    [
      ['cat.edit.png', null, 'image/png'],
      ['cat.edit.mask_image.png', 'mask_image', 'image/png'],
    ],
  ],
  [
    'one mask, and a list of masks',
    ['-m', 'acme/segment'],
    [
      ['cat.edit.png', null, 'image/png'],
      ['cat.edit.individual_masks.1.png', 'individual_masks', 'image/png'],
      ['cat.edit.individual_masks.2.png', 'individual_masks', 'image/png'],
    ],
  ],
  ['a drawing', ['-m', 'acme/trace'], [['cat.edit.svg', null, 'image/svg+xml']]],
  ['one picture', ['-m', 'acme/upscale'], [['cat.edit.jpg', null, 'image/jpeg']]],
])('%s', async (_, argv, expected) => {
  const { cwd, document, saved } = await edited(...argv);
  expect(saved).toEqual(expected);
  expect(document.warnings).toEqual([]);
  expect(await leftIn(cwd)).toEqual(expected.map(([file]) => file).sort());
  expect(await onlyJobIn(stateIn(cwd))).toMatchObject({ state: 'saved' });
  for (const [file, , type] of expected) {
    if (type === 'image/svg+xml') expect(isSvg(await readFile(path.join(cwd, file)))).toBe(true);
  }
});

test('an edit that is left, and fetched by another command', async () => {
  const fal = await sandbox({ documents: schemaDocuments(), renderPictures: false });
  const cwd = await folderWithPhoto();
  const sent = await runCli(['cat.png', '-m', 'acme/segment', '--detach'], { cwd, env: fal.env });
  expect(sent.code, sent.stderr).toBe(0);
  const { code, stdout, stderr } = await runCli(['wait', sent.stdout.trim()], { cwd, env: fal.env });
  expect(code, stderr).toBe(0);
  expect(stdout.trim().split('\n')).toEqual([
    'cat.edit.png',
    'cat.edit.individual_masks.1.png',
    'cat.edit.individual_masks.2.png',
  ]);
});

test('rows of several models in one batch', async () => {
  const fal = await sandbox({ documents: schemaDocuments(), renderPictures: false });
  const cwd = await folderWithPhoto();
  const rows = [
    { image: 'cat.png', model: 'acme/segment', output: 'a.png' },
    { image: 'cat.png', model: 'acme/trace', output: 'b.{ext}' },
  ];
  await writeFile(path.join(cwd, 'rows.jsonl'), rows.map((row) => JSON.stringify(row)).join('\n'));
  const argv = ['batch', 'rows.jsonl', '-d', 'out', '--yes', '--no-report', '--assume-cost', '0.1'];
  const { code, stderr } = await runCli(argv, { cwd, env: fal.env });
  expect(code, stderr).toBe(0);
  expect((await readdir(path.join(cwd, 'out'))).filter((name) => /png|svg/.test(name)).sort()).toEqual([
    'a.individual_masks.1.png',
    'a.individual_masks.2.png',
    'a.png',
    'b.svg',
  ]);
});
