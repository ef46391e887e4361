import { describe, expect, test } from 'vitest';
import { editCat, folderWithPhoto, leftIn, quickly, type Document } from '../edit/harness.js';
import { jobsIn, onlyJobIn, stateIn } from '../support/ledger.js';
import { runCli } from '../support/run-cli.js';
import { sandbox } from '../support/sandbox.js';

const EDIT = ['cat.png', '-p', 'a watercolor'];

async function detached(...flags: string[]) {
  // Nothing of it would be done while the program waits, if it did.
  const fal = await sandbox({ queueMs: 60_000 });
  const cwd = await folderWithPhoto();
  const run = (...argv: string[]) => runCli(argv, { cwd, env: fal.env, context: { sleep: quickly } });
  return { fal, cwd, run, result: await run(...EDIT, '--detach', ...flags) };
}

describe('--detach', () => {
  test('prints the request id alone, says where to find it, and sends exactly one', async () => {
    const { fal, cwd, result } = await detached();
    const { accepted, requests } = fal.ledger();
    const id = accepted[0]!.request_id;
    expect([result.code, result.stdout]).toEqual([0, `${id}\n`]);
    expect(result.stderr).toContain(`fal-edit wait ${id}`);
    expect([accepted.length, requests.by_role.submit]).toEqual([1, 1]);
    expect([requests.by_role.stream, requests.by_role.status, requests.by_role.cancel]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(await leftIn(cwd)).toEqual([]);
    expect(await onlyJobIn(stateIn(cwd))).toMatchObject({
      state: 'accepted',
      requestId: id,
      detached: true,
      owner: undefined,
      charged: 'maybe',
    });
  });

  test('--quiet: the id alone', async () => {
    const { fal, result } = await detached('--quiet');
    expect([result.stdout, result.stderr]).toEqual([`${fal.ledger().accepted[0]!.request_id}\n`, '']);
  });

  test('--json: the document of an edit that is on its way', async () => {
    const { fal, result } = await detached('--json');
    const [accepted] = fal.ledger().accepted;
    expect(result.json<Document>()).toMatchObject({
      schema_version: 1,
      status: 'ok',
      request_id: accepted!.request_id,
      state: 'accepted',
      input: accepted!.input,
      images: [],
      cost: { estimated_usd: 0.075, billed_units: null, billed_usd: null },
    });
    expect(result.code).toBe(0);
  });

  test('the place of its pictures is kept for whoever fetches them', async () => {
    const { cwd } = await detached('-o', 'later/{seed}.png', '--seed', '7');
    expect((await onlyJobIn(stateIn(cwd))).output).toMatchObject({
      cwd,
      template: 'later/{seed}.png',
      count: 1,
    });
  });

  test('several of the same command: each is one', async () => {
    const { fal, cwd, run } = await detached();
    await run(...EDIT, '--detach');
    const ids = fal.ledger().accepted.map(({ request_id: id }) => id);
    expect((await jobsIn(stateIn(cwd))).map(({ requestId }) => requestId)).toEqual(ids);
    expect(ids).toHaveLength(2);
  });

  test('the answer is lost: exit 9, nothing on stdout, and the same command again sends nothing', async () => {
    const fal = await sandbox({ toxics: [{ type: 'reset_peer', on: 'submit' }] });
    const { code, document, cwd } = await editCat({ env: fal.env }, '--detach');
    expect([code, document.error?.kind, document.error?.charged]).toEqual([9, 'unknown', 'maybe']);
    const again = await editCat({ env: fal.env, cwd }, '--detach');
    expect([again.code, fal.ledger().requests.by_role.submit]).toEqual([9, 1]);
    const plain = await runCli([...EDIT, '-o', 'out.png', '--detach'], { cwd, env: fal.env });
    expect([plain.code, plain.stdout]).toEqual([9, '']);
  });

  test('refused: exit 4, and nothing is left to be fetched', async () => {
    const fal = await sandbox({ toxics: [{ type: 'status', on: 'submit', code: 401 }] });
    const { code, cwd } = await editCat({ env: fal.env }, '--detach');
    expect(code).toBe(4);
    expect(await onlyJobIn(stateIn(cwd))).toMatchObject({ state: 'rejected', charged: 'no' });
  });

  test('FAL_EDIT_DETACH', async () => {
    const fal = await sandbox({ queueMs: 60_000 });
    const env = { ...fal.env, FAL_EDIT_DETACH: 'true' };
    const { code, stdout } = await runCli(EDIT, { cwd: await folderWithPhoto(), env });
    expect([code, stdout]).toEqual([0, `${fal.ledger().accepted[0]!.request_id}\n`]);
  });
});
