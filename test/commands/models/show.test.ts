import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { pageOf } from '../../../src/commands/at-once.js';
import { MODELS_COMMAND } from '../../../src/commands/models/command.js';
import { MODELS } from '../../../src/models/registry.js';
import { FLAG_OF } from '../../../src/models/request.js';
import { helpText } from '../../../src/terminal/help.js';
import { runCli } from '../../support/run-cli.js';
import { tempDir } from '../../support/temp-dir.js';
import { SMALL } from '../scene.js';
import { models } from './harness.js';

const NAMES = MODELS.map(({ name }) => name);
const tooLong = (text: string) => text.split('\n').filter((line) => line.length > 80);

describe('side by side', () => {
  it('fits a terminal, one column a model, and says what each lacks', async () => {
    const { code, stdout, stderr } = await models([], {}, { tty: true });
    expect({ code, stderr, tooLong: tooLong(stdout) }).toEqual({ code: 0, stderr: '', tooLong: [] });
    expect(stdout).toMatch(new RegExp(`^ +${NAMES.join(' +')}$`, 'm'));
    for (const { endpoint, purpose } of MODELS) {
      expect(stdout).toContain(endpoint);
      expect(stdout.replace(/\n {2}/g, ' ')).toContain(purpose);
    }
    expect(stdout).toMatch(/^--strength +0\.01\.\.1 +- +- +0\.01\.\.1$/m);
    expect(stdout).toContain('flux-2-lora lacks --strength, --negative-prompt\n');
    expect(stdout).toContain('flux-dev lacks --lora, --size, --negative-prompt, --expand-prompt\n');
  });

  it('is complete for scripts: tabs, a row for each flag', async () => {
    const { stdout } = await models([]);
    const rows = stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t'));
    expect(rows[0]).toEqual(['model', ...NAMES]);
    for (const row of rows) expect(row).toHaveLength(NAMES.length + 1);
    const labels = rows.map(([label]) => label);
    const flags = Object.values(FLAG_OF).filter((flag) => flag !== '--prompt');
    expect(labels).toEqual(
      expect.arrayContaining([...flags, 'endpoint', 'base', 'purpose', 'price', 'lacks']),
    );
    expect(rows.find(([label]) => label === '--steps')).toEqual([
      '--steps',
      '1..50 (28)',
      '4..50 (28)',
      '4..50 (28)',
      '10..50 (40)',
    ]);
  });
});

describe.each(MODELS.map((model) => [model.name, model] as const))('%s in full', (name, model) => {
  it('has every field, its price and where that was read, in 80 columns', async () => {
    const { code, stdout } = await models([model.endpoint]);
    expect({ code, tooLong: tooLong(stdout) }).toEqual({ code: 0, tooLong: [] });
    for (const field of Object.keys(model.input.shape)) {
      expect(stdout).toMatch(new RegExp(`^ {2}--.*(\\(${field}\\)|set ${field}=…)$`, 'm'));
    }
    expect(stdout).toContain(model.price.source);
    expect(stdout).toContain(model.price.date);
    expect(stdout).toContain(`\n  ${model.example}\n`);
  });

  it('has an example that runs', async () => {
    const cwd = await tempDir();
    for (const file of ['cat.jpg', 'cup.jpg']) await writeFile(path.join(cwd, file), SMALL);
    const [program, ...argv] = [...model.example.matchAll(/"([^"]*)"|(\S+)/g)].map(
      ([, quoted, bare]) => quoted ?? bare ?? '',
    );
    expect(program).toBe('fal-edit');
    const result = await runCli([...argv, '--dry-run', '--json'], { cwd });
    expect(result.code, result.stderr).toBe(0);
    expect(result.json()).toMatchObject({ model: name, endpoint: model.endpoint });
  });

  it('--json-schema prints the schema alone', async () => {
    const { code, stdout, stderr } = await models([name], { 'json-schema': true });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({ title: name, type: 'object', additionalProperties: false });
  });
});

describe('--json', () => {
  it('has everything of all models in one document', async () => {
    const { code, stdout } = await models([], { json: true });
    const document = JSON.parse(stdout) as { models: Record<string, unknown>[] };
    expect(code).toBe(0);
    expect(document).toMatchObject({ schema_version: 1, status: 'ok' });
    expect(document.models.map(({ name }) => name)).toEqual(NAMES);
    expect(document.models[0]).toMatchObject({
      default: true,
      base: 'FLUX.1 [dev]',
      images: { min: 1, max: 1 },
    });
    expect(document.models[1]).toMatchObject({
      default: false,
      loras: { max: 3, scale: { min: 0, max: 4 } },
      sizes: { min: 512, max: 2048 },
      price: { unit_price_usd: 0.021, unit: 'megapixels', date: '2026-10' },
      lacks: ['--strength', '--negative-prompt'],
    });
    expect(document.models[3]).toMatchObject({ loras: null, sizes: null });
    for (const [index, { fields, input_schema: schema }] of document.models.entries()) {
      const names = (fields as { name: string }[]).map(({ name }) => name).sort();
      expect(names).toEqual(Object.keys(MODELS[index]!.input.shape).sort());
      expect(schema).toMatchObject({ type: 'object' });
    }
  });

  it('has the named ones, each once', async () => {
    const { stdout } = await models(['flux-dev', 'flux-2/edit', 'flux-dev'], { json: true });
    const document = JSON.parse(stdout) as { models: { name: string }[] };
    expect(document.models.map(({ name }) => name)).toEqual(['flux-dev', 'flux-2-edit']);
  });
});

test.each([
  ['flux-dev', '--json-schema', '--check'],
  ['--quiet', '--verbose'],
])('models %s %s %s: exclude each other', async (...argv) => {
  const { code, stdout, stderr } = await runCli(['models', ...argv], { cwd: await tempDir() });
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain('exclude each other');
});

test.each([
  ['an unknown model', ['flux-9'], {}, 'models: unknown model "flux-9"'],
  ['a schema of none', [], { 'json-schema': true }, '--json-schema takes one model'],
  ['a schema of two', ['flux-dev', 'flux-2-edit'], { 'json-schema': true }, '--json-schema takes one model'],
])('%s is refused', async (_, words, given, message) => {
  const { code, stdout, stderr } = await models(words, given);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(message);
  const asJson = await models(words, { ...given, json: true });
  expect(asJson.json()).toMatchObject({ schema_version: 1, status: 'error', error: { kind: 'usage' } });
});

test('the help fits 80 columns', () => {
  expect(tooLong(helpText(pageOf(MODELS_COMMAND)))).toEqual([]);
});
