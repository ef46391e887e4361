/* What earlier releases have sent is fetched with the present one, and not paid for again. */
import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { connect } from '../../ledger/opened.js';
import { folder, NAMES, requestsAt, resultsIn, rowsIn, type Folder } from './earlier-folder.js';

test.each(NAMES)('a folder of version 1 has nothing left to collect: %s', async (name) => {
  const { fal, cwd, run, again } = await folder(name);
  const before = await resultsIn(cwd);
  const { code, stderr } = await run('batch', '--collect', '-d', 'out', '--no-report');
  expect([code, requestsAt(fal)], stderr).toEqual([0, 0]);
  expect(await resultsIn(cwd)).toEqual(before);
  expect((await again()).code).toBe(0);
  expect([fal.ledger().accepted, rowsIn(cwd).map(({ jobs }) => jobs)]).toEqual([[], before.map(() => 1)]);
});

/** As if the run of version 1 had been killed before it fetched the first row's picture. The picture's absolute path. */
async function unfetched({ fal, cwd }: Folder): Promise<string> {
  const [row, ...others] = await resultsIn(cwd);
  const lines = others.map((other) => `${JSON.stringify(other)}\n`);
  await writeFile(path.join(cwd, 'out', 'results.jsonl'), lines.join(''));
  const db = connect(path.join(cwd, 'out'));
  const { id, endpoint } = db
    .prepare('SELECT id, endpoint FROM jobs WHERE asked_hash = ?')
    .get(row?.key ?? '') as { id: string; endpoint: string };
  const image = `data:image/gif;base64,${(await readFile(path.join(cwd, 'cat.gif'))).toString('base64')}`;
  const sent = await fetch(fal.proxyUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-fal-target-url': `https://queue.fal.run/${endpoint}` },
    body: JSON.stringify({ prompt: 'snow', image_url: image }),
  });
  const { request_id: request } = (await sent.json()) as { request_id: string };
  db.prepare(
    "UPDATE jobs SET state = 'accepted', charged = 'maybe', request_id = ?, result = NULL WHERE id = ?",
  ).run(request, id);
  db.prepare('DELETE FROM images WHERE job_id = ?').run(id);
  db.close();
  const file = path.join(cwd, 'out', row?.images[0]?.path ?? '');
  await rm(file);
  return file;
}

test.each([['--collect'], ['the batch itself']])(
  'what version 1 has sent and not fetched is fetched, and not paid for again: %s',
  async (how) => {
    const earlier = await folder('converted');
    const { fal, cwd, run, again } = earlier;
    const file = await unfetched(earlier);
    const { code, stderr } = await (how === '--collect'
      ? run('batch', '--collect', '-d', 'out', '--no-report')
      : again('--no-report'));
    expect(code, stderr).toBe(0);
    expect(existsSync(file)).toBe(true);
    const after = await again('--no-report');
    expect([after.code, fal.ledger().accepted.length], after.stderr).toEqual([0, 1]);
    const rows = rowsIn(cwd);
    expect(rows.map(({ fingerprint, jobs }) => [fingerprint, jobs])).toEqual(rows.map(() => [2, 1]));
  },
);
