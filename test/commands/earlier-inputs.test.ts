/*
 * Inputs that an earlier release stored, with fields and values that the models no longer take: flux-general once had
 * loras[].force, in_context_fill and use_prompt, and no bounds for most numbers.
 */
import path from 'node:path';
import { expect, test } from 'vitest';
import { connect } from '../ledger/opened.js';
import { stateIn } from '../support/ledger.js';
import { folder, requestsAt, resultsIn } from './batch/earlier-folder.js';
import { controlScene } from './control-scene.js';

const FORMER = {
  loras: [{ path: 'owner/style', scale: 9, force: true }],
  fill_image: { in_context_fill: true, use_prompt: true },
  nag_tau: -1,
  sigma_schedule: 'karras',
};

/** Adds the former fields to every input in a ledger. */
function age(state: string): void {
  const db = connect(state);
  const former = JSON.stringify(FORMER);
  db.prepare('UPDATE jobs SET input = json_patch(input, ?) WHERE input IS NOT NULL').run(former);
  db.prepare(`UPDATE batch_rows SET plan = json_patch(plan, json_object('input', json(?)))`).run(former);
  db.close();
}

test('their results are fetched, listed and printed', async () => {
  const scene = await controlScene();
  const id = await scene.detach();
  age(stateIn(scene.cwd));
  await scene.answer(id);
  const waited = await scene.run(['wait', id, '--json']);
  expect(waited.code, waited.stderr).toBe(0);
  expect(waited.json()).toMatchObject({ state: 'saved', input: FORMER });
  for (const command of [
    ['status', id],
    ['requests', '--json'],
    ['result', id],
    ['reconcile', '--all'],
  ]) {
    const { code, stderr } = await scene.run(command);
    expect(code, `${command.join(' ')}: ${stderr}`).toBe(0);
  }
});

test('they are translated for another model', async () => {
  const scene = await controlScene();
  const id = await scene.detach();
  age(stateIn(scene.cwd));
  const { code, stdout, stderr } = await scene.run(['migrate', id, '--to', 'flux-2-lora', '--json']);
  expect(code, stderr).toBe(0);
  expect(stdout).toContain('"image_urls"');
  for (const field of ['loras', 'fill_image', 'nag_tau', 'sigma_schedule'])
    expect(stdout).toContain(`"${field}"`);
});

test('a batch folder that has them is done, and its page is written', async () => {
  const { fal, cwd, again } = await folder('plain', 'version-2');
  const before = await resultsIn(cwd);
  age(path.join(cwd, 'out'));
  const { code, stderr } = await again();
  expect([code, requestsAt(fal)], stderr).toEqual([0, 0]);
  expect(await resultsIn(cwd)).toEqual(before);
});
