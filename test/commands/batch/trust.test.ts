/* A manifest is not trusted more than its folder: what it names below is read, what lies elsewhere only if it is a picture. */
import { mkdir, symlink } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { tempDir } from '../../support/temp-dir.js';
import { BLUE, batchScene, jsonl, promptsAt, sceneIn, type BatchScene, type Files } from './scene.js';

/** The smallest file that is taken for LoRA weights. */
const WEIGHTS = Buffer.concat([Buffer.from([2, 0, 0, 0, 0, 0, 0, 0]), Buffer.from('{}')]);
const SECRET = 'FAL_KEY=secret';

/** A manifest's folder within another one, in which a stranger's manifest has nothing to read. */
async function nested(rows: string, files: Files = {}): Promise<{ scene: BatchScene; outer: string }> {
  const outer = await tempDir();
  const { fal } = await batchScene();
  await sceneIn(outer, fal, { 'secret.txt': SECRET, 'x.safetensors': WEIGHTS, 'outer.png': BLUE });
  await mkdir(path.join(outer, 'inner'));
  const scene = await sceneIn(path.join(outer, 'inner'), fal, {
    'a.png': BLUE,
    'rows.jsonl': rows,
    ...files,
  });
  return { scene, outer };
}

const row = { image: 'a.png', prompt: 'x' };

describe('what lies outside of the manifest’s folder', () => {
  test.each<[string, Record<string, unknown>, RegExp]>([
    ['the environment as a prompt', { image: 'a.png', prompt_file: '/proc/self/environ' }, /prompt_file: /],
    [
      'a prompt file above',
      { image: 'a.png', prompt_file: '../secret.txt' },
      /prompt_file: \.\.\/secret\.txt is outside/,
    ],
    ['a missing file above', { image: 'a.png', prompt_file: '../gone.txt' }, /prompt_file: .* is outside/],
    ['weights above', { ...row, loras: ['../x.safetensors@0.5'] }, /loras: \.\.\/x\.safetensors is outside/],
    [
      'weights of a field',
      { ...row, set: { control_loras: [{ path: '../x.safetensors', control_image_url: 'a.png' }] } },
      /set control_loras: \.\.\/x\.safetensors is outside/,
    ],
    ['a picture that is none', { ...row, image: '../secret.txt' }, /image: .*not a picture/],
    [
      'a control picture that is none',
      {
        ...row,
        set: {
          easycontrols: [
            { control_method_url: 'canny', image_control_type: 'spatial', image_url: '../secret.txt' },
          ],
        },
      },
      /easycontrols\.0\.image_url: .*not a picture/,
    ],
    [
      'a reference that is none',
      { ...row, set: { reference_image_url: '/proc/self/environ' } },
      /reference_image_url: .*(not a picture|is empty)/,
    ],
  ])('is refused before anything is sent: %s', async (_, fields, message) => {
    const { scene } = await nested(jsonl(fields));
    const { code, stderr } = await scene.batch('rows.jsonl');
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
    expect(stderr).toMatch(/^rows\.jsonl:1: /);
    expect(stderr).not.toContain(SECRET);
    expect(scene.fal.ledger().requests.total).toBe(0);
  });

  test.each([
    ['link.txt', 'link.txt'],
    // Named in another spelling than the link has on the disk.
    ['caf\u00e9.txt', 'cafe\u0301.txt'],
  ])('is also what a link in it leads to: %s', async (onDisk, named) => {
    const { scene, outer } = await nested(jsonl({ image: 'a.png', prompt_file: named }));
    await symlink(path.join(outer, 'secret.txt'), path.join(outer, 'inner', onDisk));
    const { code, stderr } = await scene.batch('rows.jsonl');
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^rows\.jsonl:1: prompt_file: .* is outside/)]);
  });

  it('is read with --allow-outside, and only with the flag', async () => {
    const { scene } = await nested(
      jsonl({ image: 'a.png', prompt_file: '../secret.txt' }, { ...row, lora: '../x.safetensors' }),
    );
    const env = { ...scene.fal.env, FAL_EDIT_ALLOW_OUTSIDE: '1' };
    const refused = await scene.run(['rows.jsonl', '-d', 'out'], { env });
    expect([refused.code, refused.stderr]).toEqual([
      2,
      expect.stringContaining('FAL_EDIT_ALLOW_OUTSIDE is refused'),
    ]);
    await scene.write({ 'fal-edit.config.json': '{"allow-outside": true}' });
    expect((await scene.batch('rows.jsonl')).code).toBe(2);
    await scene.write({ 'fal-edit.config.json': '{}' });
    const { code, stderr } = await scene.batch('rows.jsonl', '--allow-outside');
    expect(code, stderr).toBe(0);
    expect(promptsAt(scene.fal)).toEqual([SECRET, 'x']);
  });

  it('is no matter for pictures, nor for what the command line names', async () => {
    const { scene, outer } = await nested(jsonl({ image: '../outer.png' }));
    const { code, stderr } = await scene.batch(
      ...['rows.jsonl', '--prompt-file', '../secret.txt', '--lora', path.join(outer, 'x.safetensors')],
    );
    expect(code, stderr).toBe(0);
    expect(promptsAt(scene.fal)).toEqual([SECRET]);
  });

  it('is told by a row of stdin about the working directory', async () => {
    const { scene } = await nested('');
    const { code, stderr } = await scene.run(['-', '-d', 'out'], {
      stdin: jsonl({ image: 'a.png', prompt_file: '../secret.txt' }),
    });
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^stdin:1: prompt_file: .* is outside/)]);
  });
});

it('what lies below the manifest’s folder is read, also by way of links within it', async () => {
  const { scene, outer } = await nested(
    jsonl(
      { image: 'a.png', prompt_file: 'texts/snow.txt' },
      { image: 'a.png', prompt_file: 'link.txt', loras: ['y.safetensors'] },
    ),
    { 'texts/snow.txt': 'snow\n', 'y.safetensors': WEIGHTS },
  );
  await symlink('texts/snow.txt', path.join(outer, 'inner', 'link.txt'));
  const { code, stderr } = await scene.batch('rows.jsonl');
  expect(code, stderr).toBe(0);
  expect(promptsAt(scene.fal)).toEqual(['snow', 'snow']);
});

test('a sweep whose values stand in a file trusts them as little', async () => {
  const { scene } = await nested('', { 'loras.txt': '../x.safetensors\n' });
  const { runCli } = await import('../../support/run-cli.js');
  const argv = ['sweep', 'a.png', '-p', 'x', '--vary', 'lora=@loras.txt', '--dry-run'];
  const refused = await runCli(argv, { cwd: scene.cwd, env: scene.fal.env });
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('../x.safetensors is outside')]);
  const typed = await runCli(argv.with(5, 'lora=../x.safetensors'), { cwd: scene.cwd, env: scene.fal.env });
  expect(typed.code, typed.stderr).toBe(0);
});

describe('texts that cannot be what was meant', () => {
  test.each<[string, Record<string, unknown>, RegExp]>([
    ['a NUL in a prompt', { ...row, prompt: 'a\0cat' }, /^rows\.jsonl:1: prompt: the text contains a NUL/],
    ['half a character', { ...row, prompt: '\ud83d' }, /^rows\.jsonl:1: prompt: the text is not valid UTF-8/],
    [
      'a character that got lost',
      { ...row, prompt: 'Stra\ufffde' },
      /^rows\.jsonl:1: prompt: the text is not valid/,
    ],
    [
      'the same by a column',
      { ...row, prompt: '{word}', word: '\ufffd' },
      /^rows\.jsonl:1: prompt: the text is not/,
    ],
    [
      'a control character in an id',
      { ...row, id: 'a\u001b[2J' },
      /^rows\.jsonl:1: id: .* contains a control character/,
    ],
    [
      'one in a name',
      { ...row, output: 'a\nb.png' },
      /^rows\.jsonl:1: output: .* contains a control character/,
    ],
  ])('%s', async (_, fields, message) => {
    const { batch, fal } = await batchScene({ 'rows.jsonl': jsonl(fields) });
    const { code, stderr } = await batch('rows.jsonl');
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
    expect(fal.ledger().requests.total).toBe(0);
  });
});
