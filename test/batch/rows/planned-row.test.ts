import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Fields } from '../../../src/batch/manifest/entry.js';
import { keyOf } from '../../../src/batch/rows/identity.js';
import { seedOf } from '../../../src/edit/plan/fingerprint.js';
import { revivedPlan, storedPlan, type PlannedRow } from '../../../src/batch/rows/planned-row.js';
import { pathOf } from '../../../src/edit/plan/output.js';
import { planEdit, type EditPlan } from '../../../src/edit/plan/plan.js';
import { batchFolder, photo, quietContext, readRow, type RowFields } from '../planning.js';

const KEY = keyOf('a wish', 0);

interface Place {
  folder: string;
  outDir: string;
  /** A row's plan, and what it is when its turn comes: through the ledger, as JSON. */
  revive: (
    row: RowFields,
    attempt?: number,
    out?: string,
  ) => Promise<{ plan: EditPlan; stored: PlannedRow; revived: EditPlan }>;
}

async function place(): Promise<Place> {
  const { folder, outDir } = await batchFolder();
  await writeFile(path.join(folder, 'mask.png'), await photo('white'));
  await mkdir(path.join(folder, 'sub'));
  await writeFile(
    path.join(folder, 'style.safetensors'),
    Buffer.concat([Buffer.from([2, 0, 0, 0, 0, 0, 0, 0]), Buffer.from('{} ')]),
  );
  return {
    ...{ folder, outDir },
    revive: async (row, attempt = 1, out = outDir) => {
      const { order } = await readRow(row as Fields);
      const plan = await planEdit({ ...order, outputFolder: outDir }, { ...quietContext(), cwd: folder });
      const stored = JSON.parse(JSON.stringify(storedPlan(plan, folder, outDir))) as PlannedRow;
      return { plan, stored, revived: revivedPlan(stored, KEY, attempt, out, quietContext()) };
    },
  };
}

/** A plan without what are functions, or follows from the rest. */
const plain = ({ attachments, ...rest }: EditPlan): unknown => ({
  ...rest,
  model: rest.model.name,
  paths: [0, 1].map((index) => pathOf(rest.output, index, 'request')),
  attachments: attachments.map(({ upload, original, ...one }) => ({
    ...one,
    hasOriginal: original !== undefined,
    checked: undefined,
    upload: upload === undefined ? undefined : { ...upload, blob: undefined },
  })),
});

const ROWS: [string, RowFields][] = [
  ['a plain row', { seed: 7 }],
  [
    'a row that names all',
    { seed: 7, prompt: 'ä "x"\n', strength: 0.3, num_images: 2, output: 'a/{seed}-{index}.jpg', force: true },
  ],
  [
    'two pictures and a LoRA',
    {
      seed: 7,
      model: 'flux-2-lora',
      images: ['cat.png', './mask.png'],
      loras: [{ path: 'style.safetensors', scale: 0.5 }],
    },
  ],
  ['a picture that fal fetches', { seed: 7, image: 'https://example.com/a.png' }],
  [
    'files deep within',
    {
      ...{ seed: 7 },
      set: {
        controlnets: [{ path: 'owner/net', control_image_url: 'mask.png' }],
        fill_image: { fill_image_url: ['mask.png', 'cat.png'] },
      },
    },
  ],
];

describe('The plan of a row', () => {
  it.each(ROWS)('is the same when its turn comes: %s', async (_, row) => {
    const { revive } = await place();
    const { plan, revived } = await revive(row);
    expect(plain(revived)).toEqual(plain(plan));
  });

  it('finds the bytes of its files again, from its own folder', async () => {
    const { revive, folder } = await place();
    for (const [, row] of ROWS) {
      const { plan, revived } = await revive(row);
      for (const [index, { upload }] of plan.attachments.entries()) {
        if (upload === undefined) continue;
        const [was, is] = await Promise.all([upload.blob(), revived.attachments[index]!.upload!.blob()]);
        expect(Buffer.from(await is.arrayBuffer()).equals(Buffer.from(await was.arrayBuffer()))).toBe(true);
      }
    }
    const { revived } = await revive({});
    await writeFile(path.join(folder, 'cat.png'), await photo('blue'));
    await expect(revived.attachments[0]!.upload!.blob()).rejects.toThrow('has changed since it was checked');
  });

  it('puts its pictures into the out-dir, wherever that lies by then', async () => {
    const { revive } = await place();
    const { revived, stored } = await revive({ output: 'a/{name}.png' }, 1, '/moved/out');
    expect(pathOf(revived.output, 0, 'request')).toBe('/moved/out/a/cat.png');
    expect(revived.output.cwd).toBe('/moved/out');
    expect(stored.delivery.cwd).toBe('');
  });

  it('has another seed for each try where the user named none, and in its name as well', async () => {
    const { revive } = await place();
    for (const model of ['flux-general', 'flux-2-lora']) {
      const seeds: number[] = [];
      for (const attempt of [1, 2, 3]) {
        const { revived } = await revive({ output: '{seed}.png', model }, attempt);
        expect(revived.seed).toBe(seedOf(KEY, attempt));
        expect(revived.input['seed']).toBe(revived.seed);
        expect(revived.work.input['seed']).toBe(revived.seed);
        expect(path.basename(pathOf(revived.output, 0))).toBe(`${revived.seed}.png`);
        seeds.push(revived.seed);
      }
      expect(new Set(seeds).size).toBe(3);
    }
  });

  it('has the user’s seed each time where there is one', async () => {
    const { revive } = await place();
    for (const attempt of [1, 2]) {
      const { revived } = await revive({ seed: 0 }, attempt);
      expect([revived.seed, revived.input['seed'], revived.seedIsOurs]).toEqual([0, 0, false]);
    }
  });
});

describe('The pictures that a row edits', () => {
  it.each<[string, RowFields, string[]]>([
    ['beside the out-dir', {}, ['../cat.png']],
    ['written otherwise', { image: './sub/../cat.png' }, ['../cat.png']],
    [
      'several, without those that only guide',
      { model: 'flux-2-lora', images: ['cat.png', 'mask.png'] },
      ['../cat.png', '../mask.png'],
    ],
    ['with a picture that guides', { set: { reference_image_url: 'mask.png' } }, ['../cat.png']],
    ['at an address', { image: 'HTTPS://example.com/a.png?x=1' }, ['HTTPS://example.com/a.png?x=1']],
  ])('are named for reports: %s', async (_, row, inputs) => {
    const { revive } = await place();
    expect((await revive(row)).stored.inputs).toEqual(inputs);
  });

  it('are named by their path where they are given as a file: URL', async () => {
    const { revive, folder } = await place();
    const { stored } = await revive({ image: `file://${folder}/cat.png` });
    expect(stored.inputs).toEqual(['../cat.png']);
  });

  it('have no name where they are nothing but bytes', async () => {
    const { revive } = await place();
    const image = `data:image/png;base64,${(await photo('red')).toString('base64')}`;
    expect((await revive({ image })).stored.inputs).toEqual([]);
  });
});
