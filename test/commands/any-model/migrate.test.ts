import { describe, expect, it, test } from 'vitest';
import { runCli } from '../../support/run-cli.js';
import { sandbox } from '../../support/sandbox.js';
import { schemaDocuments } from '../../support/schemas.js';
import { desk, STORY } from '../migrate/scene.js';

/** A folder with these files, and migrate with a fal that has the endpoints of the test documents. */
async function anyDesk(files: Record<string, unknown> = {}) {
  const { env } = await sandbox({ documents: schemaDocuments() });
  const { cwd, run } = await desk(files);
  return {
    ...{ cwd, env },
    migrate: (words: string[], given: Parameters<typeof run>[1] = {}) => run(words, given, { env }),
  };
}

const URL_A = 'https://example.com/a.png';

it('translates from a listed model to any endpoint, field by field', async () => {
  const { migrate } = await anyDesk({ 'request.json': STORY });
  const { code, stdout, stderr } = await migrate(['request.json'], { to: 'acme/brush/lora' });
  expect(code, stderr).toBe(0);
  const { image_url, strength, ...same } = STORY;
  expect(strength).toBe(0.6);
  expect(JSON.parse(stdout)).toEqual({ ...same, image_urls: [image_url], sync_mode: false });
  expect(stderr).toMatch(/^From flux-general \(by its fields; --from sets it\) to acme\/brush\/lora:/);
  expect(stderr).toMatch(/^dropped +strength +no counterpart in acme\/brush\/lora\. Say in the prompt/m);
  expect(stderr).toMatch(/^kept +loras +unknown: the base model of acme\/brush\/lora is not known/m);
});

it('asks for --from where a request names no model and no listed one fits', async () => {
  const { migrate } = await anyDesk({ 'request.json': { input_image_urls: [URL_A], prompt: 'x' } });
  const { code, stderr } = await migrate(['request.json'], { to: 'flux-2-lora' });
  expect({ code, stderr }).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/names none.*\n.*--from flux-general, .*or the id of any endpoint/),
  });
});

it('names what only the other model must have, and takes it where it is added', async () => {
  const input = { image_url: URL_A, output_format: 'alpha' };
  const { migrate } = await anyDesk({ 'old.json': input, 'new.json': { ...input, prompt: 'snow' } });
  const given = { from: 'acme/matte', to: 'flux-2-lora' };
  const refused = await migrate(['old.json'], given);
  expect(refused).toMatchObject({ code: 2, stdout: '' });
  expect(refused.stderr).toMatch(
    /prompt is missing\. acme\/matte has no such field; for flux-2-lora, .*\n.*Add prompt/,
  );
  const { stdout, stderr } = await migrate(['new.json'], given);
  expect(JSON.parse(stdout)).toEqual({ prompt: 'snow', image_urls: [URL_A] });
  expect(stderr).toMatch(/^dropped +output_format|^out of range +output_format/m);
});

describe('--as fal-edit', () => {
  test.each<[string, string, Record<string, unknown>]>([
    ['acme/brush/lora', 'acme/scene/compose', { prompt: 'x', image_urls: [URL_A], seed: 3, num_images: 2 }],
    [
      'acme/brush/lora',
      'acme/fill',
      { ...STORY, mask_url: 'https://example.com/m.png', image_url: undefined, image_urls: [URL_A] },
    ],
    [
      'acme/fill',
      'acme/paint/edit',
      { prompt: 'snow', image_url: URL_A, safety_tolerance: '2', output_format: 'png', mask_url: URL_A },
    ],
    [
      'flux-2-lora',
      'acme/brush/lora',
      {
        prompt: 'x',
        image_urls: [URL_A],
        enable_prompt_expansion: false,
        enable_safety_checker: true,
        image_size: { width: 512, height: 512 },
      },
    ],
  ])('from %s to %s is a command that sends the translation', async (from, to, request) => {
    const { cwd, env, migrate } = await anyDesk({ 'request.json': request });
    const translated = await migrate(['request.json'], { from, to });
    expect(translated.code, translated.stderr).toBe(0);
    const { stdout } = await migrate(['request.json'], { from, to, as: 'fal-edit' });
    const words = [...stdout.matchAll(/'([^']*)'|[^\s']+/g)].map(([word, quoted]) => quoted ?? word).slice(1);
    const { code, stderr, json } = await runCli([...words, '--dry-run', '--json'], { cwd, env });
    expect(code, stderr).toBe(0);
    const { seed, ...sent } = json<{ input: Record<string, unknown> }>().input;
    const { seed: own = seed, ...expected } = JSON.parse(translated.stdout) as Record<string, unknown>;
    expect({ seed, ...sent }).toEqual({ seed: own, ...expected });
  });
});

describe('a manifest', () => {
  const translated = async (rows: unknown[], given: Record<string, string>) => {
    const lines = rows.map((row) => JSON.stringify(row)).join('\n');
    const { migrate } = await anyDesk({ 'edits.jsonl': lines });
    const { code, stdout, stderr } = await migrate(['edits.jsonl'], given);
    if (code !== 0) throw new Error(stderr);
    return stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
  };

  it('of one endpoint becomes one of another', async () => {
    const rows = [
      {
        model: 'acme/fill',
        image: 'a.png',
        prompt: 'a {what}',
        what: 'hat',
        file: 'mask_url=m.png',
        steps: 20,
      },
      {
        model: 'acme/fill',
        image: 'b.png',
        prompt: 'snow',
        set: { mask_url: 'm.png', safety_tolerance: '3' },
      },
    ];
    expect(await translated(rows, { to: 'acme/paint/edit' })).toEqual([
      { model: 'acme/paint/edit', image: 'a.png', prompt: 'a {what}', what: 'hat' },
      { model: 'acme/paint/edit', image: 'b.png', prompt: 'snow', set: { safety_tolerance: '3' } },
    ]);
    expect(
      await translated(
        [{ image: 'a.png', prompt: 'x', set: { light_type: 'sun', mask_image_url: 'm.png' } }],
        {
          from: 'acme/relight',
          to: 'acme/fill',
        },
      ),
    ).toEqual([{ image: 'a.png', prompt: 'x', model: 'acme/fill', set: { mask_url: 'm.png' } }]);
  });

  it('without prompts stays without, and loses those that the other model does not take', async () => {
    expect(
      await translated([{ image: 'a.png', format: 'png' }], { from: 'acme/cutout/v2', to: 'acme/segment' }),
    ).toEqual([{ image: 'a.png', format: 'png', model: 'acme/segment' }]);
    expect(
      await translated([{ image: 'a.png', prompt: 'x' }], { from: 'flux-2-lora', to: 'acme/matte' }),
    ).toEqual([{ image: 'a.png', model: 'acme/matte' }]);
  });

  it('keeps a switch that is off, where it would be on', async () => {
    const row = { prompt: 'x', image_urls: [URL_A], enable_prompt_expansion: false, output_format: 'jpeg' };
    expect(await translated([row], { from: 'flux-2-lora', to: 'acme/brush/lora' })).toEqual([
      {
        ...{ model: 'acme/brush/lora', prompt: 'x', image: URL_A, format: 'jpeg' },
        set: { enable_prompt_expansion: false },
      },
    ]);
  });
});
