import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { runNamed } from '../../support/run-cli.js';
import type { PageState } from '../../../src/commands/pick/judging.js';
import { InterruptedError } from '../../../src/errors/error.js';
import type { Choice } from '../../../src/study/pick/choices.js';
import { until } from '../../edit/harness.js';
import { compareScene, type CompareScene, type Given, type Ran } from '../compare/scene.js';

/** A running `fal-edit pick compare.out`. */
export interface Picking {
  /** As it was printed. */
  url: string;
  origin: string;
  /** Asks as the browser does that has opened the page. */
  ask: (to: string, body?: unknown, headers?: Record<string, string>) => Promise<Response>;
  state: () => Promise<PageState>;
  choose: (chosen: string, pair?: string) => Promise<PageState>;
  /** Ctrl-C. */
  interrupt: () => void;
  ended: Promise<Ran>;
}

/** Three pictures, compared. */
export async function comparedScene(given: Given = {}): Promise<CompareScene> {
  const scene = await compareScene();
  const { code, stderr } = await scene.compare(['a.png', 'b.png', 'c.png'], given);
  if (code !== 0) throw new Error(stderr);
  return scene;
}

/** Begins to choose; opens the page unless the test does it itself. */
export async function picking(
  scene: Pick<CompareScene, 'context'>,
  given: Given = {},
  enter = true,
): Promise<Picking> {
  const interruption = new AbortController();
  const { context, stdout, stderr } = scene.context({ signal: interruption.signal });
  const interrupt = (): void => interruption.abort(new InterruptedError('SIGINT'));
  let isOver = false;
  const ended = runNamed('pick', ['compare.out'], given, context).then((code) => {
    isOver = true;
    return { code, stdout: stdout(), stderr: stderr(), json: () => JSON.parse(stdout()) as never };
  });
  // What it writes at its end has to be written before the folder goes.
  onTestFinished(async () => {
    interrupt();
    await ended;
  });
  await until(() => isOver || stderr().includes('/begin/'));
  const url = /http:\S+/.exec(stderr())?.[0] ?? '';
  const origin = url === '' ? '' : new URL(url).origin;
  let cookie = '';
  const ask: Picking['ask'] = (to, body, headers = {}) =>
    fetch(`${origin}${to}`, {
      headers: { cookie, ...(body === undefined ? {} : { origin }), ...headers },
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    });
  if (enter && url !== '') {
    const opened = await fetch(url);
    cookie = (opened.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  }
  const state = async (): Promise<PageState> => (await ask('/state')).json() as Promise<PageState>;
  return {
    ...{ url, origin, ask, state, interrupt, ended },
    choose: async (chosen, pair) => {
      const id = pair ?? (await state()).pair?.id;
      return (await ask('/choice', { pair: id, chosen })).json() as Promise<PageState>;
    },
  };
}

export async function choicesIn(scene: CompareScene): Promise<Choice[]> {
  const text = await readFile(path.join(scene.cwd, 'compare.out/picks.json'), 'utf8');
  return (JSON.parse(text) as { choices: Choice[] }).choices;
}
