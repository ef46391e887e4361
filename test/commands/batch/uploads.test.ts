/* Equal bytes are uploaded once, in a batch and across its runs, for as long as fal keeps them. */
import { describe, expect, it } from 'vitest';
import { sandbox } from '../../support/sandbox.js';
import { sha256 } from '../scene.js';
import { batchScene, GREEN, jsonl, RED, sceneIn, summaryIn, type BatchScene } from './scene.js';

const of = (image: string, ...prompts: string[]) => prompts.map((prompt) => ({ image, prompt }));
const DAY = 24 * 3_600_000;

/** A run of the batch some milliseconds later. */
const later = (scene: BatchScene, ms: number, ...flags: string[]) =>
  scene.run(['rows.jsonl', '-d', 'out', '--no-report', ...flags], {
    context: { now: () => Date.now() + ms },
  });

describe('in one batch', () => {
  it('equal bytes are uploaded once, whatever the files are called', async () => {
    const rows = [...of('a.png', '1', '2', '3'), ...of('copy.png', '4'), ...of('b.png', '5')];
    const scene = await batchScene({ 'copy.png': RED, 'rows.jsonl': jsonl(...rows) });
    expect((await scene.batch('rows.jsonl')).code).toBe(0);
    const { uploads, accepted } = scene.fal.ledger();
    expect(uploads.map((upload) => upload.sha256).sort()).toEqual([sha256(RED), sha256(GREEN)].sort());
    expect(accepted).toHaveLength(5);
    const bytes = RED.length + GREEN.length;
    expect(await summaryIn(scene)).toMatchObject({ run: { uploads: 2, uploaded_bytes: bytes } });
  });

  it('also one after the other', async () => {
    const { batch, fal } = await batchScene({ 'rows.jsonl': jsonl(...of('a.png', '1', '2', '3')) });
    await batch('rows.jsonl', '--concurrency', '1');
    expect(fal.ledger().uploads).toHaveLength(1);
  });

  it('and several of one row', async () => {
    const row = { model: 'flux-2-lora', images: ['a.png', 'b.png', 'a.png'], prompt: 'x' };
    const { batch, fal } = await batchScene({ 'rows.jsonl': jsonl(row, { ...row, prompt: 'y' }) });
    const { code, stderr } = await batch('rows.jsonl');
    expect(code, stderr).toBe(0);
    expect(fal.ledger().uploads).toHaveLength(2);
  });

  it('an upload that one row loses is taken up by the next', async () => {
    const scene = await batchScene({ 'rows.jsonl': jsonl(...of('a.png', '1', '2', '3')) });
    scene.fal.addToxic({ type: 'reset_peer', on: 'initiate', stream: 'upstream', times: 3 });
    const { code, stderr } = await scene.batch('rows.jsonl');
    expect(code, stderr).toBe(0);
    expect(scene.fal.ledger().uploads).toHaveLength(1);
  });

  it('a picture that changes after it was checked is not sent', async () => {
    const scene = await batchScene({ 'rows.jsonl': jsonl(...of('a.png', '1'), ...of('b.png', '2')) });
    scene.fal.addToxic({ type: 'pause', on: 'pricing', stream: 'upstream', name: 'price' });
    const running = scene.batch('rows.jsonl');
    // By now all rows are checked, and none is sent.
    await scene.fal.reached('price');
    await scene.write({ 'a.png': GREEN });
    scene.fal.release('price');
    const { code, stderr } = await running;
    expect(code).toBe(3);
    expect(stderr).toContain(
      'rows.jsonl:1: image: "a.png" has changed since it was checked. This row was not sent.',
    );
    expect(scene.fal.ledger().accepted).toHaveLength(1);
  });
});

describe('across runs', () => {
  async function twice(ms: number, first: string[] = [], second: string[] = []) {
    const scene = await batchScene({ 'rows.jsonl': jsonl(...of('a.png', '1')) });
    expect((await scene.batch('rows.jsonl', ...first)).code).toBe(0);
    await scene.write({ 'rows.jsonl': jsonl(...of('a.png', '1', '2')) });
    const { code, stderr } = await later(scene, ms, ...second);
    expect(code, stderr).toBe(0);
    expect(scene.fal.ledger().accepted).toHaveLength(2);
    return scene.fal.ledger().uploads.length;
  }

  it('a file that fal has is not uploaded again', async () => {
    expect(await twice(0)).toBe(1);
  });

  it('for a day', async () => {
    expect(await twice(DAY - 60_000)).toBe(1);
    expect(await twice(DAY + 60_000)).toBe(2);
  });

  it('or for as long as one says', async () => {
    expect(await twice(DAY + 60_000, ['--reuse-uploads', '7d'])).toBe(1);
    expect(await twice(3_700_000, ['--reuse-uploads', '1h'])).toBe(2);
  });

  it('or not at all', async () => {
    expect(await twice(1, ['--reuse-uploads', '0'])).toBe(2);
  });

  it('which is about later runs alone', async () => {
    const { batch, fal } = await batchScene({ 'rows.jsonl': jsonl(...of('a.png', '1', '2', '3')) });
    await batch('rows.jsonl', '--reuse-uploads', '0', '--concurrency', '1');
    expect(fal.ledger().uploads).toHaveLength(1);
  });

  /** A second run of more rows with one picture, against another fal at the same address that has none of the files. */
  async function lost(...prompts: string[]) {
    const scene = await batchScene({ 'rows.jsonl': jsonl(...of('a.png', 'before')) });
    await scene.batch('rows.jsonl');
    await scene.fal.close();
    const port = Number(new URL(scene.fal.url).port);
    const fal = await sandbox({ port, queueMs: 0, inferenceMs: 0, renderPictures: false, runners: 100 });
    const next = await sceneIn(scene.cwd, fal);
    await next.write({ 'rows.jsonl': jsonl(...of('a.png', 'before', ...prompts)) });
    const { code, stderr } = await next.batch('rows.jsonl');
    expect(code, stderr).toBe(0);
    const { uploads, accepted } = fal.ledger();
    expect(uploads).toHaveLength(1);
    expect(accepted.filter(({ charged_usd: usd }) => usd! > 0)).toHaveLength(prompts.length);
    expect(await summaryIn(next)).toMatchObject({
      run: { uploads: 1 },
      states: { done: 1 + prompts.length },
    });
  }

  it('a file that fal has lost is uploaded anew once, and nobody pays for the try', () => lost('1'));

  it('also where several rows have it', () => lost('1', '2', '3'));

  it('a picture that fal cannot read is not uploaded again and again', async () => {
    const scene = await batchScene({ 'rows.jsonl': jsonl(...of('a.png', '1')) });
    const detail = [{ loc: ['body', 'image_url'], msg: 'no', type: 'image_load_error', url: '', input: '' }];
    const body = JSON.stringify({ detail });
    scene.fal.addToxic({
      type: 'status',
      on: 'result',
      code: 422,
      body,
      headers: { 'x-fal-billable-units': '0' },
    });
    const { code, stderr } = await scene.batch('rows.jsonl');
    expect(code, stderr).toBe(1);
    expect(scene.fal.ledger().uploads).toHaveLength(1);
    expect(scene.fal.ledger().accepted).toHaveLength(1);
  });
});
