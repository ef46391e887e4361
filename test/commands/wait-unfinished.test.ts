import { describe, expect, it } from 'vitest';
import { leftIn } from '../edit/harness.js';
import { intend, jobIn, plan } from '../ledger/machine.js';
import { jobsIn, stateIn } from '../support/ledger.js';
import { controlScene, type Several } from './control-scene.js';

describe('wait --unfinished', () => {
  it('brings home all that fal has, oldest first, and pays for nothing', async () => {
    const { fal, cwd, run, detach } = await controlScene();
    await detach('-o', 'first.png');
    await detach('-o', 'second.png');
    const result = await run(['wait', '--unfinished']);
    expect({ code: result.code, stdout: result.stdout }, result.stderr).toEqual({
      code: 0,
      stdout: 'first.png\nsecond.png\n',
    });
    expect(await leftIn(cwd)).toEqual(['first.png', 'second.png']);
    expect(fal.ledger().accepted).toHaveLength(2);
  });

  it('takes up what a killed run has left, before and after its result was here', async () => {
    const { fal, cwd, run, detach, ledger, answer: answerOf } = await controlScene();
    const [sent, finished] = [await detach('-o', 'sent.png'), await detach('-o', 'finished.png')];
    const answer = await answerOf(finished);
    const killed = await ledger();
    for (const { id, requestId } of await jobsIn(stateIn(cwd))) {
      killed.own(id);
      if (requestId !== finished) continue;
      killed.complete(id, { result: answer, billedUnits: 1, targets: () => [`${cwd}/finished.png`] });
    }
    const asked = fal.ledger().requests.by_role.result;
    const document = (await run(['wait', '--unfinished', '--json'])).json<Several>();
    expect(document).toMatchObject({
      status: 'ok',
      requests: [
        { request_id: sent, state: 'saved', images: [{ path: 'sent.png' }] },
        { request_id: finished, state: 'saved', images: [{ path: 'finished.png' }] },
      ],
    });
    // The answer that is in the ledger is not asked for again.
    expect(fal.ledger().requests.by_role.result).toBe((asked ?? 0) + 1);
  });

  it('makes a file of what was to go to a stream and did not get there', async () => {
    const { cwd, run, detach, ledger, job, answer: answerOf } = await controlScene();
    const id = await detach();
    const answer = await answerOf(id);
    (await ledger()).complete((await job()).id, { result: answer, targets: () => [undefined] });
    expect((await run(['wait', '--unfinished'])).stdout).toBe('cat.edit.png\n');
    expect(await leftIn(cwd)).toEqual(['cat.edit.png']);
  });

  it('leaves alone what a run that lives is waiting for', async () => {
    const { fal, run } = await controlScene({ inferenceMs: 300 });
    const running = run(['cat.png', '-p', 'snow', '-o', 'mine.png']);
    while (fal.ledger().accepted.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    const result = await run(['wait', '--unfinished']);
    expect({ code: result.code, stdout: result.stdout }).toEqual({ code: 0, stdout: '' });
    expect((await running).stdout).toBe('mine.png\n');
  });

  it('says that there is nothing, without a key', async () => {
    const { run } = await controlScene();
    const plain = await run(['wait', '--unfinished'], { env: {} });
    expect({ code: plain.code, stdout: plain.stdout }).toEqual({ code: 0, stdout: '' });
    expect(plain.stderr).toContain('Nothing to fetch.');
    const scripted = await run(['wait', '--unfinished', '--json'], { env: {} });
    expect(scripted.json()).toEqual({ schema_version: 1, status: 'ok', sandbox: false, requests: [] });
  });

  it('writes off what was at a built-in sandbox, and names what may have been sent', async () => {
    const { cwd, run, ledger } = await controlScene();
    const killed = await ledger();
    jobIn(killed, 'accepted', { via: 'sandbox' });
    jobIn(killed, 'completed', { via: 'sandbox' });
    intend(killed, plan(killed));
    const result = await run(['wait', '--unfinished'], { env: {} });
    expect(result.code, result.stderr).toBe(0);
    expect(result.stderr).toMatch(/2 edits of the built-in sandbox .* Nothing was charged/);
    expect(result.stderr).toContain('fal-edit reconcile --all');
    expect(await jobsIn(stateIn(cwd))).toMatchObject([
      { state: 'cancelled', charged: 'no' },
      { state: 'failed', charged: 'no' },
      { state: 'intent' },
    ]);
  });

  it('brings home the good ones where another one is lost, and says which', async () => {
    const { run, detach, ledger } = await controlScene();
    await detach('-o', 'good.png');
    const killed = await ledger();
    const { requestId } = jobIn(killed, 'accepted', {
      via: (await run(['requests', '--json'])).json<Several>().requests[0]!['via'] as string,
    });
    const result = await run(['wait', '--unfinished']);
    expect({ code: result.code, stdout: result.stdout }).toEqual({ code: 3, stdout: 'good.png\n' });
    expect(result.stderr).toContain(`no longer knows request ${requestId}`);
  });
});
