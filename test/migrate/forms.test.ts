import { spawnSync } from 'node:child_process';
import { runInNewContext } from 'node:vm';
import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { allWrittenDown, FORM_NAMES, writtenDown } from '../../src/migrate/forms/forms.js';
import { editArguments } from '../../src/models/arguments.js';
import { flux2Lora } from '../../src/models/flux-2-lora.js';
import { harmless } from '../../src/terminal/plain.js';
import { anyText, inputOf } from './arbitrary.js';

type Input = Record<string, unknown>;

const SEED = 20261124;
const hasNul = (input: Input) => JSON.stringify(input).includes('\\u0000');
const INPUTS = fc
  .sample(inputOf(flux2Lora), { numRuns: 60, seed: SEED })
  .concat(
    fc
      .sample(anyText, { numRuns: 60, seed: SEED })
      .map((prompt) => ({ prompt, image_urls: ['https://a/b'] })),
  )
  .map((input) => JSON.parse(JSON.stringify(input)) as Input);

/** One run of a program that reads a script: to start it takes longer than to run it. */
function outputOf(program: string, script: string, ...args: string[]): string {
  const { stdout, stderr, status } = spawnSync(program, args, { input: script, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

const has = (program: string) => spawnSync(program, ['--version']).status === 0;

describe.skipIf(!has('bash'))('in a shell', () => {
  it('curl sends the input itself, and the key from its variable', () => {
    const script = [
      'curl() { printf \'%s\\0\' "$@"; }',
      'FAL_KEY=id:secret',
      allWrittenDown('curl', flux2Lora, INPUTS),
    ].join('\n');
    const words = outputOf('bash', script).split('\0').slice(0, -1);
    expect(words).toHaveLength(INPUTS.length * 9);
    INPUTS.forEach((input, index) => {
      const [, , url, , key, , type, , body = ''] = words.slice(index * 9, index * 9 + 9);
      expect([url, key, type]).toEqual([
        'https://queue.fal.run/fal-ai/flux-2/lora/edit',
        'Authorization: Key id:secret',
        'Content-Type: application/json',
      ]);
      expect(JSON.parse(body)).toEqual(input);
    });
  });

  it('our own command gets its words, control characters and all', () => {
    const inputs = INPUTS.filter((input) => !hasNul(input));
    const script = [
      "fal-edit() { printf '%s\\0' \"$@\" $'\\nend'; }",
      allWrittenDown('fal-edit', flux2Lora, inputs),
    ].join('\n');
    const runs = outputOf('bash', script).split('\0\nend\0').slice(0, -1);
    expect(runs.map((run) => run.split('\0'))).toEqual(
      inputs.map((input) => editArguments(flux2Lora, input)),
    );
  });
});

it('our own command refuses what no command line can hold', () => {
  expect(() => writtenDown('fal-edit', flux2Lora, { prompt: 'a\0b' })).toThrow(
    expect.objectContaining({ kind: 'input', hint: expect.stringContaining('--as json') }),
  );
});

it('JavaScript passes the input to the client', () => {
  const text = allWrittenDown('js', flux2Lora, INPUTS).replace(/^import .*\n/, '');
  const sent: unknown[] = [];
  const fal = {
    subscribe: (endpoint: string, { input }: { input: unknown }) => {
      sent.push([endpoint, input]);
      return { then: () => undefined };
    },
  };
  // A script has no top-level await, and the client here none to wait for.
  runInNewContext(text.replaceAll(/^await fal/gm, 'fal'), { fal });
  expect(sent).toEqual(INPUTS.map((input) => [flux2Lora.endpoint, input]));
});

it.skipIf(!has('python3'))('Python passes the input to the client', () => {
  const text = allWrittenDown('python', flux2Lora, INPUTS).replace(/^import .*\n/, '');
  const script = [
    'import json',
    'class fal_client:',
    '    def subscribe(endpoint, arguments):',
    '        print(json.dumps([endpoint, arguments]))',
    '        return {"images": "end"}',
    text,
  ].join('\n');
  const lines = outputOf('python3', script, '-X', 'utf8', '-').split('\n');
  const sent = lines
    .filter((line) => line !== 'end' && line !== '')
    .map((line) => JSON.parse(line) as unknown);
  expect(sent).toEqual(INPUTS.map((input) => [flux2Lora.endpoint, input]));
});

it('JSON is pretty for one request, and lines for many', () => {
  const input = { prompt: 'x', image_urls: ['a'] };
  expect(writtenDown('json', flux2Lora, input)).toBe(JSON.stringify(input, undefined, 2));
  const lines = allWrittenDown('json', flux2Lora, INPUTS).split('\n');
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(INPUTS);
});

test.each(FORM_NAMES)('as %s, no text acts on a terminal', (form) => {
  for (const input of INPUTS.filter((one) => !hasNul(one))) {
    const text = writtenDown(form, flux2Lora, input);
    expect(harmless(text)).toBe(text);
  }
});
