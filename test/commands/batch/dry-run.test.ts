/* --dry-run: rows, uploads after those that are equal, cost, what is done already; nothing is sent. */
import { describe, expect, it } from 'vitest';
import { visible } from '../scene.js';
import { batchScene, GREEN, jsonl, RED } from './scene.js';

const ROWS = jsonl(
  { image: 'a.png', prompt: 'one' },
  { image: 'copy.png', prompt: 'two' },
  { image: 'b.png', prompt: 'three' },
  { images: ['a.png', 'b.png'], prompt: 'four', model: 'flux-2-lora', size: '1024x1024' },
);
const FILES = { 'copy.png': RED, 'rows.jsonl': ROWS };

describe('before the first run', () => {
  it('shows what would be sent, in words', async () => {
    const { run, fal, cwd } = await batchScene(FILES);
    const { code, stdout, stderr } = await run(['rows.jsonl', '-d', 'out', '--dry-run'], { env: {} });
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.split('\n')).toEqual([
      'Rows: 4',
      'Already done: 0',
      'To send: 4',
      '  flux-general: 3 rows, about $0.225, calculated',
      '  flux-2-lora: 1 row, about $0.063, calculated',
      `Uploads: 2 files, ${RED.length + GREEN.length} B`,
      'Estimated cost: $0.288, calculated',
      'Nothing was sent.',
      '',
    ]);
    expect(fal.ledger().requests.total).toBe(0);
    // Not even a folder is left behind.
    expect(await visible(cwd)).toEqual(['a.png', 'b.png', 'c.png', 'copy.png', 'rows.jsonl']);
  });

  it('shows it as a document', async () => {
    const { run } = await batchScene(FILES);
    const { json } = await run(['rows.jsonl', '-d', 'out', '-n', '--json'], { env: {} });
    expect(json()).toEqual({
      schema_version: 1,
      status: 'ok',
      sandbox: false,
      dry_run: true,
      rows: 4,
      in_other_shards: 0,
      invalid: 0,
      left_out: {},
      states: { pending: 4, waiting: 0, done: 0, unmet: 0, failed: 0, moderated: 0, unknown: 0 },
      to_send: 4,
      to_fetch: 0,
      to_ask: 0,
      to_rename: 0,
      uploads: { files: 2, bytes: RED.length + GREEN.length },
      estimated_usd: 0.288,
      by_grade: { calculated: { rows: 4, estimated_usd: 0.288 } },
      by_model: {
        'flux-general': { rows: 3, estimated_usd: 0.225 },
        'flux-2-lora': { rows: 1, estimated_usd: 0.063 },
      },
      proxies: [],
      changes: null,
    });
  });

  it('says the same as the run then does', async () => {
    const scene = await batchScene(FILES);
    const dry = (await scene.batch('rows.jsonl', '-n', '--json')).json<{
      to_send: number;
      estimated_usd: number;
      uploads: { files: number; bytes: number };
    }>();
    const { stderr } = await scene.batch('rows.jsonl');
    expect(stderr).toContain(`${dry.to_send} rows to send, about $${dry.estimated_usd}, calculated.`);
    const { uploads, accepted } = scene.fal.ledger();
    expect([accepted.length, uploads.length]).toEqual([dry.to_send, dry.uploads.files]);
    expect(uploads.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(dry.uploads.bytes);
  });

  it('tells what is wrong with the rows', async () => {
    const { batch } = await batchScene({ 'rows.jsonl': jsonl({ image: 'no.png', prompt: 'x' }) });
    const { code, stdout, stderr } = await batch('rows.jsonl', '-n');
    expect([code, stdout, stderr]).toEqual([2, '', expect.stringMatching(/^rows\.jsonl:1: image: /)]);
  });

  it('counts what it would leave out', async () => {
    const { batch } = await batchScene({ 'rows.jsonl': ROWS.replace('copy.png', 'no.png') });
    const { stdout } = await batch('rows.jsonl', '-n', '--skip-invalid');
    expect(stdout).toContain('Rows: 3, 1 skipped\n');
  });
});

describe('after a run', () => {
  it('skips what is done, and what fal has of the files', async () => {
    const scene = await batchScene(FILES);
    await scene.batch('rows.jsonl', '--max-jobs', '1', '--concurrency', '1');
    const requests = scene.fal.ledger().requests.total;
    const { json } = await scene.batch('rows.jsonl', '-n', '--json');
    expect(json()).toMatchObject({
      states: { done: 1, pending: 3 },
      to_send: 3,
      uploads: { files: 1, bytes: GREEN.length },
    });
    const { stdout } = await scene.batch('rows.jsonl', '-n');
    expect(stdout).toContain('Already done: 1\nTo send: 3\n');
    expect(stdout).toContain(`Uploads: 1 file, ${GREEN.length} B\n`);
    expect(scene.fal.ledger().requests.total).toBe(requests);
    // It was only a look: the run itself goes on as before.
    expect((await scene.batch('rows.jsonl')).code).toBe(0);
    expect(scene.fal.ledger().accepted).toHaveLength(4);
  });

  it('has nothing to send where all is done', async () => {
    const scene = await batchScene(FILES);
    await scene.batch('rows.jsonl');
    const { stdout } = await scene.batch('rows.jsonl', '-n');
    expect(stdout).toBe(
      'Rows: 4\nAlready done: 4\nTo send: 0\nUploads: none\nEstimated cost: $0.00\nNothing was sent.\n',
    );
  });

  it('tells what fal has and what may have been sent', async () => {
    const scene = await batchScene(FILES);
    await scene.batch('rows.jsonl', '--submit-only', '--max-jobs', '2');
    const { stdout } = await scene.batch('rows.jsonl', '-n');
    expect(stdout).toContain('To fetch from fal: 2\nTo send: 2\n');
    const again = await scene.batch('rows.jsonl', '-n', '--again');
    expect(again.stdout).toContain('To send: 4\n');
    // They are paid for once more, and not waited for.
    expect(again.stdout).not.toContain('to be fetched');
    const document = (await scene.batch('rows.jsonl', '-n', '--again', '--json')).json();
    expect(document).toMatchObject({ to_fetch: 0, to_send: 4, states: { waiting: 2 } });
  });

  it('counts failed rows as they would be tried again', async () => {
    const rows = [
      { image: 'a.png', prompt: '[sandbox:fail]' },
      { image: 'a.png', prompt: '[sandbox:policy]' },
    ];
    const scene = await batchScene({ 'rows.jsonl': jsonl(...rows) });
    await scene.batch('rows.jsonl');
    const toSend = async (...flags: string[]) =>
      (await scene.batch('rows.jsonl', '-n', '--json', ...flags)).json<{ to_send: number }>().to_send;
    expect(await toSend()).toBe(1);
    expect(await toSend('--retry', 'none')).toBe(0);
    expect(await toSend('--retry-failed')).toBe(2);
  });
});

it('writes objects to stdout where events are asked for', async () => {
  const { batch } = await batchScene(FILES);
  const { stdout } = await batch('rows.jsonl', '-n', '--events');
  const lines = stdout.trimEnd().split('\n');
  expect(lines.map((line) => (JSON.parse(line) as { to_send: number }).to_send)).toEqual([4]);
});
