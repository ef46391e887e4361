/* A batch of several models that was stopped: nothing that was paid for depends on a cached schema. */
import { access, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { SANDBOX_KEY } from '../../../src/fal/connection.js';
import { folderWithPhoto, quickly, until } from '../../edit/harness.js';
import { front, sendJson } from '../../fal/servers.js';
import { runFresh } from '../../support/fresh-cli.js';
import type { CliOptions, CliResult } from '../../support/run-cli.js';
import { sandbox } from '../../support/sandbox.js';
import { schemaDocuments } from '../../support/schemas.js';
import { jsonl, linesOf } from '../batch/scene.js';

const ROWS = [
  { id: 'cut', image: 'cat.png', model: 'acme/cutout/v2' },
  { id: 'fill', image: 'cat.png', model: 'acme/fill', file: 'mask_url=cat.png', prompt: 'a hat' },
  { id: 'listed', image: 'cat.png', prompt: 'a watercolor' },
  { id: 'paint', image: 'cat.png', model: 'acme/paint/edit', prompt: 'a watercolor' },
  { id: 'segment', image: 'cat.png', model: 'acme/segment' },
];
const ALL = ROWS.length;

interface Line {
  id: string;
  seed: number | null;
  model: string;
  images: { path: string }[];
}

/** Each command runs in a program that has loaded no schema yet. */
async function scene() {
  const fal = await sandbox({
    ...{ documents: schemaDocuments(), renderPictures: false },
    ...{ queueMs: 0, inferenceMs: 500, runners: 100 },
  });
  let forgets = false;
  const isSchema = (target: string): boolean => target.includes('expand=openapi-3.0');
  const proxy = await front(
    fal,
    ({ target }, response) => forgets && isSchema(target) && sendJson(response, 200, { models: [] }),
  );
  const cwd = await folderWithPhoto();
  await writeFile(path.join(cwd, 'rows.jsonl'), jsonl(...ROWS));
  const env = { FAL_PROXY_URL: proxy.url, FAL_KEY: SANDBOX_KEY };
  const run = (argv: string[], options: Partial<CliOptions> = {}): Promise<CliResult> =>
    runFresh(argv, { cwd, env, context: { sleep: quickly }, ...options });
  const succeed = async (...argv: string[]): Promise<CliResult> => {
    const result = await run(argv);
    expect(result.code, result.stderr).toBe(0);
    return result;
  };
  const text = (name: string): Promise<string> => readFile(path.join(cwd, name), 'utf8');
  return {
    ...{ fal, cwd, run, succeed, text },
    accepted: () => fal.ledger().accepted.length,
    batch: (...flags: string[]) => succeed('batch', 'rows.jsonl', '-d', 'out', '-y', ...flags),
    /** Deletes the cached schemas, and for good where fal has them no more. */
    forget: async ({ atFal }: { atFal: boolean }) => {
      forgets = atFal;
      await rm(path.join(cwd, '.home', 'cache'), { recursive: true, force: true });
    },
    /** The rows as the report shows them. */
    items: async () =>
      (/<script [^>]*id="items">([^]*?)<\/script>/.exec(await text('out/report.html'))?.[1] ?? '')
        .trim()
        .split('\n')
        .map((item) => JSON.parse(item) as unknown),
    lines: async (folder = 'out') =>
      linesOf(await text(`${folder}/results.jsonl`))
        .map((line) => JSON.parse(line) as Line)
        .sort((a, b) => a.id.localeCompare(b.id)),
  };
}

type Scene = Awaited<ReturnType<typeof scene>>;

/** Two rows are at fal, the others are not sent. */
async function stopped(): Promise<Scene> {
  const at = await scene();
  const stop = new AbortController();
  const argv = ['batch', 'rows.jsonl', '-d', 'out', '-y', '--concurrency', '2'];
  const running = at.run(argv, { interrupt: stop.signal });
  await until(() => {
    const { accepted, requests } = at.fal.ledger();
    return accepted.length === 2 && requests.by_role.stream === 2;
  });
  stop.abort();
  const { code, stderr } = await running;
  expect(code, stderr).toBe(130);
  expect(at.accepted()).toBe(2);
  return at;
}

async function done(): Promise<Scene> {
  const at = await scene();
  await at.batch();
  return at;
}

async function expectAllDone({ lines, cwd, accepted }: Scene, folder = 'out'): Promise<void> {
  const results = await lines(folder);
  expect(results.map(({ id, model, images }) => [id, model, images.length])).toEqual([
    ['cut', 'acme/cutout/v2', 1],
    ['fill', 'acme/fill', 1],
    ['listed', 'flux-general', 1],
    ['paint', 'acme/paint/edit', 1],
    ['segment', 'acme/segment', expect.any(Number)],
  ]);
  for (const { path: file } of results.flatMap(({ images }) => images)) {
    await access(path.join(cwd, folder, file));
  }
  // Models that take no seed have none, however little is known of them.
  expect(results.map(({ seed }) => typeof seed)).toEqual(['object', 'number', 'number', 'number', 'object']);
  expect(accepted()).toBe(ALL);
}

it('goes on with the schemas read again', async () => {
  const at = await stopped();
  await at.forget({ atFal: false });
  await at.batch();
  await expectAllDone(at);
});

it.each<[string, number, (ids: string[]) => string[]]>([
  ['waited for', 0, (ids) => ['wait', ...ids]],
  // Three rows were never sent.
  ['collected', 7, () => ['batch', '--collect', '-d', 'out']],
])('is %s without any schema', async (_, expected, commandFor) => {
  const at = await stopped();
  await at.forget({ atFal: true });
  const { stderr } = await at.succeed('wait', '--unfinished');
  expect(stderr).toContain('2 rows are unfinished in out.');
  const ids = at.fal.ledger().accepted.map(({ request_id: id }) => id);
  const { code, stderr: said } = await at.run(commandFor(ids));
  expect(code, said).toBe(expected);
  expect(await at.lines()).toHaveLength(2);
  expect(at.accepted()).toBe(2);
  await at.forget({ atFal: false });
  await at.batch();
  await expectAllDone(at);
});

it('is reported and merged as before where every schema is gone', async () => {
  const at = await done();
  await expectAllDone(at);
  const [lines, items] = [await at.lines(), await at.items()];
  await at.forget({ atFal: true });
  await rm(path.join(at.cwd, 'out', 'report.html'));
  await at.succeed('batch', '--collect', '-d', 'out', '--junit', 'junit.xml');
  expect(await at.lines()).toEqual(lines);
  expect(await at.items()).toEqual(items);
  expect(await at.text('junit.xml')).toContain('tests="5"');
  await at.succeed('batch', 'merge', 'out', '-d', 'all');
  await expectAllDone(at, 'all');
});

it('has a ledger that is rebuilt from its results, with nothing sent again', async () => {
  const at = await done();
  await at.forget({ atFal: false });
  await rm(path.join(at.cwd, 'out', 'ledger.db'));
  const { stderr } = await at.batch('--rebuild');
  expect(stderr).toContain(`Rebuilt ${ALL} edits of out from results.jsonl: ${ALL} of ${ALL} rows done.`);
  await at.batch();
  await expectAllDone(at);
});
