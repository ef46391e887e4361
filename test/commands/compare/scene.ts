import { PassThrough, Writable } from 'node:stream';
import path from 'node:path';
import type { FlagValue } from '../../../src/config/settings.js';
import { systemContext, type Context } from '../../../src/context.js';
import { runNamed } from '../../support/run-cli.js';
import { batchScene, type BatchScene, type Files } from '../batch/scene.js';
import type { TestSandboxSettings } from '../../support/sandbox.js';

export type Given = Record<string, FlagValue>;

/** What a command left on its streams. */
export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
  json: <T = Record<string, unknown>>() => T;
}

export interface CompareScene extends BatchScene {
  /** `fal-edit compare <words…>` with a prompt, unless another is given. */
  compare: (words: readonly string[], given?: Given, context?: Partial<Context>) => Promise<Ran>;
  context: (change?: Partial<Context>) => Streams;
}

export interface Streams {
  context: Context;
  stdout: () => string;
  stderr: () => string;
}

/** A local fal, and a folder with three pictures of one colour in it. */
export async function compareScene(
  files: Files = {},
  settings: TestSandboxSettings = {},
): Promise<CompareScene> {
  const scene = await batchScene(files, settings);
  const context = (change: Partial<Context> = {}): Streams => streams(scene.cwd, scene.fal.env, change);
  return {
    ...scene,
    context,
    compare: async (words, given = {}, change = {}) => {
      const { context: own, stdout, stderr } = context(change);
      const prompt = given['prompt-file'] === undefined ? { prompt: ['snow'] } : {};
      const code = await runNamed('compare', words, { ...prompt, ...given }, own);
      return { code, stdout: stdout(), stderr: stderr(), json: () => JSON.parse(stdout()) as never };
    },
  };
}

/** Streams that are kept, and folders of the user's own beside the working directory. */
export function streams(cwd: string, env: Record<string, string>, change: Partial<Context> = {}): Streams {
  const [out, err] = [sink(), sink()];
  return {
    context: {
      ...systemContext(new AbortController().signal),
      ...{ stdin: new PassThrough().end(), stdout: out.stream, stderr: err.stream, env, cwd },
      folders: {
        config: path.join(cwd, '.home', 'config'),
        cache: path.join(cwd, '.home', 'cache'),
        state: path.join(cwd, '.home', 'state'),
      },
      ...change,
    },
    stdout: out.text,
    stderr: err.text,
  };
}

function sink(): { stream: Writable; text: () => string } {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    write: (chunk: Buffer, _, done) => {
      chunks.push(chunk);
      done();
    },
  });
  return { stream, text: () => Buffer.concat(chunks).toString() };
}
