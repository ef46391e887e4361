/* The ledger of a batch folder against results.jsonl: what either knows to be paid for is not paid for again. */
import { appendFile, cp, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { until } from '../../edit/harness.js';
import { jobsIn } from '../../support/ledger.js';
import { batchScene, holdStatus, jsonl, letGo, linesOf, resultsIn, type BatchScene } from './scene.js';

const THREE = ['one', 'two', 'three'].map((prompt, n) => ({ image: `${'abc'[n]!}.png`, prompt }));
const ROWS = jsonl(...THREE);

/** Three rows that are done. */
async function done(): Promise<BatchScene> {
  const scene = await batchScene({ 'rows.jsonl': ROWS });
  expect((await scene.batch('rows.jsonl')).code).toBe(0);
  return scene;
}

const inOut = ({ cwd }: BatchScene, name: string): string => path.join(cwd, 'out', name);

/** Puts the ledger back to what it was after the first row. */
async function withOldLedger(): Promise<BatchScene> {
  const scene = await batchScene({ 'rows.jsonl': jsonl(THREE[0]) });
  await scene.batch('rows.jsonl');
  await cp(inOut(scene, 'ledger.db'), path.join(scene.cwd, 'old.db'));
  await scene.write({ 'rows.jsonl': ROWS });
  await scene.batch('rows.jsonl');
  await rename(path.join(scene.cwd, 'old.db'), inOut(scene, 'ledger.db'));
  return scene;
}

const LOST: [string, number, () => Promise<BatchScene>][] = [
  [
    'is missing',
    3,
    async () => {
      const scene = await done();
      await rm(inOut(scene, 'ledger.db'));
      return scene;
    },
  ],
  [
    'is empty',
    3,
    async () => {
      const scene = await done();
      await truncate(inOut(scene, 'ledger.db'), 0);
      return scene;
    },
  ],
  ['is older', 2, withOldLedger],
];

describe.each(LOST)('a ledger that %s', (_, lost, lose) => {
  it('makes every command that could pay refuse, with nothing sent', async () => {
    const scene = await lose();
    const { total } = scene.fal.ledger().requests;
    for (const flags of [[], ['--dry-run'], ['--frozen'], ['--json'], ['--submit-only']]) {
      const { code, stderr } = await scene.batch('rows.jsonl', ...flags);
      expect(code, stderr).toBe(2);
      expect(stderr).toContain(
        `out/results.jsonl has ${lost} edits that ledger.db does not have: ledger.db is missing, older, or was copied without its -wal file. Nothing was sent, to avoid paying for them again.`,
      );
      expect(stderr).toContain('--rebuild makes the ledger from results.jsonl and the pictures');
    }
    for (const argv of [
      ['--collect', '-d', 'out'],
      ['merge', 'out', '-d', 'all'],
    ]) {
      const { code, stderr } = await scene.run(argv);
      expect([code, stderr]).toEqual([2, expect.stringContaining('that ledger.db does not have')]);
    }
    expect(scene.fal.ledger().requests.total).toBe(total);
  });

  it('names the lost requests for scripts', async () => {
    const scene = await lose();
    const ids = (await resultsIn(scene)).slice(-lost).map(({ request_id: id }) => id);
    const { json } = await scene.batch('rows.jsonl', '--json');
    expect(json()).toMatchObject({
      status: 'error',
      error: { kind: 'usage', charged: 'no', details: { lost, request_ids: ids } },
    });
  });

  it('is made anew by --rebuild, and counts as done afterwards', async () => {
    const scene = await lose();
    const { total } = scene.fal.ledger().requests;
    const before = await scene.text('out/results.jsonl');
    const rebuilt = await scene.batch('rows.jsonl', '--rebuild');
    expect([rebuilt.code, rebuilt.stderr]).toEqual([
      0,
      expect.stringContaining(
        `Rebuilt ${lost} edits of out from results.jsonl: 3 of 3 rows done. Nothing was sent.\n`,
      ),
    ]);
    const again = await scene.batch('rows.jsonl');
    expect(again).toMatchObject({ code: 0, stderr: 'All 3 rows are done; nothing to send.\n' });
    expect((await scene.batch('rows.jsonl', '--frozen')).code).toBe(0);
    expect(scene.fal.ledger().requests.total).toBe(total);
    expect(await scene.text('out/results.jsonl')).toBe(before);
  });

  it('is paid for again with --again, which the next run takes as it is', async () => {
    const scene = await lose();
    const { code, stderr } = await scene.batch('rows.jsonl', '--again');
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('Results that are missing from the ledger were kept in out/results.jsonl-1.');
    expect(scene.fal.ledger().accepted).toHaveLength(3 + lost);
    expect(await resultsIn(scene)).toHaveLength(3);
    expect(await scene.batch('rows.jsonl')).toMatchObject({ code: 0 });
    expect(scene.fal.ledger().accepted).toHaveLength(3 + lost);
  });
});

describe('--rebuild', () => {
  it('writes down of each edit what the ledger had of it', async () => {
    const scene = await done();
    const before = await jobsIn(path.join(scene.cwd, 'out'));
    await rm(inOut(scene, 'ledger.db'));
    await scene.batch('rows.jsonl', '--rebuild');
    const after = await jobsIn(path.join(scene.cwd, 'out'));
    const facts = (jobs: typeof after): unknown[] =>
      jobs
        .map(({ id, state, requestId, askedHash, images, billedUsd, charged, prompt, seed, endedAt }) => ({
          ...{ id, state, requestId, askedHash, images, billedUsd, charged, prompt, seed, endedAt },
        }))
        .sort((one, other) => one.id.localeCompare(other.id));
    expect(facts(after)).toEqual(facts(before));
  });

  it('has pictures that are gone or changed fetched once more, and pays nothing', async () => {
    const scene = await done();
    const original = await readFile(inOut(scene, 'b.edit.png'));
    await rm(inOut(scene, 'ledger.db'));
    await rm(inOut(scene, 'a.edit.png'));
    await writeFile(inOut(scene, 'b.edit.png'), 'version https://git-lfs.github.com/spec/v1\n');
    const { code, stderr } = await scene.batch('rows.jsonl', '--rebuild');
    expect([code, stderr]).toEqual([0, expect.stringContaining('1 of 3 rows done')]);
    expect(stderr).toContain('1 picture is missing: a.edit.png.');
    expect(stderr).toContain('1 picture is changed: b.edit.png.');
    const fetched = await scene.batch('rows.jsonl');
    expect([fetched.code, linesOf(fetched.stdout).sort()], fetched.stderr).toEqual([
      0,
      ['out/a.edit.png', 'out/b.edit.2.png'],
    ]);
    expect(await readFile(inOut(scene, 'b.edit.2.png'))).toEqual(original);
    expect(scene.fal.ledger().accepted).toHaveLength(3);
  });

  it('leaves rows without a line in doubt: the next run asks fal, and waits for those that it has', async () => {
    const scene = await batchScene({ 'rows.jsonl': jsonl(THREE[0]) });
    await scene.batch('rows.jsonl');
    await scene.write({ 'rows.jsonl': jsonl(...THREE.slice(0, 2)) });
    await scene.batch('rows.jsonl', '--submit-only');
    await rm(inOut(scene, 'ledger.db'));
    await scene.write({ 'rows.jsonl': ROWS });
    const { stderr } = await scene.batch('rows.jsonl', '--rebuild');
    expect(stderr).toContain('Rebuilt 1 edit of out from results.jsonl: 1 of 3 rows done.');
    expect(stderr).toContain('2 rows may have been sent by the run whose records are lost.');
    const early = await scene.batch('rows.jsonl', '--settle', '1h');
    expect([early.code, scene.fal.ledger().accepted.length], early.stderr).toEqual([9, 2]);
    const { code, stdout } = await scene.batch('rows.jsonl', '--settle', '0s');
    expect([code, linesOf(stdout).sort()]).toEqual([0, ['out/c.edit.png']]);
    expect(scene.fal.ledger().accepted).toHaveLength(3);
  });

  it('changes nothing where the ledger knows all', async () => {
    const scene = await done();
    await scene.write({ 'rows.jsonl': `${ROWS}${jsonl({ image: 'a.png', prompt: 'four' })}` });
    const { stderr } = await scene.batch('rows.jsonl', '--rebuild');
    expect(stderr).toContain('Rebuilt 0 edits of out from results.jsonl: 3 of 4 rows done.');
    expect(stderr).not.toContain('may have been sent');
    expect((await scene.batch('rows.jsonl', '--dry-run')).stdout).toContain('To send: 1\n');
  });

  it('that was cut short has to be done again before anything is sent', async () => {
    const scene = await done();
    await rm(inOut(scene, 'ledger.db'));
    await scene.write({ 'rows.jsonl': `${ROWS}${jsonl({ image: 'a.png', prompt: 'four', strength: 7 })}` });
    expect((await scene.batch('rows.jsonl', '--rebuild')).code).toBe(2);
    await scene.write({ 'rows.jsonl': `${ROWS}${jsonl({ image: 'a.png', prompt: 'four' })}` });
    const refused = await scene.batch('rows.jsonl');
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('only partly rebuilt')]);
    expect((await scene.batch('rows.jsonl', '--rebuild')).stderr).toContain('1 row may have been sent');
    expect(scene.fal.ledger().accepted).toHaveLength(3);
  });
});

/** The folder as a run leaves it that is killed with three rows at fal, when only ledger.db is copied. */
async function withoutWal(rows: string): Promise<BatchScene> {
  const scene = await batchScene({ 'rows.jsonl': rows });
  holdStatus(scene.fal);
  const running = scene.batch('rows.jsonl', '--concurrency', '3');
  await until(() => scene.fal.ledger().accepted.length === 3);
  await cp(inOut(scene, 'ledger.db'), path.join(scene.cwd, 'copy/ledger.db'));
  letGo(scene.fal);
  await running;
  await rm(path.join(scene.cwd, 'out'), { recursive: true });
  await rename(path.join(scene.cwd, 'copy'), path.join(scene.cwd, 'out'));
  return scene;
}

describe('a ledger without the WAL of a run that was cut short', () => {
  it('is refused, and made anew without paying again, though no other file speaks of the edits', async () => {
    const scene = await withoutWal(ROWS);
    for (const flags of [[], ['--dry-run'], ['--json'], ['--submit-only']]) {
      const { code, stderr } = await scene.batch('rows.jsonl', ...flags);
      expect(code, stderr).toBe(2);
      expect(stderr).toContain('out/ledger.db is missing the last writes of a run that was cut short');
      expect(stderr).toContain('--rebuild makes the ledger from results.jsonl and the pictures');
    }
    const { code, stderr } = await scene.batch('rows.jsonl', '--rebuild');
    expect([code, stderr]).toEqual([0, expect.stringContaining('3 rows may have been sent by the run')]);
    const found = await scene.batch('rows.jsonl', '--settle', '0s');
    expect([found.code, linesOf(found.stdout).sort()], found.stderr).toEqual([
      0,
      ['out/a.edit.png', 'out/b.edit.png', 'out/c.edit.png'],
    ]);
    const seeds = scene.fal.ledger().accepted.map(({ input }) => (input as { seed: number }).seed);
    expect((await resultsIn(scene)).map(({ seed }) => seed).sort()).toEqual(seeds.sort());
    expect(await scene.batch('rows.jsonl')).toMatchObject({ code: 0 });
    expect(scene.fal.ledger().accepted).toHaveLength(3);
  });

  it('leaves rows unknown of which fal cannot tell which picture they had', async () => {
    const same = { prompt: 'snow', seed: 7 };
    const scene = await withoutWal(
      jsonl(...['a.png', 'b.png', 'c.png'].map((image) => ({ image, ...same }))),
    );
    await scene.batch('rows.jsonl', '--rebuild');
    const { code, stdout, stderr } = await scene.batch('rows.jsonl', '--settle', '0s');
    expect([code, stdout], stderr).toEqual([9, '']);
    expect(scene.fal.ledger().accepted).toHaveLength(3);
  });

  it('is paid for again with --again', async () => {
    const scene = await withoutWal(ROWS);
    expect((await scene.batch('rows.jsonl', '--again')).code).toBe(0);
    expect(scene.fal.ledger().accepted).toHaveLength(6);
    expect((await scene.batch('rows.jsonl')).code).toBe(0);
    expect(scene.fal.ledger().accepted).toHaveLength(6);
  });
});

describe('a damaged ledger', () => {
  it.each<[string, (file: string) => Promise<void>]>([
    ['from its first byte', (file) => writeFile(file, 'no database at all\n'.repeat(1000))],
    [
      'in its tables',
      async (file) => {
        const bytes = await readFile(file);
        for (let page = 1; page < bytes.length / 4096; page++) {
          if (!bytes.subarray(page * 4096, page * 4096 + 4096).includes('CREATE ')) {
            bytes.fill(0xa5, page * 4096, page * 4096 + 4096);
          }
        }
        await writeFile(file, bytes);
      },
    ],
  ])('%s is kept by --rebuild, which makes a new one', async (_, spoil) => {
    const scene = await done();
    await spoil(inOut(scene, 'ledger.db'));
    const spoilt = await readFile(inOut(scene, 'ledger.db'));
    const refused = await scene.batch('rows.jsonl');
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('--rebuild')]);
    expect(refused.stderr).toContain('out/ledger.db is damaged. Nothing was sent.');
    const rebuilt = await scene.batch('rows.jsonl', '--rebuild');
    expect([rebuilt.code, rebuilt.stderr]).toEqual([0, expect.stringContaining('3 of 3 rows done')]);
    // SQLite counts in its header how often it was opened for writing.
    const kept = await readFile(inOut(scene, 'ledger.db-damaged'));
    expect(kept.subarray(100)).toEqual(spoilt.subarray(100));
    expect(await scene.batch('rows.jsonl')).toMatchObject({ code: 0 });
    expect(scene.fal.ledger().accepted).toHaveLength(3);
  });
});

describe('a folder whose records are both gone', () => {
  it('is refused where its summary says that rows were sent', async () => {
    const scene = await done();
    for (const name of ['ledger.db', 'results.jsonl', 'a.edit.png', 'b.edit.png', 'c.edit.png']) {
      await rm(inOut(scene, name));
    }
    const { code, stderr } = await scene.batch('rows.jsonl');
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining('out/summary.json says that 3 rows of this folder were sent'),
    ]);
    expect((await scene.batch('rows.jsonl', '--again')).code).toBe(0);
    expect(scene.fal.ledger().accepted).toHaveLength(6);
  });

  it.each([[], ['-o', '{name}.png']])('is refused where only the pictures are left %s', async (...flags) => {
    const scene = await batchScene({ 'rows.jsonl': ROWS });
    expect((await scene.batch('rows.jsonl', ...flags)).code).toBe(0);
    for (const name of ['ledger.db', 'results.jsonl', 'summary.json']) await rm(inOut(scene, name));
    for (const more of [[], ['--dry-run']]) {
      const { code, stderr } = await scene.batch('rows.jsonl', ...flags, ...more);
      expect([code, stderr]).toEqual([2, expect.stringContaining('out has the pictures of 3 rows, but')]);
    }
    expect(scene.fal.ledger().accepted).toHaveLength(3);
  });

  it('is refused before SQLite throws away a WAL without its ledger', async () => {
    const scene = await done();
    await rm(inOut(scene, 'ledger.db'));
    await writeFile(inOut(scene, 'ledger.db-wal'), 'frames');
    const { code, stderr } = await scene.batch('rows.jsonl', '--rebuild');
    expect([code, stderr]).toEqual([2, expect.stringContaining('belongs to a ledger.db that is missing')]);
    expect(await scene.text('out/ledger.db-wal')).toBe('frames');
  });
});

describe('what is no contradiction', () => {
  it.each([
    ['a torn last line', '{"schema_version":1,"key":"ab","job":"j0000000'],
    ['an empty line', '\n'],
  ])('is %s', async (_, text) => {
    const scene = await done();
    await appendFile(inOut(scene, 'results.jsonl'), text);
    expect((await scene.batch('rows.jsonl', '--dry-run')).code).toBe(0);
    expect((await scene.batch('rows.jsonl')).code).toBe(0);
  });

  it('is a folder that was copied, whose files have other times', async () => {
    const scene = await done();
    await cp(path.join(scene.cwd, 'out'), path.join(scene.cwd, 'copy'), { recursive: true });
    const { code, stderr } = await scene.run(['rows.jsonl', '-d', 'copy', '--no-report']);
    expect([code, stderr]).toEqual([0, expect.stringContaining('nothing to send')]);
  });

  it('is a folder of somebody with pictures of other names', async () => {
    const scene = await batchScene({ 'rows.jsonl': ROWS, 'out/other.png': 'x' });
    expect((await scene.batch('rows.jsonl')).code).toBe(0);
  });
});

describe('compare and sweep', () => {
  it.each([
    ['compare', ['compare', 'a.png', '-p', 'snow', '-d', 'out']],
    ['sweep', ['sweep', 'a.png', '-p', 'snow', '--vary', 'strength=0.3,0.6', '-d', 'out']],
  ])('%s refuses as well, and rebuilds', async (_, argv) => {
    const scene = await batchScene();
    const cli = async (...more: string[]): Promise<{ code: number; stderr: string }> => {
      const { runCli } = await import('../../support/run-cli.js');
      return runCli([...argv, ...more], { cwd: scene.cwd, env: scene.fal.env });
    };
    expect((await cli()).code).toBe(0);
    await rm(inOut(scene, 'ledger.db'));
    expect(await cli()).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('results.jsonl has 2 edits') as string,
    });
    expect(await cli('--rebuild')).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('2 of 2 rows done') as string,
    });
    expect((await cli()).code).toBe(0);
    expect(scene.fal.ledger().accepted).toHaveLength(2);
  });
});

describe('a folder that is deleted while its batch runs', () => {
  it('stops it before the next submit, and nothing that was paid for is lost', async () => {
    const scene = await batchScene({ 'rows.jsonl': ROWS });
    holdStatus(scene.fal);
    const running = scene.batch('rows.jsonl', '--concurrency', '1');
    await until(() => scene.fal.ledger().accepted.length === 1);
    await rm(path.join(scene.cwd, 'out'), { recursive: true });
    letGo(scene.fal);
    const { code, stdout, stderr } = await running;
    expect([code, stdout], stderr).toEqual([3, 'out/a.edit.png\n']);
    const id = scene.fal.ledger().accepted[0]?.request_id;
    expect(stderr).toMatch(
      /error: The ledger .*out.ledger\.db was deleted or replaced while it was in use\./,
    );
    expect(stderr).toContain('1 of 3 rows are done; 2 not sent.');
    expect(stderr).toContain('charged: yes');
    expect(stderr).toContain(`fal accepted request ${String(id)}; its picture is saved.`);
    expect(scene.fal.ledger().accepted).toHaveLength(1);
    // It was put back.
    const again = await scene.batch('rows.jsonl');
    expect([again.code, scene.fal.ledger().accepted.length], again.stderr).toEqual([0, 3]);
    expect(await resultsIn(scene)).toHaveLength(3);
  });

  it('stops it also where another ledger has its place', async () => {
    const scene = await batchScene({ 'rows.jsonl': ROWS });
    holdStatus(scene.fal);
    const running = scene.batch('rows.jsonl', '--concurrency', '1');
    await until(() => scene.fal.ledger().accepted.length === 1);
    await rm(inOut(scene, 'ledger.db'));
    await writeFile(inOut(scene, 'ledger.db'), '');
    letGo(scene.fal);
    expect(await running).toMatchObject({ code: 3 });
    expect(scene.fal.ledger().accepted).toHaveLength(1);
    const again = await scene.batch('rows.jsonl');
    expect([again.code, again.stderr]).toEqual([2, expect.stringMatching(/results\.jsonl has 1 edit/)]);
  });

  it('stops it where the folder of the state is deleted', async () => {
    const scene = await batchScene({ 'rows.jsonl': ROWS });
    holdStatus(scene.fal);
    const running = scene.batch('rows.jsonl', '--concurrency', '1');
    await until(() => scene.fal.ledger().accepted.length === 1);
    await rm(path.join(scene.cwd, '.home/state'), { recursive: true });
    letGo(scene.fal);
    expect(await running).toMatchObject({ code: 3 });
    expect(scene.fal.ledger().accepted).toHaveLength(1);
    expect((await scene.batch('rows.jsonl')).code).toBe(0);
    expect(scene.fal.ledger().accepted).toHaveLength(3);
  });
});
