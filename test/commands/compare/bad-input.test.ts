/* What is refused before anything is sent. */
import { expect, test } from 'vitest';
import { RED } from '../batch/scene.js';
import { compareScene, type Given } from './scene.js';

test.each<[string, string[], Given, RegExp]>([
  [
    'a LoRA for models of two bases',
    ['a.png'],
    { prompt: ['p'], lora: ['owner/style@0.8'] },
    /^error: --lora: owner\/style@0\.8 cannot fit both flux-general \(FLUX\.1.*\) and flux-2-lora/m,
  ],
  ['no picture', [], {}, /<picture> is missing/],
  ['no prompt', ['a.png'], { prompt: [] }, /--prompt is missing/],
  ['a blank prompt', ['a.png'], { prompt: ['x', ' '] }, /--prompt must not be blank/],
  ['a picture that is not there', ['no.png'], {}, /no\.png.*no such file/],
  ['a file that is no picture', ['notes.jpg', 'a.png'], {}, /^(error: )?notes\.jpg: image: /m],
  ['a manifest', ['rows.csv'], {}, /rows\.csv is a manifest/],
  ['an unknown model', ['a.png'], { models: 'flux-general,flux-3' }, /--models: unknown model "flux-3"/],
  ['one model', ['a.png'], { models: 'flux-general' }, /at least two different models/],
  [
    'one model by two names',
    ['a.png'],
    { models: 'flux-2-lora,fal-ai/flux-2/lora/edit' },
    /at least two different models/,
  ],
  [
    'a setting of a model that is not compared',
    ['a.png', 'flux-dev.strength=0.5'],
    {},
    /flux-dev has its own settings.*\n.*--models flux-general,flux-2-lora,flux-dev/,
  ],
  [
    'a setting that one of them lacks',
    ['a.png'],
    { strength: '0.6' },
    /--strength: flux-2-lora has no such setting.*\n.*flux-general\.strength=0\.6/,
  ],
  [
    'a setting of its own that a model lacks',
    ['a.png', 'flux-2-lora.strength=0.6'],
    {},
    /flux-2-lora\.strength: flux-2-lora has no such setting/,
  ],
  [
    'a value that is out of range',
    ['a.png', 'flux-general.strength=7'],
    {},
    /flux-general\.strength must be a number from 0\.01 .*7/,
  ],
  ['more LoRAs than a model takes', ['a.png'], { lora: ['o/a', 'o/b', 'o/c', 'o/d'] }, /--lora/],
  [
    'a LoRA for a model that takes none',
    ['a.png'],
    { models: 'flux-general,flux-dev', lora: ['o/a'] },
    /--lora: flux-dev has no such setting.*\n.*flux-general\.lora=o\/a/,
  ],
  ['no whole number of seeds', ['a.png'], { seeds: '0' }, /--seeds must be a whole number from .*, not "0"/],
  ['seeds beyond the last', ['a.png'], { seeds: '5', seed: '2147483646' }, /no room for 5 seeds/],
  [
    'a million edits',
    ['a.png', 'b.png', 'c.png'],
    { seeds: '100', prompt: Array.from({ length: 100 }, (_, n) => `p${n}`) },
    /make 60000 edits; at most 10000/,
  ],
])('%s', async (_, words, given, message) => {
  const { compare, fal } = await compareScene({ 'notes.jpg': 'no picture', 'rows.csv': 'image\na.png\n' });
  const { code, stdout, stderr } = await compare(words, given);
  expect([code, stdout], stderr).toEqual([2, '']);
  expect(stderr).toMatch(message);
  expect(fal.ledger().requests.total).toBe(0);
});

test('what is wrong with a model or a picture is said once, however many edits there are', async () => {
  const { compare } = await compareScene({ 'bad.png': 'x', 'd.png': RED });
  const given = { seeds: '9', strength: '0.6', prompt: ['snow', 'night'] };
  const { stderr } = await compare(['a.png', 'b.png', 'bad.png'], given);
  expect(stderr.match(/no such setting/g)).toHaveLength(1);
  expect(stderr.match(/bad\.png: image: /g)).toHaveLength(1);
});

test('a document says it too', async () => {
  const { compare } = await compareScene();
  const { json } = await compare(['a.png'], { strength: '0.6', json: true });
  expect(json()).toMatchObject({
    schema_version: 1,
    status: 'error',
    error: { kind: 'usage', charged: 'no' },
  });
});
