import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readSchemaFolder } from '../../../src/commands/sandbox/schema-folder.js';
import { runCli } from '../../support/run-cli.js';
import { SCHEMA_FOLDER, schemaDocuments, schemaOf } from '../../support/schemas.js';
import { tempDir } from '../../support/temp-dir.js';

const read = (folder: string) => readSchemaFolder(folder, '--schemas');

/** A folder with these files; an object is written as JSON. */
async function folderOf(files: Record<string, unknown>): Promise<string> {
  const folder = await tempDir();
  for (const [name, content] of Object.entries(files)) {
    await writeFile(path.join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
  }
  return folder;
}

const FILL = schemaOf('acme/fill');
const PRICE = { unit_price: 0.05, unit: 'megapixels' };

describe('a folder of documents', () => {
  it('is read in both forms, with its prices', async () => {
    const documents = await read(SCHEMA_FOLDER);
    expect(documents.map(({ endpoint }) => endpoint)).toEqual(
      schemaDocuments().map(({ endpoint }) => endpoint),
    );
    const found = new Map(documents.map((document) => [document.endpoint, document]));
    expect(found.get('acme/fill')).toEqual({
      endpoint: 'acme/fill',
      openapi: FILL,
      price: { unitPrice: 0.05, unit: 'megapixels' },
    });
    expect(found.get('acme/relight')).toMatchObject({
      openapi: schemaOf('acme/relight'),
      metadata: { display_name: 'Relight' },
    });
    expect(found.get('acme/matte')).not.toHaveProperty('price');
  });

  it('takes the id from the path, and the price from the metadata', async () => {
    const bare = { ...FILL, info: { title: 'mine' } };
    const pricing = { ...PRICE, currency: 'USD', call_price: 0.1 };
    const item = { endpoint_id: 'acme/trace', metadata: { pricing }, openapi: schemaOf('acme/trace') };
    const folder = await folderOf({ 'a.json': bare, 'b.json': item, 'notes.txt': 'no' });
    expect(await read(folder)).toMatchObject([
      { endpoint: 'acme/fill' },
      { endpoint: 'acme/trace', price: { unitPrice: 0.05, unit: 'megapixels', callPrice: 0.1 } },
    ]);
  });

  it.each<[what: string, files: Record<string, unknown>, message: RegExp]>([
    ['no JSON', { 'x.json': '{' }, /x\.json: .*JSON/],
    ['no object', { 'x.json': [] }, /x\.json: it is no OpenAPI document/],
    ['no id', { 'x.json': { openapi: '3.0.4', paths: {} } }, /x\.json: it does not name its endpoint/],
    ['a bad id', { 'x.json': { endpoint_id: '../x', openapi: {} } }, /x\.json: "\.\.\/x" is no endpoint id/],
    [
      'another path',
      { 'x.json': { endpoint_id: 'acme/other', openapi: FILL } },
      /x\.json: it does not describe a POST to \/acme\/other/,
    ],
    ['one id twice', { 'x.json': FILL, 'y.json': FILL }, /y\.json: acme\/fill is also in x\.json/],
    ['no document', {}, /there is no \.json file with a document/],
    [
      'a bad price',
      { 'x.json': FILL, 'prices.json': { 'acme/fill': { unit: 'images' } } },
      /prices\.json: acme\/fill\.unit_price: /,
    ],
    [
      'a price of nothing',
      { 'x.json': FILL, 'prices.json': { 'acme/none': PRICE } },
      /prices\.json: there is no document of "acme\/none"/,
    ],
  ])('is refused: %s', async (_, files, message) => {
    await expect(read(await folderOf(files))).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringMatching(message) as string,
    });
  });

  it('is refused by the command before it listens', async () => {
    const cwd = await tempDir();
    await mkdir(path.join(cwd, 'models'));
    await writeFile(path.join(cwd, 'models', 'x.json'), '{');
    for (const folder of ['models', 'nowhere', '']) {
      const { code, stdout, stderr } = await runCli(['sandbox', '--schemas', folder], { cwd });
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toMatch(/--schemas/);
    }
  });

  it('also shapes the sandbox of a run, and is read from its working folder', async () => {
    const cwd = await folderOf({ 'x.json': '{' });
    await copyFile(path.join(SCHEMA_FOLDER, '../../../examples/coffee.png'), path.join(cwd, 'cat.png'));
    const { code, stderr } = await runCli(['cat.png', '-p', 'x', '--sandbox'], {
      cwd,
      env: { FAL_EDIT_SCHEMAS: '.' },
    });
    expect([code, stderr]).toEqual([2, expect.stringMatching(/FAL_EDIT_SCHEMAS/)]);
  });
});
