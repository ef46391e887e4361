import { describe, expect, it, test } from 'vitest';
import { intend, jobIn, newJob, plan } from '../ledger/machine.js';
import { openLedgerIn, stateIn } from '../support/ledger.js';
import { tempDir } from '../support/temp-dir.js';
import { runCli, type CliOptions } from '../support/run-cli.js';
import { controlScene, type Several } from './control-scene.js';

const NOON = new Date(2026, 4, 12, 12).getTime();

/** A ledger without a fal, and a clock. */
async function desk() {
  const cwd = await tempDir();
  const ledger = await openLedgerIn(stateIn(cwd));
  const run = (argv: string[], options: Partial<CliOptions> = {}) =>
    runCli(['requests', ...argv], { cwd, ...options });
  const listed = async (argv: string[], options: Partial<CliOptions> = {}) =>
    (await run([...argv, '--json'], options)).json<Several>().requests.map(({ job }) => job);
  return { cwd, ledger, run, listed };
}

it('lists what was sent, newest first, one line each, with full ids', async () => {
  const { run, detach } = await controlScene();
  const [first, second] = [await detach('--seed', '1'), await detach('--seed', '2')];
  await run(['wait', first]);
  const { stdout } = await run(['requests'], { env: {} });
  expect(stdout.split('\n').map((line) => line.split('\t'))).toEqual([
    ['REQUEST', 'STATE', 'AGE', 'COST', 'MODEL', 'WHAT'],
    [second, 'accepted', expect.stringMatching(/^\d+ s$/), '~$0.075', 'flux-general', 'snow'],
    [first, 'saved', expect.stringMatching(/^\d+ s$/), '$0.075', 'flux-general', 'cat.edit.png'],
    [''],
  ]);
});

it('fits a terminal', async () => {
  const { ledger, run } = await desk();
  plan(ledger, { prompt: '雪の中の猫 '.repeat(30) });
  plan(ledger, { prompt: 'a cat' });
  const { stdout } = await run([], { tty: true });
  const [head, ...lines] = stdout.trimEnd().split('\n');
  expect(head).toMatch(/^REQUEST +STATE +AGE +COST +MODEL +WHAT$/);
  expect(lines).toHaveLength(2);
  expect(lines[1]).toMatch(/雪の中の猫.*…$/);
});

it('has the document of the brief, with null for what is not known', async () => {
  const { ledger, run } = await desk();
  const { id } = jobIn(ledger, 'saved');
  const document = (await run(['--json'])).json<Several>();
  expect(document).toMatchObject({ schema_version: 1, status: 'ok', more: false });
  expect(document.requests).toEqual([
    {
      job: id,
      request_id: expect.any(String),
      state: 'saved',
      model: 'flux-general',
      endpoint: 'fal-ai/flux-general/image-to-image',
      schema_hash: null,
      prompt: 'a cat in the snow',
      seed: 7,
      via: 'fal',
      sandbox: false,
      cost: {
        estimated_usd: 0.1,
        grade: 'calculated',
        billed_units: 2,
        unit_price_usd: 0.05,
        billed_usd: 0.1,
      },
      charged: 'yes',
      planned_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      intent_at: expect.any(String),
      accepted_at: expect.any(String),
      completed_at: expect.any(String),
      ended_at: expect.any(String),
      age_s: expect.any(Number),
      images: [
        {
          path: `/pictures/${id}.png`,
          field: null,
          target: `/pictures/${id}.png`,
          width: 64,
          height: 48,
          content_type: 'image/png',
          bytes: 99,
          sha256: 'ab12',
          received_sha256: 'ab12',
        },
      ],
      duplicate_of: null,
      error: null,
      batch: null,
    },
  ]);
});

it('says that there is nothing yet', async () => {
  const { run } = await desk();
  const plain = await run([]);
  expect({ code: plain.code, stdout: plain.stdout }).toEqual({
    code: 0,
    stdout: 'REQUEST\tSTATE\tAGE\tCOST\tMODEL\tWHAT\n',
  });
  expect(plain.stderr).toContain('No edits yet.');
  expect((await run(['--json'])).json()).toEqual({
    schema_version: 1,
    status: 'ok',
    sandbox: false,
    requests: [],
    more: false,
  });
});

it('says that there are more than it shows', async () => {
  const { ledger, run } = await desk();
  for (let count = 0; count < 21; count++) plan(ledger);
  const all = await run([]);
  expect(all.stdout.trimEnd().split('\n')).toHaveLength(1 + 20);
  expect(all.stderr).toContain('--limit');
  const some = await run(['--limit', '21', '--json']);
  expect(some.json<Several>()).toMatchObject({ more: false });
  expect((await run(['--limit', '3', '--json'])).json<Several>()).toMatchObject({ more: true });
});

describe('filters', () => {
  it('by state, in which a submit whose process is gone is an unknown one', async () => {
    const { ledger, listed, run } = await desk();
    const lost = plan(ledger);
    intend(ledger, lost);
    const { id: unknown } = jobIn(ledger, 'unknown');
    const { id: saved } = jobIn(ledger, 'saved');
    expect(await listed(['--state', 'unknown'])).toEqual([unknown, lost]);
    expect(await listed(['--state', 'intent'])).toEqual([]);
    expect(await listed(['--state', 'unknown,saved'])).toEqual([saved, unknown, lost]);
    expect(await listed(['--state', 'saved', '--state', 'failed'])).toEqual([saved]);
    const states = (await run(['--json'])).json<Several>().requests.map(({ state }) => state);
    expect(states).toEqual(['saved', 'unknown', 'unknown']);
    // Somebody is sending it right now.
    const alive = { context: { isRunning: () => true } };
    expect(await listed(['--state', 'intent'], alive)).toEqual([lost]);
    expect(await listed(['--state', 'unknown'], alive)).toEqual([unknown]);
  });

  it('by model, which a default for edits does not do', async () => {
    const { ledger, listed } = await desk();
    const one = plan(ledger);
    const other = plan(ledger, { model: 'flux-2-lora', endpoint: 'fal-ai/flux-2/lora/edit' });
    expect(await listed(['-m', 'fal-ai/flux-2/lora/edit'])).toEqual([other]);
    const kontext = plan(ledger, { model: 'fal-ai/flux-pro/kontext', endpoint: 'fal-ai/flux-pro/kontext' });
    for (const name of ['kontext', 'flux-pro/kontext', 'fal-ai/flux-pro/kontext']) {
      expect(await listed(['-m', name])).toEqual([kontext]);
    }
    expect(await listed([], { env: { FAL_EDIT_MODEL: 'flux-2-lora' } })).toEqual([kontext, other, one]);
  });

  it('by time', async () => {
    const { ledger, listed } = await desk();
    const id = plan(ledger);
    const inTwoHours = { context: { now: () => Date.now() + 7_200_000 } };
    expect(await listed(['--since', '1h'])).toEqual([id]);
    expect(await listed(['--since', '1h'], inTwoHours)).toEqual([]);
    expect(await listed(['--since', '3h'], inTwoHours)).toEqual([id]);
  });
});

it('marks runs on the built-in sandbox', async () => {
  const { ledger, run } = await desk();
  jobIn(ledger, 'saved', { via: 'sandbox' });
  expect((await run([])).stdout).toContain('\tsaved (sandbox)\t');
});

it('has no negative ages when the clock went backwards', async () => {
  const { ledger, run } = await desk();
  plan(ledger);
  const context = { now: () => NOON - 10 * 365 * 86_400_000 };
  expect((await run([], { context })).stdout).toContain('\t0 s\t');
  expect((await run(['--json'], { context })).json<Several>()).toMatchObject({ requests: [{ age_s: 0 }] });
});

test('a prompt cannot act on the terminal, nor break the line', async () => {
  const { ledger, run } = await desk();
  plan(ledger, newJob({ prompt: 'a\u001b[31m\ncat\tin\u202e red' }));
  for (const tty of [true, false]) {
    const { stdout } = await run([], { tty });
    expect(stdout.trimEnd().split('\n')).toHaveLength(2);
    expect(stdout).toContain('a cat in red');
  }
});
