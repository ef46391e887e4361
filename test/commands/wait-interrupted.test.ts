/* Ctrl-C in a wait ends the waiting, and nothing else: the edit was sent to be done. */
import { expect, test } from 'vitest';
import { inState, leftIn, until } from '../edit/harness.js';
import { controlScene } from './control-scene.js';

test.each([
  ['queued', { queueMs: 1_500 }],
  ['running', { inferenceMs: 1_500 }],
] as const)('Ctrl-C while it is %s leaves it at fal, and a later wait has it', async (state, settings) => {
  const { fal, cwd, run, detach, job } = await controlScene(settings);
  const id = await detach();
  const stop = new AbortController();
  const waiting = run(['wait', id], { interrupt: stop.signal });
  await until(() => inState(fal, state)() && (fal.ledger().requests.by_role.stream ?? 0) > 0);
  stop.abort();
  const { code, stderr, stdout } = await waiting;
  expect([code, stdout]).toEqual([130, '']);
  expect(stderr).toMatch(new RegExp(`Interrupted\\. Request ${id} continues at fal`));
  expect(stderr).toContain(`fal-edit wait ${id}`);
  expect(fal.ledger().requests.by_role.cancel).toBeUndefined();
  expect(await job()).toMatchObject({ state: 'accepted', owner: undefined });

  const later = await run(['wait', id]);
  expect({ code: later.code, stdout: later.stdout }, later.stderr).toEqual({
    code: 0,
    stdout: 'cat.edit.png\n',
  });
  expect(await leftIn(cwd)).toEqual(['cat.edit.png']);
});
