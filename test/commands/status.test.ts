import { describe, expect, it } from 'vitest';
import { statusToxic } from '../edit/harness.js';
import { intend, jobIn, plan } from '../ledger/machine.js';
import { jobsIn, stateIn } from '../support/ledger.js';
import { tempDir } from '../support/temp-dir.js';
import { controlScene, type Several } from './control-scene.js';

describe('status', () => {
  it('says how far fal is, in the order of the ids, and changes nothing', async () => {
    const { cwd, run, detach } = await controlScene({ inferenceMs: 60_000, runners: 1 });
    const ids = [await detach('--seed', '1'), await detach('--seed', '2'), await detach('--seed', '3')];
    const before = await jobsIn(stateIn(cwd));
    const result = await run(['status', ids[2]!, ids[1]!, ids[0]!]);
    expect(result.code, result.stderr).toBe(0);
    const lines = result.stdout.trimEnd().split('\n');
    expect(lines.map((line) => line.split('\t').slice(0, 3))).toEqual([
      ['REQUEST', 'STATE', 'AT FAL'],
      [ids[2], 'accepted', 'queued, 1 ahead'],
      [ids[1], 'accepted', 'queued, 0 ahead'],
      [ids[0], 'accepted', 'running'],
    ]);
    const document = (await run(['status', ids[2]!, '--json'])).json<Several>();
    expect(document).toMatchObject({
      status: 'ok',
      requests: [{ request_id: ids[2], state: 'accepted', fal: { status: 'IN_QUEUE', queue_position: 1 } }],
    });
    expect(await jobsIn(stateIn(cwd))).toEqual(before);
  });

  it('names wait where it is done at fal', async () => {
    const { run, detach, answer } = await controlScene();
    const id = await detach();
    await answer(id);
    const result = await run(['status', 'last']);
    expect(result.stdout).toContain('\tdone\t');
    expect(result.stderr).toContain(`fal-edit wait ${id}`);
  });

  it('asks fal nothing of what the ledger knows to its end, and needs no key for it', async () => {
    const { cwd, fal, run, ledger } = await controlScene();
    const killed = await ledger();
    const jobs = [
      jobIn(killed, 'saved'),
      jobIn(killed, 'failed'),
      jobIn(killed, 'saved', { via: 'sandbox' }),
    ];
    intend(killed, plan(killed));
    const ids = (await jobsIn(stateIn(cwd))).map(({ id }) => id);
    const result = await run(['status', ...ids], { env: {} });
    expect(result.code, result.stderr).toBe(0);
    expect(result.stdout.split('\n').map((line) => line.split('\t')[1])).toEqual([
      'STATE',
      'saved',
      'failed',
      'saved (sandbox)',
      'unknown',
      undefined,
    ]);
    expect(jobs).toHaveLength(3);
    expect(fal.ledger().requests.total).toBe(0);
  });

  it('says of one that fal has forgotten what can still be done', async () => {
    const { run, detach } = await controlScene();
    const good = await detach();
    const gone = '00000000-0000-4000-8000-000000000000';
    const result = await run(['status', good, gone, '-m', 'flux-general', '--json']);
    expect(result.code).toBe(3);
    expect(result.json<Several>()).toMatchObject({
      status: 'error',
      error: { kind: 'partial' },
      requests: [
        { request_id: good },
        { request_id: gone, state: null, fal: null, look: { kind: 'failed' } },
      ],
    });
    expect(result.stderr).toContain('https://fal.ai/dashboard');
  });

  it('knows a request that was not sent from here, and does not adopt it', async () => {
    const { run, detach } = await controlScene({ inferenceMs: 60_000 });
    const id = await detach();
    const cwd = await tempDir();
    const result = await run(['status', id, '-m', 'flux-general'], { cwd });
    expect(result.stdout, result.stderr).toContain(`${id}\tnot in the ledger\trunning`);
    expect(await jobsIn(stateIn(cwd))).toEqual([]);
  });

  it.each([
    [statusToxic('status', 503, 'no', {}, true), 7],
    [statusToxic('status', 401, { detail: 'who are you' }), 4],
  ])('says why fal could not be asked: %j', async (toxic, code) => {
    const { fal, run, detach, job } = await controlScene();
    const id = await detach();
    fal.addToxic(toxic);
    const result = await run(['status', id]);
    expect(result.code).toBe(code);
    expect(result.stdout).toContain('\taccepted\t?\t');
    expect(await job()).toMatchObject({ state: 'accepted' });
  });
});
