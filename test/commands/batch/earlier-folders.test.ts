/*
 * Folders that a release with fingerprints of version 1 has made (test/fixtures/batches): what was paid for in them is
 * recognised, and they go over to the present fingerprints with their first use.
 */
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { describe, expect, it, test } from 'vitest';
import { connect } from '../../ledger/opened.js';
import { FIXTURES, folder, NAMES, requestsAt, resultsIn, rowsIn } from './earlier-folder.js';

describe.each(NAMES)('A folder of version 1: %s', (name) => {
  it('is done, and is under fingerprints of version 2 from then on', async () => {
    const { fal, cwd, again } = await folder(name);
    const before = await resultsIn(cwd);
    const first = await again();
    expect(first.code, first.stderr).toBe(0);
    expect(fal.ledger().accepted).toEqual([]);
    const rows = rowsIn(cwd);
    expect(rows.map(({ fingerprint, jobs }) => [fingerprint, jobs])).toEqual(rows.map(() => [2, 1]));
    const after = await resultsIn(cwd);
    expect(after.map(({ key }) => key).sort()).toEqual(rows.map(({ key }) => key).sort());
    expect(after.map(({ job, images, seed }) => [job, images, seed])).toEqual(
      // That release saved every picture as it was returned.
      before.map(({ job, images, seed }) => [
        job,
        images.map((image) => ({ ...image, field: null, received_sha256: image.sha256 })),
        seed,
      ]),
    );
    const second = await again();
    expect([second.code, requestsAt(fal)], second.stderr).toEqual([0, 0]);
    expect(rowsIn(cwd)).toEqual(rows);
  });

  it('is found up to date without a change to it', async () => {
    const { cwd, again } = await folder(name);
    const ledger = path.join(cwd, 'out', 'ledger.db');
    const before = await readFile(ledger);
    if (name !== 'sweep' && name !== 'compare') {
      const frozen = await again('--frozen');
      expect(frozen.code, frozen.stderr).toBe(0);
    }
    const dry = await again('--dry-run', '--json');
    expect(dry.code, dry.stderr).toBe(0);
    expect(dry.json()).toMatchObject(name === 'sweep' || name === 'compare' ? {} : { to_send: 0 });
    expect((await readFile(ledger)).equals(before)).toBe(true);
  });
});

describe.each(NAMES)('A folder of version 2: %s', (name) => {
  it('is done, with no request', async () => {
    const { fal, cwd, again } = await folder(name, 'version-2');
    const before = rowsIn(cwd);
    const { code, stderr } = await again();
    expect([code, requestsAt(fal)], stderr).toEqual([0, 0]);
    expect(rowsIn(cwd)).toEqual(before);
    expect(before.map(({ fingerprint, jobs }) => [fingerprint, jobs])).toEqual(before.map(() => [2, 1]));
  });
});

test('rows of version 1 that the manifest has lost are recognised when they come back', async () => {
  const { fal, cwd, again } = await folder('plain');
  const table = await readFile(path.join(cwd, 'rows.csv'), 'utf8');
  await writeFile(path.join(cwd, 'rows.csv'), table.split('\n').slice(0, 3).join('\n'));
  expect((await again()).code).toBe(0);
  expect(rowsIn(cwd).filter(({ fingerprint }) => fingerprint === 1)).toHaveLength(4);
  await writeFile(path.join(cwd, 'rows.csv'), table);
  expect((await again()).code).toBe(0);
  expect([fal.ledger().accepted, rowsIn(cwd).filter(({ fingerprint }) => fingerprint === 1)]).toEqual([
    [],
    [],
  ]);
});

test('new rows are new: the old folder pays for them alone', async () => {
  const { fal, cwd, again } = await folder('converted');
  const table = await readFile(path.join(cwd, 'rows.csv'), 'utf8');
  await writeFile(path.join(cwd, 'rows.csv'), `${table}d,cat.gif,a storm\n`);
  const { code, stderr } = await again();
  expect(code, stderr).toBe(0);
  expect(fal.ledger().accepted.map(({ input }) => (input as { prompt: string }).prompt)).toEqual(['a storm']);
});

test('a plain picture that has changed is another row', async () => {
  const { fal, cwd, again } = await folder('converted');
  await writeFile(
    path.join(cwd, 'cat.jpg'),
    await sharp({ create: { width: 24, height: 16, channels: 3, background: 'navy' } })
      .jpeg()
      .toBuffer(),
  );
  const { code, stderr } = await again();
  expect(code, stderr).toBe(0);
  expect(fal.ledger().accepted).toHaveLength(1);
});

/** As if another system had made other bytes of the pictures that had to be converted. */
function forgetConversions(cwd: string): void {
  const db = connect(path.join(cwd, 'out'));
  const rows = db.prepare('SELECT key, plan FROM batch_rows').all() as { key: string; plan: string }[];
  for (const { key, plan } of rows) {
    const parsed = JSON.parse(plan) as { attachments: { converted?: string; upload: { sha256: string } }[] };
    if (parsed.attachments[0]!.converted === undefined) continue;
    parsed.attachments[0]!.upload.sha256 = 'ab'.repeat(32);
    const other = `${key.slice(0, 60)}ffff`;
    db.prepare('UPDATE batch_rows SET key = ?, plan = ? WHERE key = ?').run(
      other,
      JSON.stringify(parsed),
      key,
    );
    db.prepare('UPDATE jobs SET asked_hash = ? WHERE asked_hash = ?').run(other, key);
  }
}

describe('Rows whose old fingerprints cannot be made again', () => {
  it('are listed, and nothing is sent', async () => {
    const { fal, cwd, again } = await folder('converted');
    forgetConversions(cwd);
    const results = await readFile(path.join(cwd, 'out', 'results.jsonl'), 'utf8');
    const { code, stderr, json } = await again('--json');
    expect([code, fal.ledger().accepted]).toEqual([2, []]);
    expect(stderr).toMatch(/rows\.csv:2 \(a\): may have been paid for already\.\n/);
    expect(stderr).toMatch(/rows\.csv:3 \(b\): may have been paid for already\.\n/);
    expect(json()).toMatchObject({
      error: {
        kind: 'input',
        charged: 'no',
        details: { unrecognised: [{ id: 'a' }, { id: 'b' }] },
      },
    });
    const dry = await again('--dry-run');
    expect([dry.code, (await again('--frozen')).code]).toEqual([2, 2]);
    expect(await readFile(path.join(cwd, 'out', 'results.jsonl'), 'utf8')).toBe(results);
  });

  it('are sent with --again, once', async () => {
    const { fal, cwd, again } = await folder('converted');
    forgetConversions(cwd);
    expect((await again('--again')).code).toBe(0);
    expect(fal.ledger().accepted).toHaveLength(2);
    expect((await again()).code).toBe(0);
    expect(fal.ledger().accepted).toHaveLength(2);
  });

  it('are those of a shard where whose they are cannot be told', async () => {
    const { fal, cwd, again } = await folder('converted');
    const db = connect(path.join(cwd, 'out'));
    db.exec("UPDATE batch SET value = '1/2' WHERE name = 'shard'");
    forgetConversions(cwd);
    const { code } = await again('--shard', '1/2');
    expect([code, fal.ledger().accepted.length]).toEqual([2, 0]);
  });
});

describe('A shard of version 1', () => {
  it('keeps its rows and leaves those of the others to them', async () => {
    const { fal, cwd, again } = await folder('shard');
    const dry = await again('--dry-run', '--json');
    expect(dry.json()).toMatchObject({ rows: 4, in_other_shards: 2, to_send: 0 });
    expect((await again()).code).toBe(0);
    const after = await again('--dry-run', '--json');
    expect(after.json()).toMatchObject({ rows: 4, in_other_shards: 2, to_send: 0 });
    // Also a new row goes where the fingerprints of version 1 put it: the other shards may not be rewritten yet.
    const table = await readFile(path.join(cwd, 'rows.csv'), 'utf8');
    const more = Array.from({ length: 9 }, (_, row) => `new${row},cat.jpg,row ${row},`);
    await writeFile(path.join(cwd, 'rows.csv'), [table, ...more].join('\n'));
    const now = (await again('--dry-run', '--json')).json<{ rows: number; in_other_shards: number }>();
    await rm(path.join(cwd, 'out'), { recursive: true });
    await cp(path.join(FIXTURES, 'version-1/shard/out'), path.join(cwd, 'out'), { recursive: true });
    const unwritten = (await again('--dry-run', '--json')).json();
    expect(unwritten).toMatchObject({ rows: now.rows, in_other_shards: now.in_other_shards });
    expect(fal.ledger().accepted).toEqual([]);
  });

  it('can be merged, whether it was rewritten or not, and also with a copy of itself', async () => {
    const { fal, cwd, again, run } = await folder('shard');
    await cp(path.join(cwd, 'out'), path.join(cwd, 'copy'), { recursive: true });
    expect((await again()).code).toBe(0);
    for (const parts of [['copy'], ['out'], ['copy', 'out'], ['out', 'copy']]) {
      const all = `all-${parts.join('-')}`;
      const merged = await run('batch', 'merge', ...parts, '-d', all);
      expect(merged.code, merged.stderr).toBe(0);
      expect(rowsIn(cwd, all).map(({ jobs }) => jobs)).toEqual([1, 1, 1, 1]);
      const table = await readFile(path.join(cwd, 'rows.csv'), 'utf8');
      const own = table.split('\n').filter((row) => !/^[bde],/.test(row));
      await writeFile(path.join(cwd, 'own.csv'), own.join('\n'));
      const { code, stderr } = await run('batch', 'own.csv', '-o', '{id}.png', '-d', all);
      expect(code, stderr).toBe(0);
    }
    expect(fal.ledger().accepted).toEqual([]);
  });
});

describe.each(NAMES)('A folder of version 1 that has lost its ledger: %s', (name) => {
  it('is never paid for again without a word', async () => {
    const { fal, cwd, again } = await folder(name);
    await rm(path.join(cwd, 'out', 'ledger.db'));
    const rebuilt = await again('--rebuild');
    const next = await again('--settle', '0s');
    expect(fal.ledger().accepted, `${rebuilt.stderr}${next.stderr}`).toEqual([]);
    expect([rebuilt.code, next.code], `${rebuilt.stderr}${next.stderr}`).toEqual([0, 0]);
    const keys = rowsIn(cwd).map(({ key }) => key);
    expect((await resultsIn(cwd)).map(({ key }) => key).sort()).toEqual(keys.sort());
  });
});

test('what people chose in a comparison of version 1 still counts', async () => {
  const { cwd, again } = await folder('compare');
  expect((await again()).code).toBe(0);
  const { picks } = JSON.parse(await readFile(path.join(cwd, 'out', 'compare.json'), 'utf8')) as {
    picks: { comparisons: number }[];
  };
  expect(picks.map(({ comparisons }) => comparisons)).toEqual([1, 1]);
});

test('a run that is killed before results.jsonl is written anew leaves it to the next', async () => {
  const { cwd, again } = await folder('plain');
  const old = await readFile(path.join(cwd, 'out', 'results.jsonl'), 'utf8');
  expect((await again()).code).toBe(0);
  const present = await resultsIn(cwd);
  await writeFile(path.join(cwd, 'out', 'results.jsonl'), old);
  connect(path.join(cwd, 'out')).exec("UPDATE batch SET value = '1' WHERE name = 'renamed'");
  expect((await again()).code).toBe(0);
  expect(await resultsIn(cwd)).toEqual(present);
});

describe('A folder goes on with what it began with', () => {
  it('notes the version of its fingerprints and our defaults', async () => {
    const { cwd, again } = await folder('plain');
    await again();
    const db = connect(path.join(cwd, 'out'));
    const { value } = db.prepare("SELECT value FROM batch WHERE name = 'identity'").get() as {
      value: string;
    };
    expect(JSON.parse(value)).toEqual({
      ...{ version: 2, began: 1, format: null },
      defaults: { model: 'fal-ai/flux-general/image-to-image' },
    });
  });

  it('takes its own default model, whatever the present one is', async () => {
    const { fal, cwd, run } = await folder('plain');
    await writeFile(path.join(cwd, 'one.csv'), 'image,prompt\ncat.jpg,snow\n');
    expect((await run('batch', 'one.csv', '-d', 'new', '-m', 'flux-dev')).code).toBe(0);
    const db = connect(path.join(cwd, 'new'));
    db.exec(`UPDATE batch SET value = replace(value, 'flux-general', 'flux/dev') WHERE name = 'identity'`);
    const { code, stderr } = await run('batch', 'one.csv', '-d', 'new');
    expect(code, stderr).toBe(0);
    expect(fal.ledger().accepted).toHaveLength(1);
  });

  it('is not touched where a newer release has made its fingerprints', async () => {
    const { cwd, again } = await folder('plain');
    await again();
    connect(path.join(cwd, 'out')).exec(
      `UPDATE batch SET value = replace(value, '"version":2', '"version":3') WHERE name = 'identity'`,
    );
    const { code, stderr } = await again();
    expect(code).toBe(2);
    expect(stderr).toMatch(/was written by a newer fal-edit\. Nothing was sent\./);
  });
});
