import type { Job } from '../../src/ledger/job.js';
import type { Ledger } from '../../src/ledger/ledger.js';
import { folderWithPhoto, quickly } from '../edit/harness.js';
import { onlyJobIn, openLedgerIn, stateIn } from '../support/ledger.js';
import { runCli, type CliOptions, type CliResult } from '../support/run-cli.js';
import { sandbox, type TestSandbox, type TestSandboxSettings } from '../support/sandbox.js';

/** A local fal, a folder with a photo, and ways to send edits and ask about them. */
export interface ControlScene {
  fal: TestSandbox;
  cwd: string;
  run: (argv: readonly string[], options?: Partial<CliOptions>) => Promise<CliResult>;
  /** Sends an edit of the photo and leaves; fal's id for it. */
  detach: (...flags: string[]) => Promise<string>;
  /** Resolves when fal is done with it: with fal's answer. */
  answer: (id: string) => Promise<Record<string, unknown>>;
  /** The ledger beside the program, as a process that is gone had it. */
  ledger: () => Promise<Ledger>;
  /** The one job of the ledger. */
  job: () => Promise<Job>;
}

/** Quick, with plain pictures, unless told otherwise. */
export async function controlScene(settings: TestSandboxSettings = {}): Promise<ControlScene> {
  const fal = await sandbox({ queueMs: 0, inferenceMs: 0, renderPictures: false, ...settings });
  const cwd = await folderWithPhoto();
  const run: ControlScene['run'] = (argv, { context, ...options } = {}) =>
    runCli(argv, { cwd, env: fal.env, ...options, context: { sleep: quickly, ...context } });
  return {
    fal,
    cwd,
    run,
    detach: async (...flags) => {
      const { code, stdout, stderr } = await run(['cat.png', '-p', 'snow', '--detach', ...flags]);
      if (code !== 0) throw new Error(stderr);
      return stdout.trim();
    },
    answer: async (id) => {
      for (;;) {
        const { code, json, stderr } = await run(['result', id]);
        if (code === 0) return json();
        if (code !== 7) throw new Error(stderr);
      }
    },
    ledger: () => openLedgerIn(stateIn(cwd)),
    job: () => onlyJobIn(stateIn(cwd)),
  };
}

/** What `--json` says of several requests, as far as tests look at it. */
export interface Several {
  status: 'ok' | 'error';
  error?: { kind: string; message: string; charged: string };
  more?: boolean;
  requests: (Record<string, unknown> & {
    request_id: string | null;
    state: string | null;
    images: { path: string | null; sha256: string | null }[];
  })[];
}
