/* `fal-edit sandbox` as a process of its own, and edits that find it. */
import { connect } from 'node:net';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { folderWithPhoto, leftIn, until, type Document } from '../edit/harness.js';
import { tcpServer } from '../fal/servers.js';
import type { SandboxLedger } from '../../src/sandbox/ledger.js';
import { tempDir } from '../support/temp-dir.js';
import { run, start, type Spawned } from './spawned.js';

const QUICK = ['--queue-time', '1ms', '--inference-time', '1ms'];

/** Starts it, and reads what it prints as a shell would. */
async function sandbox(...flags: string[]): Promise<Spawned & { env: Record<string, string>; port: number }> {
  const running = start(['sandbox', ...QUICK, ...flags], { cwd: await tempDir() });
  await until(() => running.stdout().split('\n').length === 3);
  const exports = [...running.stdout().matchAll(/^export (FAL_\w+)=(\S+)$/gm)];
  const env = Object.fromEntries(exports.map(([, name, value]) => [name, value])) as Record<string, string>;
  return { ...running, env, port: Number(new URL(env['FAL_PROXY_URL'] ?? '').port) };
}

async function ledgerOf({ port }: { port: number }): Promise<SandboxLedger> {
  const response = await fetch(`http://127.0.0.1:${port}/__sandbox/ledger`);
  return (await response.json()) as SandboxLedger;
}

const EDIT = ['cat.png', '-p', 'a watercolor', '-o', 'out.png', '--json'];

describe('fal-edit sandbox', () => {
  test('prints the two lines, another process edits by them, Ctrl-C ends it and frees the port', async () => {
    const fal = await sandbox();
    expect(fal.stdout()).toBe(
      `export FAL_PROXY_URL=http://127.0.0.1:${fal.port}/proxy\nexport FAL_KEY=${fal.env['FAL_KEY'] ?? ''}\n`,
    );
    const cwd = await folderWithPhoto();
    const { code, stdout } = await run(EDIT, { cwd, env: fal.env });
    expect(code).toBe(0);
    expect(await leftIn(cwd)).toEqual(['out.png']);
    const { accepted, charges, unhandled } = await ledgerOf(fal);
    expect(accepted.map(({ request_id: id, state }) => [id, state])).toEqual([
      [(JSON.parse(stdout) as Document).request_id, 'completed'],
    ]);
    expect([charges, unhandled]).toEqual([1, []]);

    fal.process.kill('SIGINT');
    expect(await fal.ended).toMatchObject({ code: 0, signal: null });
    const socket = connect(fal.port, '127.0.0.1');
    const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('ECONNREFUSED');
  });

  test('SIGTERM ends it too, in the middle of an edit', async () => {
    const fal = await sandbox('--inference-time', '1m');
    const edit = start([...EDIT, '--timeout', '2s'], { cwd: await folderWithPhoto(), env: fal.env });
    await edit.said(/^running$/m);
    fal.process.kill('SIGTERM');
    expect(await fal.ended).toMatchObject({ code: 0, signal: null });
    const { code, stdout } = await edit.ended;
    expect([code, (JSON.parse(stdout) as Document).error?.charged]).toEqual([7, 'no']);
  });

  test('--port that is taken: refused', async () => {
    const { port } = await tcpServer(() => undefined);
    const { code, stdout, stderr } = await run(['sandbox', '--port', String(port)], { cwd: await tempDir() });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(new RegExp(`^error: --port: cannot listen on ${port}: .*EADDRINUSE`));
  });

  test('--toxic: the first look at the status is lost, the edit is made', async () => {
    const fal = await sandbox('--toxic', 'reset_peer,on=stream,times=1');
    const { code } = await run(EDIT, { cwd: await folderWithPhoto(), env: fal.env });
    expect(code).toBe(0);
    expect((await ledgerOf(fal)).charges).toBe(1);
  });

  test('--toxic: the answer to the submit is lost, and it is not sent again', async () => {
    const fal = await sandbox('--toxic', 'reset_peer,on=submit,stream=downstream,times=1');
    const cwd = await folderWithPhoto();
    const { code, stdout } = await run(EDIT, { cwd, env: fal.env });
    expect([code, (JSON.parse(stdout) as Document).error?.charged]).toEqual([9, 'no']);
    expect((await ledgerOf(fal)).accepted).toHaveLength(1);
    expect(await leftIn(cwd)).toEqual([]);
  });

  test.each([
    [['--toxic', 'reset'], /--toxic: .*reset/],
    [['--toxic', 'latency,on=nowhere,latency=5'], /--toxic: .*nowhere|--toxic: .*on/],
    [['--toxic', 'latency,on=submit,latency=soon'], /--toxic: .*latency/],
    [['--port', '70000'], /--port must be a whole number from 0 to 65535, not "70000"/],
    [['--queue-time', 'soon'], /--queue-time must be a time, e\.g\. 600ms or 2s, not "soon"/],
  ])('%j: refused', async (flags, told) => {
    const { code, stdout, stderr } = await run(['sandbox', ...flags], { cwd: await tempDir() });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(told);
  });
});
