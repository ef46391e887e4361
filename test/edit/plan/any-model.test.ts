import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { fingerprintOf } from '../../../src/edit/plan/fingerprint.js';
import { planEdit, type EditPlan } from '../../../src/edit/plan/plan.js';
import type { Model } from '../../../src/models/model.js';
import { readRequest, type GivenRequest } from '../../../src/models/read-request.js';
import { schemaModel } from '../../../src/models/schema/adapter.js';
import { photo, quietContext } from '../../batch/planning.js';
import { documentOf, ENDPOINT } from '../../models/schema/documents.js';
import { tempDir } from '../../support/temp-dir.js';

const text = { type: 'string' };
const guide = {
  properties: { path: text, control_image_url: text, name: text },
  required: ['control_image_url'],
};

const PROPERTIES = {
  image_url: text,
  prompt: text,
  mask_url: text,
  style_image_urls: { type: 'array', items: text, maxItems: 3 },
  face: {
    anyOf: [
      { properties: { frontal_image_url: text, views: { type: 'array', items: text } } },
      { type: 'null' },
    ],
  },
  guides: { type: 'array', items: guide },
  config_url: text,
  style: text,
  tags: { type: 'array', items: text },
  octaves: { type: 'integer', default: 20 },
  sync_mode: { type: 'boolean' },
  seed: { type: 'integer' },
};

const made = (properties: object = PROPERTIES, hash = 'h', origin: 'fal' | 'file' = 'file'): Model =>
  schemaModel(ENDPOINT, documentOf({ ...properties }, ['image_url']), { hash, readAt: 0, origin });

/** A folder with pictures: cat.png and its copy.png, mask.png, style.png, and other files. */
async function folderOf(): Promise<string> {
  const folder = await tempDir();
  const put = (name: string, bytes: Uint8Array | string): Promise<void> =>
    writeFile(path.join(folder, name), bytes);
  await mkdir(path.join(folder, 'sub'));
  await Promise.all([
    put('cat.png', await photo('orange')),
    put('copy.png', await photo('orange')),
    put('mask.png', await photo('white')),
    put('style.png', await photo('brown')),
    put('sub/style', 'a file with a usual word for a name'),
    put('anime', 'another'),
    put('config.json', '{}'),
  ]);
  return folder;
}

async function plan(cwd: string, given: GivenRequest, model = made()): Promise<EditPlan> {
  const { seed, ...request } = readRequest(model, { images: ['cat.png'], ...given });
  return planEdit(
    {
      model,
      request: { ...request, ...(model.fields.seed === undefined ? {} : { seed: seed ?? 5 }) },
      output: undefined,
      force: false,
      keepBlanked: false,
      seedIsOurs: seed === undefined,
    },
    { ...quietContext(), cwd },
  );
}

/** The files of a plan by their fields; `url` for those that fal reads itself. */
const filesIn = ({ attachments }: EditPlan): string[] =>
  attachments.map(
    ({ path: at, role, source, upload }) =>
      `${at.join('.')}: ${upload === undefined ? 'url' : (role ?? 'picture')}${source === undefined ? '' : ' uploaded'}`,
  );

describe('a file in any picture field is uploaded', () => {
  test.each<[string, GivenRequest, string[]]>([
    ['through --file', { file: ['mask_url=mask.png'] }, ['mask_url: picture uploaded']],
    ['through --set', { set: ['mask_url=mask.png'] }, ['mask_url: picture uploaded']],
    [
      'in a list, one at a time',
      { file: ['style_image_urls=style.png', 'style_image_urls=copy.png'] },
      ['style_image_urls.0: picture uploaded', 'style_image_urls.1: picture uploaded'],
    ],
    [
      'in a list beside those of --set',
      { set: ['style_image_urls=["https://a.example/x.png"]'], file: ['style_image_urls=style.png'] },
      ['style_image_urls.0: url', 'style_image_urls.1: picture uploaded'],
    ],
    [
      'in an object',
      { file: ['face.frontal_image_url=style.png'] },
      ['face.frontal_image_url: picture uploaded'],
    ],
    [
      'in a list of objects',
      { set: ['guides[0].path=owner/net'], file: ['guides[0].control_image_url=style.png'] },
      ['guides.0.control_image_url: picture uploaded'],
    ],
    [
      'in two objects of a list',
      { file: ['guides.0.control_image_url=style.png', 'guides.1.control_image_url=mask.png'] },
      ['guides.0.control_image_url: picture uploaded', 'guides.1.control_image_url: picture uploaded'],
    ],
    [
      'from an object of --set',
      { set: { guides: [{ control_image_url: 'style.png' }] } },
      ['guides.0.control_image_url: picture uploaded'],
    ],
    ['but not a URL', { file: ['mask_url=https://a.example/m.png'] }, ['mask_url: url']],
    [
      'as it is in a field of another kind',
      { file: ['config_url=config.json'] },
      ['config_url: file uploaded'],
    ],
  ])('%s', async (_, given, files) => {
    const planned = await plan(await folderOf(), given);
    expect(filesIn(planned)).toEqual(['image_url: picture uploaded', ...files]);
  });

  test('from a data: URI', async () => {
    const uri = `data:image/png;base64,${Buffer.from(await photo('white')).toString('base64')}`;
    const planned = await plan(await folderOf(), { file: [`mask_url=${uri}`] });
    expect(filesIn(planned)).toEqual(['image_url: picture uploaded', 'mask_url: picture uploaded']);
  });
});

describe('refused before anything is sent', () => {
  test.each<[string, GivenRequest, string, string?]>([
    [
      'a file in a field that takes no picture',
      { set: ['config_url=./config.json'] },
      '--set config_url: "./config.json" is a file, but acme/made/edit does not take a picture here.',
      'To upload the file anyway: --file config_url=./config.json',
    ],
    ['by its extension', { set: ['style=style.png'] }, '--set style: "style.png" is a file'],
    ['by its folder', { set: ['style=sub/style'] }, '--set style: "sub/style" is a file'],
    ['in a list', { set: ['tags=["a", "style.png"]'] }, '--set tags.1: "style.png" is a file'],
    [
      'in a list of objects',
      { set: { guides: [{ control_image_url: 'style.png', name: 'mask.png' }] } },
      '--set guides.0.name: "mask.png" is a file',
    ],
    [
      'a file that is not there',
      { file: ['mask_url=none.png'] },
      '--file mask_url: "none.png": no such file.',
    ],
    [
      'a picture that is none',
      { file: ['mask_url=config.json'] },
      '--file mask_url: "config.json" is not a picture',
    ],
    [
      'an unknown field',
      { file: ['mask_ulr=mask.png'] },
      'acme/made/edit has no field "mask_ulr"',
      'Did you mean mask_url?',
    ],
    [
      'an unknown field inside',
      { file: ['face.fronta_image_url=mask.png'] },
      'has no field "face.fronta_image_url"',
    ],
    [
      'a field with a flag',
      { file: ['image_url=mask.png'] },
      '--file image_url: this field has its own flag.',
      'Use --image instead.',
    ],
    ['a number', { file: ['octaves=mask.png'] }, '--file octaves'],
    ['an object', { file: ['face=mask.png'] }, '--file face: this field takes no file.'],
    [
      'twice',
      { file: ['mask_url=mask.png', 'mask_url=style.png'] },
      '--file mask_url is given twice. Give it once.',
    ],
    [
      'too many',
      { file: Array.from({ length: 4 }, () => 'style_image_urls=style.png') },
      'takes at most 3 here',
    ],
    ['a gap in a list', { set: ['guides[1].control_image_url=style.png'] }, '--set guides.0 is missing.'],
    ['a large gap', { set: ['tags[9999]=x'] }, '--set tags.0 is missing.'],
    ['no file', { file: ['mask_url='] }, '--file mask_url must be a file, a URL or a data: URI.'],
  ])('%s', async (_, given, message, hint) => {
    const cwd = await folderOf();
    const refused = await plan(cwd, given).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(refused).toMatchObject({
      message: expect.stringContaining(message) as string,
      ...(hint === undefined ? {} : { hint: expect.stringContaining(hint) as string }),
    });
  });

  test('an edit without a picture, where no field is the main one', async () => {
    const model = schemaModel(
      ENDPOINT,
      documentOf({ prompt: text, style_image_url: text, config_url: text }, ['prompt']),
      { hash: 'h', readAt: 0, origin: 'file' },
    );
    const cwd = await folderOf();
    await expect(plan(cwd, { images: [], prompt: 'x' }, model)).rejects.toMatchObject({
      message: '--image: acme/made/edit has no main picture: name the field of each.',
      hint: '--file style_image_url=…',
    });
    const planned = await plan(cwd, { images: [], prompt: 'x', file: ['style_image_url=style.png'] }, model);
    expect(filesIn(planned)).toEqual(['style_image_url: picture uploaded']);
  });
});

test.each<[string, GivenRequest]>([
  ['a word that is a file too', { set: ['style=anime'] }],
  ['a path to nothing', { set: ['style=art/deco'] }],
  ['a folder', { set: ['style=./sub'] }],
  ['a URL', { set: ['config_url=https://a.example/config.json'] }],
])('a text is sent as it is: %s', async (_, given) => {
  expect(filesIn(await plan(await folderOf(), given))).toEqual(['image_url: picture uploaded']);
});

describe('the identity of an edit', () => {
  const given: GivenRequest = {
    prompt: 'snow',
    set: ['octaves=4', 'guides[0].name=x'],
    file: ['guides[0].control_image_url=style.png', 'mask_url=mask.png'],
  };
  const print = async (cwd: string, request: GivenRequest, model?: Model): Promise<string> =>
    fingerprintOf(await plan(cwd, request, model));

  it('does not change with the document, as long as the request means the same', async () => {
    const cwd = await folderOf();
    const models = [
      made(PROPERTIES, 'another'),
      made(PROPERTIES, 'h', 'fal'),
      made({
        ...PROPERTIES,
        octaves: { type: 'integer', default: 99, maximum: 200, description: 'Other words.' },
      }),
      made({ ...PROPERTIES, extra: { type: 'number', default: 1 } }),
      made({ ...PROPERTIES, sync_mode: text }),
      made(Object.fromEntries(Object.entries(PROPERTIES).reverse())),
    ];
    const prints = await Promise.all(models.map((model) => print(cwd, given, model)));
    expect(new Set([await print(cwd, given), ...prints]).size).toBe(1);
  });

  it('is that of the files’ bytes, not of their names, nor of the flag that named them', async () => {
    const cwd = await folderOf();
    const first = await print(cwd, { file: ['mask_url=cat.png'] });
    expect(await print(cwd, { file: ['mask_url=copy.png'] })).toBe(first);
    expect(await print(cwd, { set: ['mask_url=copy.png'] })).toBe(first);
    expect(await print(cwd, { file: ['mask_url=style.png'] })).not.toBe(first);
    expect(await print(cwd, {})).not.toBe(first);
  });

  it('changes with each value of the user’s, and its type', async () => {
    const cwd = await folderOf();
    const requests: GivenRequest[] = [
      {},
      { set: ['octaves=4'] },
      { set: ['octaves=5'] },
      { set: ['style=4'] },
      { set: ['tags=["4"]'] },
      { file: ['config_url=config.json'] },
      { set: ['config_url=https://a.example/config.json'] },
    ];
    const prints = await Promise.all(requests.map((request) => print(cwd, request)));
    expect(new Set(prints).size).toBe(requests.length);
  });

  it('has nothing that we send by ourselves', async () => {
    const { given: values, input } = await plan(await folderOf(), {});
    expect(Object.keys(values)).toEqual(['image_url']);
    expect(input).toMatchObject({ sync_mode: false });
  });
});

test('facts about the fields that are sent are said', async () => {
  const model = made({
    image_url: text,
    strength: { type: 'number', description: 'Strength of the input image.' },
    enable_safety_checker: { type: 'boolean' },
    style: { type: 'string', description: 'Ignored by the fast model.' },
  });
  const { notes } = await plan(
    await folderOf(),
    { strength: 0.4, safetyChecker: false, set: ['style=x'] },
    model,
  );
  expect(notes).toEqual([
    'strength: fal says: Strength of the input image.',
    'style: fal says: Ignored by the fast model.',
    'enable_safety_checker: fal may ignore it for an account that is not authorized to turn the checker off.',
    'acme/made/edit takes no seed: the same edit cannot be repeated exactly.',
  ]);
});
