/*
 * What CONTRIBUTING.md says of a new model: one file, one line in the registry, and its twin in the sandbox. A copy of
 * the program gets them, and everything that speaks of models has to know the new one.
 */
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tempDir } from '../support/temp-dir.js';
import { qwenEditLora } from './qwen-edit-lora.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const RUN_CLI = 'test/support/run-cli.ts';
const { name, endpoint, base } = qwenEditLora;
const copy = await mkdtemp(path.join(tmpdir(), 'fal-edit-copy-'));

let runCli: typeof import('../support/run-cli.js').runCli;
let withBlocks: typeof import('../../scripts/docs/blocks.js').withBlocks;

beforeAll(async () => {
  for (const part of ['src', 'scripts', 'package.json', RUN_CLI]) {
    await cp(path.join(ROOT, part), path.join(copy, part), { recursive: true });
  }
  await symlink(path.join(ROOT, 'node_modules'), path.join(copy, 'node_modules'), 'junction');

  const model = await readFile(path.join(ROOT, 'test/models/qwen-edit-lora.ts'), 'utf8');
  await writeFile(
    path.join(copy, 'src/models/qwen-edit-lora.ts'),
    model.replaceAll('../../src/models/', './'),
  );
  await change('src/models/registry.ts', [
    ['fluxDev]', 'fluxDev, qwenEditLora]'],
    ['import type', "import { qwenEditLora } from './qwen-edit-lora.js';\nimport type"],
  ]);
  await change('src/sandbox/queue/endpoints.ts', [
    ["'fal-ai/flux-2/edit': FLUX_2_EDIT", `'${endpoint}': TWIN, $&`],
    ['/** By full endpoint id. */', `${TWIN}\n$&`],
  ]);

  ({ runCli } = (await import(path.join(copy, RUN_CLI))) as typeof import('../support/run-cli.js'));
  ({ withBlocks } = (await import(
    path.join(copy, 'scripts/docs/blocks.ts')
  )) as typeof import('../../scripts/docs/blocks.js'));
}, 60_000);

afterAll(() => rm(copy, { recursive: true }));

const TWIN = `const TWIN: Endpoint = {
  title: 'Qwen-Image with LoRAs',
  unitPrice: 0.035,
  billsInput: false,
  fields: {
    ...shared,
    image_url: requiredPicture,
    num_inference_steps: integer(30, 2, 50),
    negative_prompt: text,
    loras: list({ path, scale: number(1, 0, 4) }, 3),
    num_images: integer(1, 1, 4),
    output_format: choice('png'),
  },
};`;

/** Edits a file of the copy. */
async function change(file: string, edits: readonly (readonly [string, string])[]): Promise<void> {
  let text = await readFile(path.join(copy, file), 'utf8');
  for (const [from, to] of edits) {
    expect(text, file).toContain(from);
    text = text.replace(from, to);
  }
  await writeFile(path.join(copy, file), text);
}

/** A folder with two pictures in it, and the copy as a command there. */
async function setup(files: Record<string, unknown> = {}) {
  const cwd = await tempDir();
  for (const photo of ['chelsea.png', 'coffee.png']) {
    await cp(path.join(ROOT, 'examples', photo), path.join(cwd, photo));
  }
  for (const [file, content] of Object.entries(files)) {
    await writeFile(path.join(cwd, file), JSON.stringify(content));
  }
  const falEdit = async (...argv: string[]) => {
    const { code, stdout, stderr } = await runCli(argv, {
      cwd,
      env: { FAL_EDIT_PICTURES: 'plain', FAL_EDIT_INFERENCE_TIME: '1ms', FAL_EDIT_QUEUE_TIME: '1ms' },
    });
    return { code, stdout, said: (stdout + stderr).replaceAll(/\s+/g, ' ') };
  };
  return { cwd, falEdit };
}

test('--help names it where its settings are, and nowhere else', async () => {
  const { falEdit } = await setup();
  const { said } = await falEdit('--help');
  expect(said).toMatch(/--model <name> flux-general, .*, flux-dev, qwen-edit-lora, or an endpoint id/);
  expect(said).toMatch(/--negative-prompt <text> [^(]*\(flux-general, qwen-edit-lora\)/);
  expect(said).toMatch(/--strength <[^>]*> [^(]*\(flux-general, flux-dev\)/);
  expect(said).toMatch(/--num-images <n> [^(]*\(flux-general, flux-2-lora, flux-2-edit, flux-dev\)/);
  expect(said).toMatch(/--no-safety-checker [^(]*\(flux-general, flux-2-lora, flux-2-edit, flux-dev\)/);
});

test('models lists it, shows all of it and writes its schema', async () => {
  const { falEdit } = await setup();
  expect((await falEdit('models')).said).toContain(`${name} `);
  const { said } = await falEdit('models', name);
  for (const fact of [endpoint, base, '0.035', '2026-11', 'num_inference_steps', 'loras']) {
    expect(said).toContain(fact);
  }
  expect(JSON.parse((await falEdit('models', name, '--json-schema')).stdout)).toMatchObject({
    properties: { negative_prompt: {}, loras: { maxItems: 3 } },
  });
});

const LORA = 'https://example.com/style.safetensors';
const REQUESTS = {
  'flux-general.json': { prompt: 'snow', image_url: 'https://example.com/a.png', loras: [{ path: LORA }] },
  'flux-2-lora.json': { prompt: 'snow', image_urls: ['https://example.com/a.png'], loras: [{ path: LORA }] },
};

test.each([
  ['flux-general', 'FLUX.1 [dev]'],
  ['flux-2-lora', 'FLUX.2 [dev]'],
])('migrate: LoRAs of %s do not fit it, nor its own the other', async (other, otherBase) => {
  const own = { prompt: 'snow', image_url: 'https://example.com/a.png', loras: [{ path: LORA }] };
  const { falEdit } = await setup({ ...REQUESTS, 'own.json': own });
  const there = await falEdit('migrate', `${other}.json`, '--from', other, '--to', name);
  expect(there.said).toContain(`LoRAs trained for ${otherBase} do not fit ${base}`);
  expect(there.stdout).not.toContain(LORA);
  const back = await falEdit('migrate', 'own.json', '--from', name, '--to', other);
  expect(back.said).toContain(`LoRAs trained for ${base} do not fit ${otherBase}`);
  expect(back.stdout).not.toContain(LORA);
});

test('compare plans and prices it', async () => {
  const { falEdit } = await setup();
  const models = ['--models', `flux-general,${name}`];
  const { code, said } = await falEdit(
    'compare',
    'chelsea.png',
    'coffee.png',
    '-p',
    'snow',
    ...models,
    '--dry-run',
  );
  expect(code, said).toBe(0);
  // 2 × $0.075 + 2 × $0.035
  expect(said).toContain(`${name}: 2 rows, about $0.07`);
  expect(said).toContain('$0.22');
});

test('batch plans it', async () => {
  const { falEdit } = await setup();
  const { code, said } = await falEdit(
    'batch',
    'chelsea.png',
    'coffee.png',
    '-p',
    'snow',
    '-m',
    name,
    '--dry-run',
  );
  expect(code, said).toBe(0);
  expect(said).toContain('$0.07');
});

test('an edit with it comes from the sandbox, and what it lacks is refused', async () => {
  const { cwd, falEdit } = await setup();
  const edit = [
    'chelsea.png',
    '-p',
    'snow',
    '-m',
    name,
    '--lora',
    LORA,
    '--negative-prompt',
    'rain',
    '--sandbox',
  ];
  const refused = await falEdit(...edit, '--strength', '0.5');
  expect(refused.code).toBe(2);
  expect(refused.said).toContain(`--strength: ${name} has no such setting`);
  const { code, said } = await falEdit(...edit);
  expect(code, said).toBe(0);
  expect(await readFile(path.join(cwd, 'chelsea.edit.png'))).not.toHaveLength(0);
});

test('the docs have it in their tables', () => {
  const made = (block: string) => withBlocks(`<!-- ${block}: made by npm run docs -->\n<!-- /${block} -->`);
  expect(made('models')).toContain(
    `- \`${name}\` (\`${endpoint}\`): ${qwenEditLora.purpose}; $0.035 a megapixel`,
  );
  expect(made('reference')).toMatch(/--negative-prompt <text>.*flux-general, qwen-edit-lora/);
});
