import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { Claims } from '../../../src/batch/rows/claims.js';
import { nameRow } from '../../../src/batch/rows/row-names.js';
import { pathOf } from '../../../src/edit/plan/output.js';
import type { OutputSpec } from '../../../src/ledger/job.js';
import { MODELS } from '../../../src/models/registry.js';
import { openBatch } from '../../ledger/batch/rows.js';

const OUT = '/out';
const [MODEL] = MODELS;

interface Row {
  /** As the row says it; a name that is numbered where it says nothing. */
  template?: string;
  name?: string;
  seed?: number;
  count?: number;
}

/** Names rows one after the other, as a manifest has them: their pictures, relative to the out-dir, or what is wrong. */
async function named(...rows: Row[]): Promise<(string[] | string)[]> {
  const claims = new Claims((await openBatch()).db);
  return rows.map(({ template, name = 'cat', seed = 7, count = 1 }, index) => {
    const output: OutputSpec = {
      ...{ kind: 'files', cwd: OUT, name, seed, model: MODEL.name, ext: 'png', count },
      ...{ force: false, keepBlanked: false },
      template: template ?? '{name}.edit.{ext}',
      numberWhenTaken: template === undefined,
    };
    const own = nameRow(output, `rows.csv:${index + 1}`, OUT, claims);
    if (own.problem !== undefined) return own.problem;
    return Array.from({ length: count }, (_, image) =>
      path.relative(OUT, pathOf(own.output, image, `request-${index}`)),
    );
  });
}

describe('Rows that name no output', () => {
  it('are numbered in their order', async () => {
    expect(await named({}, {}, { name: 'dog' }, {})).toEqual([
      ...[['cat.edit.png'], ['cat.edit.2.png'], ['dog.edit.png'], ['cat.edit.3.png']],
    ]);
  });

  it('have all their pictures named apart, also from those of others', async () => {
    expect(await named({ count: 2 }, {}, { count: 2 }, {})).toEqual([
      ['cat.edit.png', 'cat.edit.2.png'],
      ['cat.edit.3.png'],
      ['cat.edit.4.png', 'cat.edit.4.2.png'],
      ['cat.edit.5.png'],
    ]);
  });

  it('keep clear of names that rows before them have chosen', async () => {
    expect(await named({ template: 'cat.edit.png' }, {}, { template: 'cat.edit.3.png' }, {})).toEqual([
      ...[['cat.edit.png'], ['cat.edit.2.png'], ['cat.edit.3.png'], ['cat.edit.4.png']],
    ]);
  });
});

describe('Rows that name their output', () => {
  test.each<{ what: string; rows: Row[]; problem: string }>([
    {
      what: 'the same name',
      rows: [{ template: 'a.png' }, { template: 'a.png' }],
      problem: 'a.png is already the output of rows.csv:1. Add a column, {index} or {seed} to the name.',
    },
    {
      what: 'the same name, written otherwise',
      rows: [{ template: 'x/a.png' }, { template: './x/../x//a.png' }],
      problem: 'x/a.png is already the output of rows.csv:1.',
    },
    {
      what: 'the same seed in the name',
      rows: [{ template: '{seed}.png' }, { template: '{seed}.png' }],
      problem: '7.png is already the output of rows.csv:1.',
    },
    {
      what: 'the second picture of another row',
      rows: [{ template: 'a.png', count: 3 }, { template: 'a.2.png' }],
      problem: 'a.2.png is already the output of rows.csv:1.',
    },
    {
      what: 'a name that was given by number',
      rows: [{}, { template: 'cat.edit.png' }],
      problem: 'cat.edit.png is already the output of rows.csv:1.',
    },
    {
      what: 'a name outside the out-dir',
      rows: [{ template: '../a.png' }],
      problem: '/a.png is outside the out-dir, where all files of a batch belong.',
    },
    {
      what: 'an absolute name elsewhere',
      rows: [{ template: '/tmp/{name}.png' }],
      problem: '/tmp/cat.png is outside the out-dir',
    },
    {
      what: 'the name of a file of the batch',
      rows: [{ template: 'ledger.db' }],
      problem: 'ledger.db is a name that the batch uses for its own files.',
    },
    {
      what: 'such a name, by the value of a placeholder',
      rows: [{ template: '{name}.jsonl', name: 'results' }],
      problem: 'results.jsonl is a name that the batch uses for its own files.',
    },
    {
      what: 'a name outside that holds the request id',
      rows: [{ template: '../{request_id}.png' }],
      problem: 'is outside the out-dir',
    },
  ])('are told of $what', async ({ rows, problem }) => {
    expect((await named(...rows)).at(-1)).toContain(problem);
  });

  test.each<{ what: string; rows: Row[]; names: string[][] }>([
    {
      what: 'an absolute name within',
      rows: [{ template: '/out/a.png' }],
      names: [['a.png']],
    },
    {
      what: 'another seed in the name',
      rows: [{ template: '{seed}.png' }, { template: '{seed}.png', seed: 8 }],
      names: [['7.png'], ['8.png']],
    },
    {
      what: 'an index in the name',
      rows: [{ template: 'a-{index}.png', count: 2 }, { template: 'a-3.png' }],
      names: [['a-1.png', 'a-2.png'], ['a-3.png']],
    },
    {
      what: 'the request id in the name, as often as one likes',
      rows: [{ template: '{request_id}.png', count: 2 }, { template: '{request_id}.png' }],
      names: [['request-0.png', 'request-0.2.png'], ['request-1.png']],
    },
  ])('can have $what', async ({ rows, names }) => {
    expect(await named(...rows)).toEqual(names);
  });
});

const row: fc.Arbitrary<Row> = fc.record(
  {
    template: fc.constantFrom(
      ...[
        'cat.edit.png',
        'cat.edit.2.png',
        'cat.edit.2.2.png',
        '{name}.png',
        'x/{seed}.png',
        '{name}-{index}.png',
      ],
      ...['{request_id}.png', 'cat.png', 'cat.2.png', 'cat-2.png', '{model}/{name}.{ext}'],
    ),
    name: fc.constantFrom('cat', 'cat.edit', 'dog', 'cat.edit.2'),
    seed: fc.integer({ min: 1, max: 3 }),
    count: fc.integer({ min: 1, max: 4 }),
  },
  { requiredKeys: [] },
);

it('No two rows share a name, whatever they ask for; and a later row changes nothing about earlier ones', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(row, { maxLength: 12 }), async (rows) => {
      const names = await named(...rows);
      const all = names.filter((own) => typeof own !== 'string').flat();
      expect(new Set(all).size).toBe(all.length);
      expect(await named(...rows.slice(0, -1))).toEqual(names.slice(0, -1));
    }),
    { numRuns: 60 },
  );
});
