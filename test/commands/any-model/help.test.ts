import { expect, it } from 'vitest';
import { runCli } from '../../support/run-cli.js';
import { tempDir } from '../../support/temp-dir.js';
import { schemaFile } from '../../support/schemas.js';

const help = async (...args: string[]) => runCli(['edit', ...args, '--help'], { cwd: await tempDir() });

it('shows the flags that a model known by its schema takes', async () => {
  const { code, stdout } = await help('-m', 'acme/upscale', '--schema', schemaFile('acme/upscale'));
  expect(code).toBe(0);
  expect(stdout).toContain('Usage: fal-edit <image...> -m acme/upscale [options]');
  expect(stdout).toContain('--set upscale_factor=…');
  expect(stdout).not.toContain('--prompt');
  expect(stdout).not.toContain('--lora');
  expect(stdout).toContain('--max-cost');
});

it('shows fal’s range for a flag, not the widest of all models', async () => {
  const { stdout } = await help('--model=flux-dev');
  expect(stdout.replace(/\s+/g, ' ')).toContain(
    '--steps <n> Denoising steps; a whole number from 10 to 50; default 40',
  );
  expect(stdout).not.toContain('--lora');
});

it('refuses an unknown model', async () => {
  const { code, stderr } = await help('-m', 'nothing');
  expect({ code, stderr }).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('unknown model "nothing"'),
  });
});

it('shows the help of all models without one', async () => {
  const { code, stdout } = await help();
  expect(code).toBe(0);
  expect(stdout).toContain('--lora');
});
