import { expect, it } from 'vitest';
import { intend, jobIn, plan } from '../ledger/machine.js';
import { openLedgerIn, stateIn } from '../support/ledger.js';
import { runCli } from '../support/run-cli.js';
import { tempDir } from '../support/temp-dir.js';

const TWO = { model: 'flux-2-lora', endpoint: 'fal-ai/flux-2/lora/edit' };

/** Two billed, one that fal has, one unknown, one that was refused, and one on the built-in sandbox. */
async function spent() {
  const cwd = await tempDir();
  const ledger = await openLedgerIn(stateIn(cwd));
  jobIn(ledger, 'saved');
  jobIn(ledger, 'completed');
  jobIn(ledger, 'accepted', TWO);
  intend(ledger, plan(ledger, { ...TWO, estimatedUsd: 0.021 }));
  jobIn(ledger, 'rejected');
  jobIn(ledger, 'saved', { via: 'sandbox' });
  plan(ledger);
  return (...argv: string[]) => runCli(['costs', ...argv], { cwd });
}

it('adds up what was billed, what is estimated and what may have been sent, by model', async () => {
  const costs = await spent();
  const { stdout } = await costs();
  expect(stdout.split('\n').map((line) => line.split('\t'))).toEqual([
    ['MODEL', 'EDITS', 'BILLED', 'ESTIMATED', 'UNKNOWN', 'TOTAL'],
    ['flux-2-lora', '2', '?', '$0.10', '$0.021', '$0.121'],
    ['flux-general', '2', '$0.20', '$0.00', '$0.00', '$0.20'],
    ['total', '4', '$0.20', '$0.10', '$0.021', '$0.321'],
    [''],
  ]);
});

it('never passes an unknown cost off as nothing', async () => {
  const cwd = await tempDir();
  const ledger = await openLedgerIn(stateIn(cwd));
  const unknown = { estimatedUsd: undefined, costGrade: 'unknown' } as const;
  jobIn(ledger, 'saved');
  intend(ledger, plan(ledger, unknown));
  intend(ledger, plan(ledger, { ...TWO, ...unknown }));
  const { stdout } = await runCli(['costs'], { cwd });
  expect(stdout.split('\n').map((line) => line.split('\t'))).toEqual([
    ['MODEL', 'EDITS', 'BILLED', 'ESTIMATED', 'UNKNOWN', 'TOTAL'],
    ['flux-2-lora', '1', '?', '$0.00', '?', '?'],
    ['flux-general', '2', '$0.10', '$0.00', '?', '$0.10 + ?'],
    ['total', '3', '$0.10', '$0.00', '?', '$0.10 + ?'],
    [''],
  ]);
  expect((await runCli(['costs', '--json'], { cwd })).json()).toMatchObject({
    total: { edits: 3, unpriced: 2, total_usd: 0.1 },
  });
});

it('has a document without the dust of floating point', async () => {
  const costs = await spent();
  expect((await costs('--by', 'day', '--since', 'today', '--json')).json()).toMatchObject({
    status: 'ok',
    by: 'day',
    since: expect.stringMatching(/Z$/),
    sandbox: false,
    rows: [
      {
        day: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
        edits: 4,
        billed_usd: 0.2,
        estimated_usd: 0.1,
        unknown_usd: 0.021,
        total_usd: 0.321,
      },
    ],
    total: { edits: 4, total_usd: 0.321 },
  });
});

it('shows apart what the sandbox would have charged', async () => {
  const costs = await spent();
  const result = await costs('--sandbox');
  expect(result.stdout.slice(result.stdout.indexOf('\n') + 1)).toBe(
    'flux-general\t1\t$0.10\t$0.00\t$0.00\t$0.10\ntotal\t1\t$0.10\t$0.00\t$0.00\t$0.10\n',
  );
  expect(result.stderr).toContain('sandbox: nothing charged (would be $0.10).');
  const charged = { billed_usd: 0, would_be_usd: 0.1, estimated_usd: 0, unknown_usd: 0, total_usd: 0 };
  expect((await costs('--sandbox', '--json')).json()).toMatchObject({
    sandbox: true,
    rows: [{ model: 'flux-general', edits: 1, ...charged }],
    total: { edits: 1, ...charged },
  });
});

it('says that there is nothing', async () => {
  const { code, stdout, stderr } = await runCli(['costs'], { cwd: await tempDir() });
  expect({ code, stdout }).toEqual({
    code: 0,
    stdout: 'MODEL\tEDITS\tBILLED\tESTIMATED\tUNKNOWN\tTOTAL\n',
  });
  expect(stderr).toContain('Nothing spent, according to the ledger.');
});
