import path from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { runNamed } from '../../support/run-cli.js';
import type { FlagValue } from '../../../src/config/settings.js';
import { systemContext, type Context } from '../../../src/context.js';
import { lightFetch, type Fetch } from '../../../src/light-fetch.js';
import { tempDir } from '../../support/temp-dir.js';

export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
  json: () => CheckDocument;
}

export interface Difference {
  gravity: string;
  field: string;
  what: string;
  ours: string | null;
  fal: string | null;
}

/** The parts of the documents that tests look at. */
export interface CheckDocument {
  schema_version: number;
  status: string;
  error?: { kind: string; message: string };
  models: {
    name: string;
    title: string | null;
    endpoint_status: string | null;
    drift: boolean;
    price: Record<string, unknown>;
    differences: Difference[];
    not_checked: { part: string; why: string; kind: string | null }[];
  }[];
}

export interface RunOptions {
  env?: Record<string, string>;
  tty?: boolean;
  context?: Partial<Context>;
}

class Sink extends Writable {
  readonly columns = 80;
  text = '';

  constructor(readonly isTTY: boolean) {
    super();
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

/** Runs `fal-edit models` in a folder of its own; waits between tries take no time. */
export async function models(
  words: string[],
  given: Record<string, FlagValue> = {},
  { env = {}, tty = false, context = {} }: RunOptions = {},
): Promise<Ran> {
  const cwd = await tempDir();
  const [stdout, stderr] = [new Sink(tty), new Sink(tty)];
  const folder = (name: string) => path.join(cwd, '.home', name);
  const code = await runNamed('models', words, given, {
    ...systemContext(new AbortController().signal),
    stdin: new PassThrough().end(),
    stdout,
    stderr,
    env,
    cwd,
    folders: { config: folder('config'), cache: folder('cache'), state: folder('state') },
    sleep: async () => {},
    ...context,
  });
  const json = (): CheckDocument => JSON.parse(stdout.text) as CheckDocument;
  return { code, stdout: stdout.text, stderr: stderr.text, json };
}

/** A way to fal without a proxy: every one of its hosts answers from the sandbox. */
export function directTo(proxyUrl: string): Fetch {
  return (url, init = {}) =>
    lightFetch(proxyUrl, { ...init, headers: { ...init.headers, 'x-fal-target-url': url } });
}
