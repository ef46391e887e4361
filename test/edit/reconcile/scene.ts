import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { systemContext, type Context, type ProcessId } from '../../../src/context.js';
import { lightFetch } from '../../../src/light-fetch.js';
import type { NewJob } from '../../../src/ledger/job.js';
import { Ledger } from '../../../src/ledger/ledger.js';
import { listJobs } from '../../../src/ledger/lookup.js';
import type { Toxic } from '../../../src/sandbox/faults/toxics.js';
import { runCli, type CliOptions } from '../../support/run-cli.js';
import { sandbox, type TestSandbox, type TestSandboxSettings } from '../../support/sandbox.js';
import { editCat, folderWithPhoto, quickly } from '../harness.js';

/** A document of `reconcile --json`, as far as tests look at it. */
export interface Reconciled {
  status: 'ok' | 'error';
  error?: {
    kind: string;
    message: string;
    hint?: string;
    charged: string;
    details?: Record<string, unknown>;
  };
  jobs: {
    job: string;
    outcome: string;
    request_ids: string[];
    state: string;
    reason?: string;
    duplicate_of?: string;
    candidates?: string[];
    images?: { path: string }[];
    error?: { kind: string; message: string };
  }[];
  duplicates: string[];
}

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
/** The settling time, and what fal's date, told in whole seconds, may add to it. */
export const SETTLED = 10 * MINUTE + 5_000;

/** The answer of a submit is lost after fal has taken it. */
export const LOST: Toxic = { type: 'reset_peer', on: 'submit', stream: 'downstream', times: 1 };
/** The submit is cut off before fal has taken it. */
export const CUT: Toxic = { type: 'reset_peer', on: 'submit', stream: 'upstream', times: 1 };

export const GENERAL = 'fal-ai/flux-general/image-to-image';
export const FLUX_2 = 'fal-ai/flux-2/lora/edit';

/** A process that is gone: no system has such a number. */
const DEAD: ProcessId = { host: hostname(), pid: 2 ** 30, started: '1' };
/** The one that runs the test. */
export const ALIVE: ProcessId = systemContext(new AbortController().signal).self;

interface Intended {
  owner?: ProcessId;
  via?: string;
  endpoint?: string;
  /** When it was sent by fal's clock; now, unless a test says otherwise. */
  falAt?: number;
}

function newJob(cwd: string, endpoint: string, via: string, seed: number): NewJob {
  return {
    model: endpoint === GENERAL ? 'flux-general' : 'flux-2-lora',
    endpoint,
    via,
    prompt: 'a watercolor',
    seed,
    askedHash: '',
    detached: false,
    output: {
      cwd,
      template: '{name}.edit.{ext}',
      numberWhenTaken: true,
      name: 'cat',
      ext: 'png',
      count: 1,
      force: false,
      keepBlanked: false,
    },
    estimatedUsd: 0.075,
    unitPriceUsd: 0.075,
  };
}

/** A sandbox, and a machine with a photo and a ledger on which edits go wrong. Time passes when a test says so. */
export async function scene(settings: TestSandboxSettings = {}) {
  // fal tells its time in whole seconds.
  const start = Math.floor(Date.now() / 1000) * 1000;
  const clock = { fal: start, here: start };
  const fal = await sandbox({
    queueMs: 0,
    inferenceMs: 0,
    renderPictures: false,
    now: () => clock.fal,
    ...settings,
  });
  const cwd = await folderWithPhoto();
  const now = (): number => clock.here;
  let address: Promise<string> | undefined;
  const ledger = async <T>(use: (ledger: Ledger) => T, more: Partial<Context> = {}): Promise<T> => {
    const context = { ...systemContext(new AbortController().signal), now, ...more };
    const opened = await Ledger.open(path.join(cwd, '.home', 'state'), context);
    try {
      return use(opened);
    } finally {
      opened.close();
    }
  };
  /** A job whose intent is written down, and of whose submit nothing more is known here; without an input, a planned one. Its id. */
  const intended = (input: Record<string, unknown> | undefined, more: Intended = {}): Promise<string> => {
    const { owner = DEAD, via = fal.proxyUrl, endpoint = GENERAL, falAt = clock.fal } = more;
    return ledger(
      (opened) => {
        const beginning = opened.begin(newJob(cwd, endpoint, via, opened.context.now()), {
          caps: {},
          again: true,
        });
        if (beginning.kind !== 'new') throw new Error('it is not a new one');
        if (input !== undefined) opened.intend(beginning.job.id, input, [], falAt);
        return beginning.job.id;
      },
      { self: owner },
    );
  };
  return {
    fal,
    cwd,
    clock,
    /** On both clocks. */
    pass: (ms: number) => {
      clock.fal += ms;
      clock.here += ms;
    },
    /** One edit of the photo to `out.png`, whose submit meets that toxic. */
    edit: (toxic: Toxic | undefined, ...flags: string[]) => {
      if (toxic !== undefined) fal.addToxic(toxic);
      return editCat({ env: fal.env, cwd, context: { now } }, ...flags);
    },
    /** The same of a picture that has an address already: equal inputs, where the seed is given. */
    editAddress: async (toxic: Toxic | undefined, ...flags: string[]) => {
      if (toxic !== undefined) fal.addToxic(toxic);
      const image = await (address ??= addressOf(fal, path.join(cwd, 'cat.png')));
      return editCat({ env: fal.env, cwd, image, context: { now } }, '--seed', '5', ...flags);
    },
    /** `fal-edit reconcile --json`, its pauses shortened. */
    reconcile: async (argv: string[] = [], { context, ...options }: Partial<CliOptions> = {}) => {
      const result = await runCli(['reconcile', '--json', ...argv], {
        env: fal.env,
        cwd,
        ...options,
        context: { now, sleep: quickly, ...context },
      });
      return { ...result, document: result.json<Reconciled>() };
    },
    ledger,
    intended,
    /** What the ledger knows, the oldest first, whole. */
    jobs: () =>
      ledger((opened) =>
        listJobs(opened)
          .reverse()
          .map(({ id }) => opened.mustFind(id)),
      ),
    ids: () => fal.ledger().accepted.map((row) => row.request_id),
  };
}

/** Sends an input to fal once more, as a client that repeats a submit would. */
export async function sendAgain(fal: TestSandbox, input?: unknown, endpoint = GENERAL): Promise<void> {
  const first = fal.ledger().accepted[0];
  const answer = await lightFetch(fal.proxyUrl, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-fal-target-url': `https://queue.fal.run/${endpoint}`,
    },
    body: JSON.stringify(input ?? first?.input),
  });
  if (answer.status !== 200) throw new Error(`the sandbox answered ${answer.status}`);
}

/** Uploads a picture by hand; its address at fal. */
async function addressOf(fal: TestSandbox, file: string): Promise<string> {
  const initiated = await lightFetch(fal.proxyUrl, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-fal-target-url': 'https://rest.fal.ai/storage/upload/initiate?storage_type=fal-cdn-v3',
    },
    body: JSON.stringify({ content_type: 'image/png', file_name: 'cat.png' }),
  });
  const { upload_url: to, file_url: address } = JSON.parse(await initiated.text()) as Record<string, string>;
  await lightFetch(to!, {
    method: 'PUT',
    headers: { 'content-type': 'image/png' },
    body: await readFile(file),
  });
  return address!;
}
