import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PassThrough, Readable, Writable } from 'node:stream';
import { runNamed } from '../../support/run-cli.js';
import type { FlagValue } from '../../../src/config/settings.js';
import { systemContext } from '../../../src/context.js';
import { tempDir } from '../../support/temp-dir.js';

/** The story's request: what a team edits with on flux-general. */
export const STORY = {
  prompt: 'turn the street into a snowy evening, keep the people',
  image_url: 'https://example.com/street.jpg',
  strength: 0.6,
  num_inference_steps: 28,
  guidance_scale: 3.5,
  loras: [{ path: 'owner/watercolor', scale: 0.8 }],
  seed: 42,
  negative_prompt: 'cars, text',
};

export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
  json: <T = Record<string, unknown>>() => T;
}

export interface RunOptions {
  env?: Record<string, string>;
  stdin?: string | Uint8Array;
  tty?: boolean;
  /** Nothing is piped in: somebody sits at the keyboard. */
  keyboard?: boolean;
}

/** A folder with these files, and a way to run the command in it. */
export async function desk(files: Record<string, unknown> = {}) {
  const cwd = await tempDir();
  for (const [name, content] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(cwd, name)), { recursive: true });
    await writeFile(
      path.join(cwd, name),
      typeof content === 'string' || content instanceof Uint8Array ? content : JSON.stringify(content),
    );
  }
  const run = async (
    words: string[],
    given: Record<string, FlagValue> = {},
    { env = {}, stdin, tty = false, keyboard = false }: RunOptions = {},
  ): Promise<Outcome> => {
    const [stdout, stderr] = [sink(tty), sink(tty)];
    const code = await runNamed('migrate', words, given, {
      ...systemContext(new AbortController().signal),
      stdin: Object.assign(
        stdin === undefined ? new PassThrough().end() : Readable.from([Buffer.from(stdin)]),
        { isTTY: keyboard },
      ),
      ...{ stdout: stdout.stream, stderr: stderr.stream, env, cwd },
      folders: {
        config: path.join(cwd, '.home', 'config'),
        cache: path.join(cwd, '.home', 'cache'),
        state: path.join(cwd, '.home', 'state'),
      },
    });
    return {
      code,
      stdout: stdout.text(),
      stderr: stderr.text(),
      json: () => JSON.parse(stdout.text()) as never,
    };
  };
  return { cwd, run };
}

function sink(isTTY: boolean) {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk);
      done();
    },
  });
  return {
    stream: Object.assign(stream, { isTTY, columns: 80 }),
    text: () => Buffer.concat(chunks).toString(),
  };
}
