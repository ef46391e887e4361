import { valueText } from '../../../src/config/flag-definition.js';
import { PassThrough, Writable } from 'node:stream';
import path from 'node:path';
import { runNamed } from '../../support/run-cli.js';
import type { FlagValue } from '../../../src/config/settings.js';
import { systemContext, type Context } from '../../../src/context.js';
import { batchScene, type BatchScene, type Files } from '../batch/scene.js';
import { quickly } from '../../edit/harness.js';
import type { TestSandboxSettings } from '../../support/sandbox.js';

export interface SweepResult {
  code: number;
  stdout: string;
  stderr: string;
  json: <T = Record<string, unknown>>() => T;
}

export interface SweepScene extends BatchScene {
  /** `fal-edit sweep` of a.png, with a prompt, into the folder `out`, unless told otherwise. */
  sweep: (
    flags: Record<string, FlagValue>,
    words?: readonly string[],
    env?: Record<string, string>,
  ) => Promise<SweepResult>;
  /** How many edits fal has accepted. */
  accepted: () => number;
}

/** A local fal and a folder with pictures in it. @param tty stdout says that it is a terminal */
export async function sweepScene(
  files: Files = {},
  settings: TestSandboxSettings = {},
  tty = false,
): Promise<SweepScene> {
  const scene = await batchScene(files, settings);
  return {
    ...scene,
    accepted: () => scene.fal.ledger().accepted.length,
    sweep: async (flags, words = ['a.png'], env = {}) => {
      const [stdout, stderr] = [new Sink(tty), new Sink(false)];
      const folder = (name: string): string => path.join(scene.cwd, '.home', name);
      const context: Context = {
        ...systemContext(new AbortController().signal),
        ...{
          stdin: new PassThrough().end(),
          stdout,
          stderr,
          env: { ...scene.fal.env, ...env },
          cwd: scene.cwd,
        },
        folders: { config: folder('config'), cache: folder('cache'), state: folder('state') },
        ...{ sleep: quickly, elapsed: () => performance.now() * 20 },
      };
      const isVaried = [flags['vary'] ?? []].flat().some((axis) => valueText(axis).startsWith('prompt'));
      const given = { ...(isVaried ? {} : { prompt: 'snow' }), 'out-dir': 'out', ...flags };
      const code = await runNamed('sweep', words, given, context);
      return {
        code,
        stdout: stdout.text(),
        stderr: stderr.text(),
        json: () => JSON.parse(stdout.text()) as never,
      };
    },
  };
}

class Sink extends Writable {
  private readonly chunks: Buffer[] = [];
  readonly columns = 120;

  constructor(readonly isTTY: boolean) {
    super();
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.chunks.push(chunk);
    done();
  }

  text(): string {
    return Buffer.concat(this.chunks).toString();
  }
}
