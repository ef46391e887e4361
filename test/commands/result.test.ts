import { expect, it } from 'vitest';
import { statusToxic, type Document } from '../edit/harness.js';
import { jobIn } from '../ledger/machine.js';
import { jobsIn, stateIn } from '../support/ledger.js';
import { tempDir } from '../support/temp-dir.js';
import { controlScene } from './control-scene.js';

it("prints fal's answer and nothing else, from fal and afterwards from the ledger", async () => {
  const { fal, run, detach, answer } = await controlScene();
  const id = await detach('--seed', '7');
  const asked = await answer(id);
  expect(asked).toMatchObject({ images: [{ width: 96, height: 64 }], seed: 7, prompt: 'snow' });
  await run(['wait', id]);
  const before = fal.ledger().requests.total;
  const result = await run(['result', id], { env: {} });
  expect({ code: result.code, stderr: result.stderr }).toEqual({ code: 0, stderr: '' });
  expect(result.json()).toEqual(asked);
  expect(fal.ledger().requests.total).toBe(before);
});

it('does not wait for one that still runs', async () => {
  const { run, detach } = await controlScene({ inferenceMs: 60_000 });
  const id = await detach();
  const result = await run(['result', id, '--json']);
  expect(result.code).toBe(7);
  expect(result.json<Document>()).toMatchObject({ status: 'error', error: { kind: 'temporary' } });
  expect(result.stderr).toContain(`fal-edit wait ${id}`);
});

it('says why there is none', async () => {
  const { fal, run, detach } = await controlScene();
  const id = await detach();
  fal.addToxic(
    statusToxic('result', 422, { detail: [{ loc: ['body', 'seed'], msg: 'too odd', type: 'x' }] }),
  );
  let result = await run(['result', id]);
  while (result.code === 7) result = await run(['result', id]);
  expect({ code: result.code, stdout: result.stdout }).toEqual({ code: 1, stdout: '' });
  expect(result.stderr).toContain('too odd');
});

it('has that of a request which was not sent from here, and does not adopt it', async () => {
  const { run, detach, answer } = await controlScene();
  const id = await detach();
  await answer(id);
  const cwd = await tempDir();
  const result = await run(['result', id, '-m', 'flux-general'], { cwd });
  expect(result.json()).toMatchObject({ images: [{ width: 96 }] });
  expect(await jobsIn(stateIn(cwd))).toEqual([]);
});

it('lets nothing in an answer act on a terminal, and means the same', async () => {
  const { run, ledger } = await controlScene();
  const killed = await ledger();
  const { id } = jobIn(killed, 'accepted');
  const prompt = 'a\u001b[31m\u009b2Jcat\u202e';
  killed.complete(id, { result: { prompt }, targets: () => [] });
  const result = await run(['result', id]);
  // eslint-disable-next-line no-control-regex -- what must not be there
  expect(result.stdout).not.toMatch(/[\u001b\u009b\u202e]/);
  expect(result.json()).toEqual({ prompt });
});
