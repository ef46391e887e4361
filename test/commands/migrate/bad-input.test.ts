import { expect, it, test } from 'vitest';
import type { FlagValue } from '../../../src/config/settings.js';
import { desk, STORY } from './scene.js';

const JSON_OF_STORY = JSON.stringify(STORY);

test.each<[string, string | Uint8Array, RegExp]>([
  ['not JSON', '{\n  "prompt": "x",\n  nope\n}', /request\.json:3:3 is not JSON: /],
  ['cut short', '{"prompt": "x"', /request\.json is not JSON|request\.json:1:\d+ is not JSON/],
  ['empty', '', /"request\.json" is empty/],
  ['blank', ' \n', /request\.json is empty/],
  ['a list', `[${JSON_OF_STORY}]`, /request\.json"? must be a JSON object .*, not a list\.\n.*\.jsonl/],
  ['a text', '"x"', /request\.json"? must be a JSON object .*, not a string/],
  ['null', 'null', /request\.json"? must be a JSON object .*, not null/],
  ['a key twice', '{"prompt":"x","prompt":"y","image_url":"a"}', /has the key "prompt" twice/],
  ['deep garbage', `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, /nested more than 100 levels deep/],
  ['not UTF-8', new Uint8Array([0x7b, 0xff, 0xfe, 0x7d]), /request\.json" \(line 1\) is not UTF-8/],
  ['no edit', '{"a": 1}', /has neither image_url nor image_urls.*\n.*--from/],
  ['both forms', '{"image_url":"a","image_urls":["a"],"prompt":"x"}', /image_url and image_urls.*\n.*--from/],
  ['no prompt', '{"image_url":"a"}', /prompt is missing/],
  [
    'another model',
    '{"endpoint":"flux-schnell","input":{"prompt":"x"}}',
    /"endpoint" in the request: .*"flux-schnell"/,
  ],
])('refuses a file that is %s', async (_, content, expected) => {
  const { run } = await desk({ 'request.json': content });
  const { code, stdout, stderr } = await run(['request.json'], { to: 'flux-2-lora' });
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(expected);
});

test.each<[string, string[], Record<string, FlagValue>, RegExp]>([
  ['nothing named', [], {}, /Name a request/],
  ['two', ['a.json', 'b.json'], {}, /Name one request, not 2/],
  ['a missing file', ['reqest.json'], {}, /no such file\.\n.*request\.json/],
  ['a folder', ['.'], {}, /is a folder/],
  ['an unknown model', ['request.json'], { to: 'flux-3' }, /--to: unknown model "flux-3"/],
  ['an unknown origin', ['request.json'], { from: 'flux-3' }, /--from: unknown model/],
  ['an unknown form', ['request.json'], { as: 'cur' }, /--as must be .*, not "cur"\..*\n.*curl/],
  ['the same model', ['request.json'], { to: 'flux-general' }, /is already for flux-general/],
  ['a document in a form', ['request.json'], { json: true, as: 'curl' }, /exclude each other/],
  ['silence and noise', ['request.json'], { quiet: true, verbose: true }, /exclude each other/],
])('refuses %s', async (_, words, given, expected) => {
  const { run } = await desk({ 'request.json': STORY });
  const { code, stderr } = await run(words, given).catch((error: unknown) => {
    // Flags that exclude each other are thrown before there is a terminal: main.ts shows them.
    const { message, exitCode } = error as { message: string; exitCode: number };
    return { code: exitCode, stderr: message };
  });
  expect(code).toBe(2);
  expect(stderr).toMatch(expected);
});

it('refuses more than a request can have, before all of it is read', async () => {
  const { run } = await desk({ 'request.json': Buffer.alloc(50 * 1024 * 1024, ' ') });
  const { code, stderr } = await run(['request.json']);
  expect(code).toBe(2);
  expect(stderr).toContain('larger than 40 MB');
});

it('refuses an empty pipe, and a keyboard', async () => {
  const { run } = await desk();
  expect(await run(['-'], {}, { keyboard: true })).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('stdin is a terminal'),
  });
  expect(await run(['-'])).toMatchObject({ code: 2, stderr: expect.stringContaining('stdin is empty') });
});

it('reads a mark of UTF-8, and what another program wrapped', async () => {
  const { run } = await desk();
  const stdin = `\ufeff${JSON.stringify({ app: 'flux-general', arguments: STORY }, undefined, 2)}`;
  expect(await run(['-'], {}, { stdin })).toMatchObject({ code: 0 });
});

it('says that the request is stronger than --from', async () => {
  const { run } = await desk({ 'request.json': { model: 'flux-general', ...STORY } });
  const { code, stderr } = await run(['request.json'], { from: 'flux-dev', to: 'flux-2-lora' });
  expect(code).toBe(0);
  expect(stderr).toContain('From flux-general (from the request, not --from)');
});

test.each([true, false])('nothing of a request acts on the terminal (a terminal: %s)', async (tty) => {
  const evil = '\u001b[31mred\u202e\u0007\u009b2J';
  const request = {
    ...STORY,
    prompt: evil,
    [evil]: evil,
    num_images: evil,
    loras: [{ path: evil, scale: evil }],
  };
  const { run } = await desk({ 'request.json': request });
  for (const form of ['json', 'curl', 'js', 'python', 'fal-edit']) {
    const { code, stdout, stderr } = await run(
      ['request.json'],
      { as: form, 'keep-loras': true, 'no-color': true },
      { tty },
    );
    expect(code).toBe(0);
    expect(`${stdout}${stderr}`.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202e]/u);
  }
});

it('shows some of thousands of unknown fields, and counts the others', async () => {
  const fields = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`zz${index}`, index]));
  const { run } = await desk({ 'request.json': { ...STORY, ...fields } });
  const { stderr } = await run(['request.json']);
  expect(stderr.split('\n').length).toBeLessThan(50);
  expect(stderr).toMatch(/and 49\d\d more; --json has them all/);
});
