/* The built library, in a process that does nothing else: it must end by itself, and print nothing. */
import { describe, expect, test } from 'vitest';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { folderWithPhoto, inState, leftIn } from '../edit/harness.js';
import { ROOT } from '../support/build.js';
import { sandbox, type TestSandbox } from '../support/sandbox.js';
import { spawned } from './spawned.js';

const LIBRARY = pathToFileURL(path.join(ROOT, 'dist/index.js')).href;

/** Runs a module with `edit`, and `call` for it; what it hands to `print` comes back. */
async function script(fal: TestSandbox, cwd: string, body: string) {
  const source = `
    import { edit, FalEditError, EXIT_CODES } from ${JSON.stringify(LIBRARY)};
    const print = (value) => process.stdout.write(JSON.stringify(value));
    const call = { images: ['cat.png'], prompt: 'snow', output: 'out.png' };
    ${body}`;
  const running = spawned(process.execPath, ['--input-type=module', '-e', source], { cwd, env: fal.env });
  const { code, signal, stdout, stderr } = await running.ended;
  expect({ code, signal, stderr }).toEqual({ code: 0, signal: null, stderr: '' });
  return JSON.parse(stdout) as Record<string, unknown>;
}

describe('import { edit }', () => {
  test('makes an edit, and tells of each step', async () => {
    const fal = await sandbox();
    const cwd = await folderWithPhoto();
    const { result, events } = await script(
      fal,
      cwd,
      `const events = [];
       const result = await edit({ ...call, onEvent: ({ type }) => events.push(type) });
       print({ result, events });`,
    );
    const [accepted] = fal.ledger().accepted;
    expect(result).toMatchObject({ requestId: accepted!.request_id, images: [{ width: 96, height: 64 }] });
    // Some may be missed by a run that is quicker than the stream of its states.
    expect((events as string[]).filter((type) => !['log', 'queued', 'running'].includes(type))).toEqual([
      'uploading',
      'uploaded',
      'submitting',
      'accepted',
      'completed',
      'downloading',
      'saved',
    ]);
    expect(await leftIn(cwd)).toEqual(['out.png']);
  });

  test('an AbortSignal stops it, and what runs at fal is left to be fetched', async () => {
    const fal = await sandbox({ inferenceMs: 30_000 });
    const cwd = await folderWithPhoto();
    const failure = await script(
      fal,
      cwd,
      `const stop = new AbortController();
       const onEvent = ({ type }) => type === 'running' && stop.abort();
       await edit({ ...call, signal: stop.signal, onEvent }).catch((error) =>
         print({ known: error instanceof FalEditError, kind: error.kind, charged: error.charged, id: error.details.request_id }));`,
    );
    const id = fal.ledger().accepted[0]!.request_id;
    expect(failure).toEqual({ known: true, kind: 'interrupted', charged: 'maybe', id });
    expect([fal.ledger().requests.by_role.cancel, inState(fal, 'running')()]).toEqual([undefined, true]);
    expect(await leftIn(cwd)).toEqual([]);
  });

  test('a failure is a FalEditError with a kind of the table', async () => {
    const fal = await sandbox();
    const failure = await script(
      fal,
      await folderWithPhoto(),
      `await edit({ ...call, images: ['nothing.png'] }).catch((error) =>
         print({ known: error instanceof FalEditError, code: EXIT_CODES[error.kind].code, charged: error.charged }));`,
    );
    expect(failure).toEqual({ known: true, code: 2, charged: 'no' });
    expect(fal.ledger().requests.total).toBe(0);
  });
});
