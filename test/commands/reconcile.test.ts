/* The command: which edits it takes, what it prints, how it ends. What it finds out is tested in test/edit/reconcile. */
import { describe, expect, test } from 'vitest';
import { pageOf } from '../../src/commands/at-once.js';
import { RECONCILE } from '../../src/commands/reconcile/command.js';
import { helpText } from '../../src/terminal/help.js';
import { statusToxic } from '../edit/harness.js';
import { ALIVE, CUT, HOUR, LOST, MINUTE, scene, sendAgain } from '../edit/reconcile/scene.js';
import { runCli } from '../support/run-cli.js';

/** Two edits of which nothing is known. */
async function two() {
  const on = await scene();
  await on.edit(LOST);
  await on.edit(LOST, '-o', 'b.png');
  const ids = (await on.jobs()).map(({ id }) => id);
  return { ...on, ids };
}

/** The command as people call it, without --json. */
const plainly = (
  { cwd, fal, clock }: Pick<Awaited<ReturnType<typeof scene>>, 'cwd' | 'fal' | 'clock'>,
  ...argv: string[]
) => runCli(['reconcile', ...argv], { cwd, env: fal.env, context: { now: () => clock.here } });

describe('which edits', () => {
  test('none: says so', async () => {
    const { code, stdout, stderr } = await plainly(await scene());
    expect([code, stdout]).toEqual([0, '']);
    expect(stderr).toMatch(/Nothing to reconcile\./);
  });

  test('none, with --json: an empty list', async () => {
    const { reconcile } = await scene();
    expect((await reconcile(['--all'])).document).toEqual({
      schema_version: 1,
      status: 'ok',
      sandbox: false,
      jobs: [],
      duplicates: [],
    });
  });

  test('several and none named: lists them and asks', async () => {
    const on = await two();
    const { code, document, stderr } = await on.reconcile();
    expect([code, document.error?.kind, document.error?.details]).toEqual([2, 'usage', { jobs: on.ids }]);
    for (const id of on.ids) expect(stderr).toContain(id);
    expect(stderr).toMatch(/reconcile --all/);
    expect(on.fal.ledger().requests.by_role.history).toBeUndefined();
  });

  test('one of them, by the beginning of its id', async () => {
    const { reconcile, ids, jobs } = await two();
    const { code, document } = await reconcile([ids[1]!.slice(0, 8)]);
    expect([code, document.jobs.map(({ job }) => job)]).toEqual([0, [ids[1]]]);
    expect((await jobs()).map(({ state }) => state)).toEqual(['unknown', 'saved']);
  });

  test('one of them, named twice', async () => {
    const { reconcile, ids } = await two();
    expect((await reconcile([ids[0]!, ids[0]!.slice(0, 9)])).document.jobs).toHaveLength(1);
  });

  test.each([
    ['--all', ['--all']],
    ['last, and the other', ['last']],
  ])('%s', async (_, argv) => {
    const { reconcile, ids } = await two();
    const named = argv[0] === 'last' ? [...argv, ids[0]!] : argv;
    const { code, document } = await reconcile(named);
    expect([code, document.jobs.map(({ job }) => job).sort()]).toEqual([0, [...ids].sort()]);
  });

  test('--all and a name', async () => {
    const { reconcile } = await scene();
    const { code, document } = await reconcile(['--all', 'j123']);
    expect([code, document.error?.message]).toEqual([
      2,
      '--all cannot be used with a job id. Use one of them.',
    ]);
  });

  test('a name of none', async () => {
    const { reconcile } = await scene();
    const { code, document } = await reconcile(['jnothing']);
    expect([code, document.error?.kind, document.error?.message]).toEqual([
      2,
      'input',
      '"jnothing" is not in the ledger.',
    ]);
  });

  test('a name of several', async () => {
    const { reconcile } = await two();
    const { code, document } = await reconcile(['j']);
    expect([code, document.error?.message]).toEqual([2, expect.stringMatching(/matches several/)]);
  });

  test('one that is being sent is left alone', async () => {
    const { intended, reconcile, jobs, fal } = await scene();
    const id = await intended({ seed: 1 }, { owner: ALIVE });
    for (const argv of [['--all'], [id]]) {
      const { code, document, stderr } = await reconcile(argv);
      expect([code, document.jobs[0]?.outcome]).toEqual([0, 'in_flight']);
      expect(stderr).toContain(`being sent right now by process ${ALIVE.pid}`);
    }
    expect((await reconcile()).document.jobs).toEqual([]);
    expect((await jobs())[0]?.state).toBe('intent');
    expect(fal.ledger().requests.by_role.history).toBeUndefined();
  });

  test('one of the built-in sandbox: nothing was charged, and nobody is asked', async () => {
    const { intended, reconcile, jobs, fal, cwd } = await scene();
    await intended({ seed: 1 }, { via: 'sandbox' });
    const { code, document } = await reconcile(['--all'], { cwd, env: {} });
    expect([code, document.jobs[0]?.outcome]).toEqual([0, 'sandbox']);
    expect((await jobs())[0]).toMatchObject({ state: 'cancelled', charged: 'no' });
    expect(fal.ledger().requests.total).toBe(0);
  });
});

describe('named, and known already', () => {
  test('saved', async () => {
    const { edit, reconcile, ids } = await scene();
    await edit(undefined);
    const { code, document, stderr } = await reconcile(['last']);
    expect([code, document.jobs]).toMatchObject([
      0,
      [{ outcome: 'accepted', state: 'saved', request_ids: ids() }],
    ]);
    expect(stderr).toMatch(/: done, saved as .*out\.png/);
  });

  test('accepted, and not fetched: names wait', async () => {
    const { edit, reconcile, ids } = await scene();
    await edit(undefined, '--detach');
    const { code, stderr } = await reconcile(['last']);
    expect([code, stderr]).toEqual([0, expect.stringContaining(`fal-edit wait ${ids()[0]!}`)]);
  });

  test('refused by fal: says why', async () => {
    const { edit, reconcile } = await scene();
    await edit(statusToxic('submit', 403, { detail: 'not for you' }));
    const { code, document, stderr } = await reconcile(['last']);
    expect([code, document.jobs[0]?.outcome]).toEqual([0, 'not_accepted']);
    expect(stderr).toMatch(/is known to be rejected \(.*not for you/);
  });

  test('failed before it was sent', async () => {
    const { edit, reconcile } = await scene();
    await edit(statusToxic('initiate', 400, { detail: 'no' }));
    const { code, stderr } = await reconcile(['last']);
    expect(code).toBe(0);
    expect(stderr).toMatch(/is known to be failed/);
  });

  test('killed before it was sent', async () => {
    const { intended, reconcile } = await scene();
    await intended(undefined);
    const { code, document, stderr } = await reconcile(['last']);
    expect([code, document.jobs[0]?.outcome]).toEqual([0, 'not_accepted']);
    expect(stderr).toMatch(/: never sent\. Nothing is charged/);
  });

  test('about to be sent', async () => {
    const { intended, reconcile } = await scene();
    await intended(undefined, { owner: ALIVE });
    const { code, document, stderr } = await reconcile(['last']);
    expect([code, document.jobs[0]?.outcome]).toEqual([0, 'in_flight']);
    expect(stderr).toContain(`: about to be sent by process ${ALIVE.pid}`);
  });
});

describe('what it prints', () => {
  test('what was found on stderr, the paths on stdout', async () => {
    const on = await two();
    const { code, stdout, stderr } = await plainly(on, '--all');
    expect([code, stdout.split('\n').sort()]).toEqual([0, ['', 'b.png', 'out.png']]);
    for (const id of on.fal.ledger().accepted)
      expect(stderr).toContain(`accepted by fal as request ${id.request_id}`);
  });

  test('with -q: the paths alone', async () => {
    const on = await two();
    expect(await plainly(on, '--all', '-q')).toMatchObject({ code: 0, stderr: '' });
  });

  test('with -q, what is still unknown is said', async () => {
    const on = await scene();
    await on.edit(CUT);
    const { code, stdout, stderr } = await plainly(on, '-q');
    expect([code, stdout]).toEqual([9, '']);
    expect(stderr).toMatch(/error: Job \w+ may still have been sent\. .*Check again after \d{4}-/);
    expect(stderr.match(/may still have been sent/g)).toHaveLength(1);
  });

  test('a second charge is a warning, not a failure', async () => {
    const on = await scene({ duplicatesExpected: 1 });
    await on.edit(LOST);
    await sendAgain(on.fal);
    const { code, stdout, stderr } = await plainly(on);
    expect([code, stdout]).toEqual([0, 'out.png\nout.2.png\n']);
    expect(stderr).toMatch(/warning: .* was charged twice/);
  });

  test('a prompt from outside moves no cursor', async () => {
    const on = await scene();
    await on.edit(CUT, '-p', 'a\u001b[2Jb\nc');
    await on.edit(CUT, '-p', 'd');
    const { stderr } = await plainly(on);
    expect(stderr).toContain('ab c');
    expect(stderr).not.toContain('\u001b');
  });
});

describe('how it ends', () => {
  test('some known and some not: 9, and what is known is here', async () => {
    const { edit, reconcile } = await scene();
    await edit(LOST);
    await edit(CUT, '-o', 'b.png');
    const { code, document } = await reconcile(['--all']);
    expect([code, document.status, document.jobs.map(({ outcome }) => outcome)]).toEqual([
      9,
      'error',
      ['accepted', 'not_yet_known'],
    ]);
    expect(document.jobs[0]?.images).toHaveLength(1);
  });

  test('found, but a picture cannot be had: as wait would end', async () => {
    const { edit, reconcile, fal, jobs } = await scene();
    await edit(LOST);
    fal.addToxic({ type: 'timeout', on: 'file' });
    const { code, document } = await reconcile(['--timeout', '1s']);
    expect([code, document.error?.kind, document.error?.charged]).toEqual([7, 'temporary', 'yes']);
    expect((await jobs())[0]?.state).toBe('completed');
  });

  test('one of two cannot be had: 3', async () => {
    const { reconcile, fal } = await two();
    fal.addToxic({ ...statusToxic('result', 422, { detail: 'odd' }), times: 1 });
    const { code, document } = await reconcile(['--all']);
    expect([code, document.error?.kind]).toEqual([3, 'partial']);
    expect(document.jobs.map(({ state }) => state).sort()).toEqual(['failed', 'saved']);
  });
});

describe('--settle', () => {
  test.each([
    ['30m', 30 * MINUTE],
    ['24h', 24 * HOUR],
  ])('%s: believed after that, and not before', async (settle, ms) => {
    const { edit, reconcile, pass } = await scene();
    await edit(CUT);
    pass(ms - 1000);
    const early = await reconcile(['--settle', settle]);
    expect(early.code).toBe(9);
    pass(6000);
    expect((await reconcile(['--settle', settle])).code).toBe(0);
  });

  test('0s: believed at once', async () => {
    const { edit, reconcile, jobs } = await scene();
    await edit(CUT);
    expect((await reconcile(['--settle', '0s'])).code).toBe(0);
    expect(await jobs()).toMatchObject([{ state: 'rejected', charged: 'no' }]);
  });

  test.each(['soon', '-1m', '25h', ''])('%j is refused', async (settle) => {
    const { edit, reconcile } = await scene();
    await edit(CUT);
    const { code, document } = await reconcile([`--settle=${settle}`]);
    expect([code, document.error?.kind]).toEqual([2, 'usage']);
    expect(document.error?.message).toMatch(/^--settle must be a time up to 24h/);
  });
});

describe('access', () => {
  test('no key and no proxy: nothing was found out', async () => {
    const { edit, reconcile, jobs } = await scene();
    await edit(LOST);
    const { code, document } = await reconcile([], { env: {} });
    expect([code, document.error?.kind, document.error?.charged]).toEqual([4, 'auth', 'maybe']);
    expect(document.error?.message).toMatch(/fal's history needs a key/);
    expect((await jobs())[0]?.state).toBe('unknown');
  });

  test('no key, but a proxy that brings one', async () => {
    const { edit, reconcile, fal } = await scene();
    await edit(LOST);
    expect((await reconcile([], { env: { FAL_PROXY_URL: fal.proxyUrl } })).code).toBe(0);
  });

  test('a key that is none', async () => {
    const { edit, reconcile, fal } = await scene();
    await edit(LOST);
    const { code, document } = await reconcile([], { env: { ...fal.env, FAL_KEY: 'a b' } });
    expect([code, document.error?.kind]).toEqual([4, 'auth']);
  });

  test('a default of --sandbox for edits does not keep it from asking fal', async () => {
    const { edit, reconcile, fal } = await scene();
    await edit(LOST);
    expect(
      (await reconcile([], { env: { ...fal.env, FAL_EDIT_SANDBOX: '1', FAL_EDIT_SETTLE: '1h' } })).code,
    ).toBe(0);
  });
});

test('its help fits 80 columns and has each flag', () => {
  const text = helpText(pageOf(RECONCILE));
  expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
  for (const { name } of RECONCILE.flags) expect(text).toContain(`--${name}`);
});
