/*
 * The promise that matters most: one edit is paid for at most once. Each case loses the answer of the submit in
 * another way, over real sockets, and the sandbox's ledger says how often fal took the edit.
 */
import { createFalClient } from '@fal-ai/client';
import { describe, expect, test } from 'vitest';
import { startSandbox } from '../src/sandbox/server.js';
import type { Toxic } from '../src/sandbox/faults/toxics.js';
import { editCat, editCatByLibrary, folderWithPhoto, leftIn } from './edit/harness.js';
import { FAL_KEY, REMOTE, seenBy, statesIn } from './edit/lost.js';
import { onlyJobIn, stateIn } from './support/ledger.js';
import { runCli } from './support/run-cli.js';
import { sandbox } from './support/sandbox.js';
import { schemaDocuments, schemaFile } from './support/schemas.js';

interface Outcome {
  code: number;
  kind: string | undefined;
  charged: string | undefined;
  /** What fal took. */
  accepted: number;
  /** How often the submit was sent. */
  posts: number;
  /** What the ledger says. */
  state: string;
}

const DONE: Outcome = {
  ...{ code: 0, kind: undefined, charged: undefined },
  ...{ accepted: 1, posts: 1, state: 'saved' },
};
const UNKNOWN: Outcome = {
  ...{ code: 9, kind: 'unknown', charged: 'maybe' },
  ...{ accepted: 1, posts: 1, state: 'unknown' },
};
const UNKNOWN_UNTAKEN: Outcome = { ...UNKNOWN, accepted: 0 };
const UNSENT: Outcome = {
  ...{ code: 7, kind: 'temporary', charged: 'no' },
  ...{ accepted: 0, posts: 5, state: 'rejected' },
};
const on = 'submit';

const CASES: [name: string, toxic: Toxic, outcome: Outcome][] = [
  ['reset before the acceptance', { type: 'reset_peer', on, stream: 'upstream' }, UNKNOWN_UNTAKEN],
  ['reset after the acceptance', { type: 'reset_peer', on }, UNKNOWN],
  ['closed before the acceptance', { type: 'fin', on, stream: 'upstream' }, UNKNOWN_UNTAKEN],
  ['closed after the acceptance', { type: 'fin', on }, UNKNOWN],
  ['closed a while after it', { type: 'slow_close', on, delay: 30 }, UNKNOWN],
  ['half of a 200, then closed', { type: 'limit_data', on, fraction: 0.5 }, UNKNOWN],
  ['a tenth of a 200, then reset', { type: 'reset_peer', on, at: 20 }, UNKNOWN],
  ['500 before it', { type: 'status', on, code: 500 }, UNKNOWN_UNTAKEN],
  ['500 after it', { type: 'status', on, code: 500, stream: 'downstream' }, UNKNOWN],
  ['502 before it', { type: 'status', on, code: 502 }, UNKNOWN_UNTAKEN],
  ['502 after it', { type: 'status', on, code: 502, stream: 'downstream' }, UNKNOWN],
  ['502 after it, in HTML', { type: 'status', on, code: 502, html: true, stream: 'downstream' }, UNKNOWN],
  ['503 before it', { type: 'status', on, code: 503 }, UNKNOWN_UNTAKEN],
  ['503 after it', { type: 'status', on, code: 503, stream: 'downstream' }, UNKNOWN],
  ['504 before it', { type: 'status', on, code: 504 }, UNKNOWN_UNTAKEN],
  ['504 after it', { type: 'status', on, code: 504, stream: 'downstream' }, UNKNOWN],
  ['408 after it', { type: 'status', on, code: 408, stream: 'downstream' }, UNKNOWN],
  ['499 after it', { type: 'status', on, code: 499, stream: 'downstream' }, UNKNOWN],
  ['a page instead of an answer', { type: 'html', on, stream: 'downstream' }, UNKNOWN],
  ['a page before the acceptance', { type: 'html', on }, UNKNOWN_UNTAKEN],
  ['half a JSON text', { type: 'garbage', on }, UNKNOWN],
  ['429 once, then taken', { type: 'status', on, code: 429, times: 1 }, { ...DONE, posts: 2 }],
  ['429 twice, then taken', { type: 'status', on, code: 429, times: 2 }, { ...DONE, posts: 3 }],
  ['429 for ever', { type: 'status', on, code: 429 }, UNSENT],
  ['a slow answer', { type: 'latency', on, latency: 300 }, DONE],
  ['a clean answer', { type: 'latency', on, latency: 0 }, DONE],
];

describe.each(CASES)('%s', (_, toxic, expected) => {
  test('the program', async () => {
    const fal = await sandbox({ toxics: [toxic] });
    const { code, document, stderr, cwd } = await editCat({ env: fal.env });
    const { kind, charged } = document.error ?? {};
    const job = await onlyJobIn(stateIn(cwd));
    expect({ code, kind, charged, ...seenBy(fal), state: job.state }).toEqual(expected);
    expect([job.charged, job.requestId, job.owner]).toEqual([
      charged ?? 'yes',
      code === 0 ? document.request_id : undefined,
      undefined,
    ]);
    expect([document.job, document.state]).toEqual([job.id, job.state]);
    expect(await leftIn(cwd)).toEqual(code === 0 ? ['out.png'] : []);
    if (code !== 9) return;
    expect(stderr).toMatch(/may have been sent and may be charged/);
    expect(stderr).toContain(`fal-edit reconcile ${job.id}`);
    expect(document.error?.hint).toContain(`fal-edit reconcile ${job.id}`);
  });

  test('the library', async () => {
    const fal = await sandbox({ toxics: [toxic] });
    const cwd = await folderWithPhoto();
    const error = await editCatByLibrary(fal.env, { context: { cwd } });
    const { state } = await onlyJobIn(stateIn(cwd));
    expect({
      code: error?.exitCode ?? 0,
      kind: error?.kind,
      charged: error?.charged,
      ...seenBy(fal),
      state,
    }).toEqual(expected);
  });
});

describe.each(CASES.filter(([, , { code }]) => code === 9))('%s', (_, toxic, expected) => {
  test('the same command again: nothing is sent, until the user says so', async () => {
    const fal = await sandbox({ toxics: [toxic] });
    const { cwd } = await editCat({ env: fal.env });
    fal.clearToxics();
    const { id } = await onlyJobIn(stateIn(cwd));
    const before = fal.ledger();
    const again = await editCat({ env: fal.env, cwd });
    const { kind, charged, message, hint, details } = again.document.error!;
    expect([again.code, kind, charged, details]).toEqual([9, 'unknown', 'maybe', { job: id }]);
    expect(message).toMatch(/may have been sent on .* Nothing was sent now/);
    expect(hint).toContain(`fal-edit reconcile ${id}`);
    const { accepted, uploads } = fal.ledger();
    expect([accepted.length, uploads.length, seenBy(fal).posts]).toEqual([
      before.accepted.length,
      before.uploads.length,
      expected.posts,
    ]);
    expect((await onlyJobIn(stateIn(cwd))).state).toBe('unknown');

    const library = await editCatByLibrary(fal.env, { context: { cwd } });
    expect([library?.kind, seenBy(fal).posts]).toEqual(['unknown', expected.posts]);

    const another = await editCat({ env: fal.env, cwd }, '--again');
    expect([another.code, seenBy(fal)]).toEqual([
      0,
      { accepted: expected.accepted + 1, posts: expected.posts + 1 },
    ]);
    expect(await statesIn(cwd)).toEqual(['unknown', 'saved']);
  });
});

describe.each(CASES.filter(([, , { code }]) => code === 7))('%s', (_, toxic, expected) => {
  test('the same command again: one is sent', async () => {
    const fal = await sandbox({ toxics: [toxic] });
    const { cwd } = await editCat({ env: fal.env });
    fal.clearToxics();
    const again = await editCat({ env: fal.env, cwd });
    expect([again.code, seenBy(fal)]).toEqual([0, { accepted: 1, posts: expected.posts + 1 }]);
    expect(await statesIn(cwd)).toEqual([expected.state, 'saved']);
  });
});

/** A model that only its schema describes, with a file in another field and a mask beside the result. */
const MASKED = ['-m', 'acme/erase', '--file', 'mask_url=cat.png', '--set', 'output_mask=true'];
const BY_SCHEMA: [name: string, flags: readonly string[], cases: typeof CASES][] = [
  ['a schema from a file', [...MASKED, '--schema', schemaFile('acme/erase')], CASES],
  ['a schema from fal', MASKED, CASES.filter((_, index) => index % 5 === 1)],
];

describe.each(BY_SCHEMA)('a model by %s', (_, flags, cases) => {
  test.each(cases)('%s', async (name, toxic, expected) => {
    const fal = await sandbox({ documents: schemaDocuments(), renderPictures: false, toxics: [toxic] });
    const { code, document, cwd } = await editCat({ env: fal.env }, ...flags);
    const { kind, charged } = document.error ?? {};
    const job = await onlyJobIn(stateIn(cwd));
    expect({ code, kind, charged, ...seenBy(fal), state: job.state }).toEqual(expected);
    expect(job.schemaHash).toMatch(/^[0-9a-f]{64}$/);
    fal.clearToxics();

    const { accepted } = fal.ledger();
    const again = await editCat({ env: fal.env, cwd }, ...flags);
    if (code !== 9) {
      // The edit that was made is there already, and the one that was not is made now.
      expect([again.code, fal.ledger().accepted.length]).toEqual([code === 0 ? 2 : 0, 1]);
    } else {
      expect([again.code, seenBy(fal)]).toEqual([9, { accepted: accepted.length, posts: expected.posts }]);
      const settled = await runCli(['reconcile', '--all', '--settle', '0s'], { cwd, env: fal.env });
      expect(settled.code, settled.stderr).toBe(0);
      // What fal took is fetched by that, and what it did not take is made now.
      const last = await editCat({ env: fal.env, cwd }, ...flags);
      expect(last.code, last.stderr).toBe(expected.accepted === 0 ? 0 : 2);
    }
    expect(fal.ledger().accepted).toHaveLength(1);
    expect(await leftIn(cwd)).toEqual(['out.mask_image.png', 'out.png']);
    expect(
      (await statesIn(cwd)).filter((state) => state === 'saved'),
      name,
    ).toHaveLength(1);
  });
});

test.each(['upstream', 'downstream'] as const)(
  'no answer until the deadline, %s of the acceptance',
  async (stream) => {
    const fal = await sandbox({ toxics: [{ type: 'timeout', on, stream }] });
    const { code, document, cwd } = await editCat({ env: fal.env }, '--timeout', '700ms');
    expect([code, document.error?.kind, document.error?.charged]).toEqual([9, 'unknown', 'maybe']);
    const once = { accepted: stream === 'upstream' ? 0 : 1, posts: 1 };
    expect(seenBy(fal)).toEqual(once);
    const { id, state, charged } = await onlyJobIn(stateIn(cwd));
    expect([state, charged]).toEqual(['unknown', 'maybe']);
    expect(document.error?.hint).toContain(`fal-edit reconcile ${id}`);
    fal.clearToxics();
    const again = await editCat({ env: fal.env, cwd });
    expect([again.code, seenBy(fal)]).toEqual([9, once]);
  },
);

test('control: the bare client sends the paid submit again for each of these', async () => {
  const toxics: Toxic[] = [
    { type: 'reset_peer', on, times: 1 },
    { type: 'fin', on, times: 1 },
    { type: 'limit_data', on, fraction: 0.5, times: 1 },
    { type: 'status', on, code: 502, stream: 'downstream', times: 1 },
    { type: 'status', on, code: 503, stream: 'downstream', times: 1 },
    { type: 'status', on, code: 504, stream: 'downstream', times: 1 },
  ];
  const accepted = await Promise.all(
    toxics.map(async (toxic) => {
      const fal = await startSandbox({ toxics: [toxic] });
      const client = createFalClient({
        credentials: FAL_KEY,
        proxyUrl: { url: fal.proxyUrl, when: 'always' },
        retry: { maxRetries: 0 },
      });
      const input = { prompt: 'a watercolor', image_url: REMOTE };
      await client.queue.submit('fal-ai/flux-general/image-to-image', { input });
      const count = fal.ledger().accepted.length;
      await fal.close();
      return count;
    }),
  );
  expect(accepted).toEqual([2, 2, 2, 2, 2, 2]);
});
