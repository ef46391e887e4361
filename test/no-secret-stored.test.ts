/* What calls itself fal repeats the user's secrets wherever it can. None of them is stored or shown. */
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { folderWithPhoto, quickly } from './edit/harness.js';
import { httpServer, sendJson, type TestServer, type Visit } from './fal/servers.js';
import { connect } from './ledger/opened.js';
import { picking } from './commands/pick/scene.js';
import { streams } from './commands/compare/scene.js';
import { runCli, type CliResult } from './support/run-cli.js';
import { sandbox, type TestSandbox } from './support/sandbox.js';

const SECRET = '5ecret/half+0f=the&key';
const KEY = `0a1b2c3d-public:${SECRET}`;
const PASSWORD = 'pr0xy-p@ss';
const TOKEN = 't0ken-of-the-proxy';

const forms = (secret: string): string[] => [
  secret,
  encodeURIComponent(secret),
  ...['', 'a', 'ab'].map((before) =>
    // Without the ends, which depend on what stands beside it.
    Buffer.from(`${before}${secret}`).toString('base64').replaceAll('=', '').slice(3, -1),
  ),
];
const FORMS = [SECRET, PASSWORD, TOKEN].flatMap(forms);
const ECHO = [
  ...[KEY, SECRET, encodeURIComponent(KEY), Buffer.from(KEY).toString('base64')],
  ...[
    Buffer.from(`{"k":"${KEY}"}`).toString('base64'),
    `Basic ${Buffer.from(`ann:${PASSWORD}`).toString('base64')}`,
  ],
  ...[PASSWORD, encodeURIComponent(PASSWORD), TOKEN, Buffer.from(TOKEN).toString('base64url')],
].join(' ');

/** Says it in every object and in every text that is for people, and in the addresses of pictures. */
function echoing(value: unknown, name = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => echoing(item, name));
  if (typeof value === 'string') {
    if (['message', 'msg', 'prompt', 'detail', 'unit'].includes(name)) return `${value} ${ECHO}`;
    const isPicture = name === 'url' && /\/files\//.test(value);
    return isPicture ? `${value}?echo=${encodeURIComponent(ECHO)}` : value;
  }
  // What was sent is told by that when it is looked for.
  if (typeof value !== 'object' || value === null || name === 'json_input') return value;
  const parts = Object.entries(value).map(([key, part]) => [key, echoing(part, key)] as const);
  return { ...Object.fromEntries(parts), echo: ECHO, [ECHO]: 1 };
}

/** A proxy for fal before the sandbox. An edit whose prompt says "broken" fails with a text of its own. */
async function echo(fal: TestSandbox): Promise<TestServer> {
  const broken = new Set<string>();
  const answer = async ({ method, headers, target, body }: Visit): Promise<[number, Headers, string]> => {
    const [, id = ''] = /\/requests\/([^/]+)$/.exec(target) ?? [];
    const passed = Object.entries(headers).filter(
      ([name]) => !/^(host|connection|content-length)$/.test(name),
    );
    const response = await fetch(fal.proxyUrl, {
      method,
      headers: Object.fromEntries(passed) as Record<string, string>,
      ...(body === '' ? {} : { body }),
    });
    const text = await response.text();
    if (broken.has(id)) {
      const detail = [{ loc: ['body', 'prompt'], msg: `is bad: ${ECHO}`, type: 'value_error', input: ECHO }];
      return [422, new Headers({ 'x-fal-billable-units': '0' }), JSON.stringify({ detail })];
    }
    if (/broken/.test(body)) broken.add((JSON.parse(text) as { request_id: string }).request_id);
    return [response.status, response.headers, text];
  };
  return httpServer(async (visit, response) => {
    const answered = await answer(visit).catch(() => undefined);
    if (answered === undefined) return void response.destroy();
    const [status, headers, text] = answered;
    const billed = headers.get('x-fal-billable-units');
    const more = { 'x-echo': ECHO, ...(billed === null ? {} : { 'x-fal-billable-units': billed }) };
    if (headers.get('content-type')?.includes('event-stream') === true) {
      response.writeHead(status, { 'content-type': 'text/event-stream', ...more });
      const lines = text.replace(
        /^data: (.+)$/gm,
        (_, data: string) => `data: ${JSON.stringify(echoing(JSON.parse(data)))}`,
      );
      response.end(`: ${ECHO}\n${lines}`);
    } else if (/^\s*[{[]/.test(text)) sendJson(response, status, echoing(JSON.parse(text)), more);
    else response.writeHead(status, more).end(text);
  });
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
}

const found = (text: string): string[] => FORMS.filter((form) => text.includes(form));

/** The secrets in the files of a folder, but for what the user wrote there. */
async function leaksIn(folder: string): Promise<[file: string, secrets: string[]][]> {
  const files = (await filesIn(folder)).filter((file) => path.basename(file) !== 'rows.csv');
  const leaks = await Promise.all(
    files.map(async (file): Promise<[string, string[]]> => {
      const content = (await readFile(file)).toString('latin1');
      return [file, found(`${file} ${content}`)];
    }),
  );
  return leaks.filter(([, secrets]) => secrets.length > 0);
}

/** A fal that says it all, a folder, and a way to run commands that have to keep it to themselves. */
async function stage() {
  const fal = await sandbox();
  const server = await echo(fal);
  const cwd = await folderWithPhoto();
  const env: Record<string, string> = {
    FAL_KEY: KEY,
    FAL_PROXY_URL: `${server.url}/fal?token=${TOKEN}`,
    https_proxy: `http://ann:${encodeURIComponent(PASSWORD)}@proxy.invalid:3128`,
  };
  const run = async (name: string, argv: string[], codes: number[], variables = env): Promise<CliResult> => {
    const result = await runCli(argv, { cwd, env: variables, context: { sleep: quickly } });
    expect(codes, `${name}: ${result.stdout} ${result.stderr}`).toContain(result.code);
    expect(found(result.stdout), `stdout of ${name}`).toEqual([]);
    expect(found(result.stderr), `stderr of ${name}`).toEqual([]);
    return result;
  };
  return { fal, server, cwd, env, run };
}

test('no secret is stored or shown, whatever fal repeats', { timeout: 120_000 }, async () => {
  const { server, cwd, env, run } = await stage();
  await writeFile(
    path.join(cwd, 'rows.csv'),
    'id,image,prompt\none,cat.png,snow\ntwo,cat.png,broken\nthree,cat.png,rain\n',
  );
  await writeFile(path.join(cwd, 'summary.md'), '');
  const github = {
    GITHUB_ACTIONS: 'true',
    GITHUB_STEP_SUMMARY: path.join(cwd, 'summary.md'),
  };
  const runs: [string, string[], Record<string, string>, number[]][] = [
    ['edit', ['cat.png', '-p', 'a boat', '-o', 'a-{request_id}.png', '--debug'], env, [0]],
    ['edit as JSON', ['cat.png', '-p', 'a ship', '--json', '--debug', '--verbose'], env, [0]],
    ['an edit that fails', ['cat.png', '-p', 'broken', '--json', '--debug'], env, [1, 2]],
    ['its own prompt', ['cat.png', '-p', `say ${KEY}`, '--json', '--debug'], env, [0]],
    ['detached', ['cat.png', '-p', 'later', '--detach', '--debug'], env, [0]],
    ['status', ['status', 'last', '--json'], env, [0]],
    ['wait', ['wait', 'last', '--json', '--debug'], env, [0]],
    ['result', ['result', 'last'], env, [0]],
    ['result as JSON', ['result', 'last', '--json'], env, [0]],
    ['requests', ['requests', '--json'], env, [0]],
    ['costs', ['costs', '--json'], env, [0]],
    ['reconcile', ['reconcile', '--all', '--json', '--debug'], env, [0]],
    ['models', ['models', '--check', '--json', '--debug'], env, [0, 1, 7, 10]],
    ['batch', ['batch', 'rows.csv', '--junit', 'junit.xml', '--yes', '--debug'], { ...env, ...github }, [3]],
    ['batch, events', ['batch', 'rows.csv', '--events', '--out-dir', 'b', '--yes', '--debug'], env, [3]],
    [
      'batch, its own prompt',
      ['batch', 'cat.png', '-p', `say ${KEY}`, '--out-dir', 'c', '--yes', '--json'],
      env,
      [0],
    ],
    [
      'the same again',
      ['batch', 'cat.png', '-p', `say ${KEY}`, '--out-dir', 'c', '--yes', '--json'],
      env,
      [0],
    ],
    ['compare', ['compare', 'cat.png', '-p', 'snow', '--yes', '--json', '--debug'], env, [0]],
    ['sweep', ['sweep', 'cat.png', '-p', 'snow', '--vary', 'guidance=2,3', '--yes', '--debug'], env, [0]],
    // What was stored before is not shown where nobody knows the key any more.
    ['requests without a key', ['requests', '--json'], {}, [0]],
    ['result without a key', ['result', 'last', '--json'], {}, [0, 4]],
  ];
  for (const [name, argv, variables, codes] of runs) await run(name, argv, codes, variables);
  expect(await leaksIn(cwd)).toEqual([]);
  // It was there to be stored, and the user's own prompt was sent as it is.
  const stored = await readFile(path.join(cwd, 'rows.out', 'results.jsonl'), 'utf8');
  expect(stored).toContain('[key]');
  expect(
    server.visits.filter(({ method, body }) => method === 'POST' && body.includes(`say ${KEY}`)),
  ).toHaveLength(2);
});

test('reconcile finds an edit whose prompt holds a secret, and stores none', async () => {
  const { fal, cwd, run } = await stage();
  fal.addToxic({ type: 'reset_peer', on: 'submit', stream: 'downstream', times: 1 });
  await run('an edit whose answer is lost', ['cat.png', '-p', `say ${KEY}`, '--json', '--debug'], [9]);
  const reconcile = ['reconcile', '--all', '--json', '--debug', '--verbose'];
  const { json } = await run('reconcile', reconcile, [0]);
  expect(json()).toMatchObject({ jobs: [{ outcome: 'accepted', state: 'saved' }] });
  expect(await leaksIn(cwd)).toEqual([]);
  expect(fal.ledger().accepted).toHaveLength(1);
});

test('a process without a key waits for what another has sent, and keeps what it knows to itself', async () => {
  const { cwd, env } = await stage();
  const detached = ['cat.png', '-p', 'later', '--detach'];
  expect((await runCli(detached, { cwd, env, context: { sleep: quickly } })).code).toBe(0);
  // Who has the key is the proxy: from here nobody can tell it from other words.
  const known = [PASSWORD, TOKEN].flatMap(forms);
  const keyless = { ...env, FAL_KEY: '' };
  for (const argv of [
    ['status', 'last', '--json'],
    ['wait', 'last', '--json', '--debug', '--verbose'],
    ['result', 'last', '--json'],
  ]) {
    const { code, stdout, stderr } = await runCli(argv, { cwd, env: keyless, context: { sleep: quickly } });
    expect(code, stderr).toBe(0);
    expect(
      found(`${stdout} ${stderr}`).filter((form) => known.includes(form)),
      argv[0],
    ).toEqual([]);
  }
  const stored = (await leaksIn(cwd)).flatMap(([, secrets]) => secrets);
  expect(stored.filter((form) => known.includes(form))).toEqual([]);
});

test.each([
  ['as it was made', () => undefined],
  [
    'as an earlier version has stored it',
    (folder: string) => void connect(folder).prepare('UPDATE jobs SET prompt = ?').run(`say ${KEY}`),
  ],
])('the page of pick and its answers hold no secret: a comparison %s', async (_, age) => {
  const { cwd, env, run } = await stage();
  await run('compare', ['compare', 'cat.png', '-p', `say ${KEY}`, '--yes'], [0]);
  age(path.join(cwd, 'compare.out'));
  const page = await picking({ context: (change) => streams(cwd, env, change) });
  const { pair } = await page.state();
  const asked: [to: string, body?: unknown][] = [
    ['/'],
    ['/state'],
    [`/picture/${pair!.left}`],
    [`/picture/${pair!.right}`],
    ['/choice', { pair: pair!.id, chosen: 'left' }],
    ['/undo', {}],
    ['/choice', { pair: KEY, chosen: ECHO }],
    ['/end', {}],
  ];
  const said: string[] = [];
  for (const [to, body] of asked) {
    const answer = await page.ask(to, body);
    const bytes = Buffer.from(await answer.arrayBuffer());
    said.push(`${answer.status} ${JSON.stringify([...answer.headers])} ${bytes.toString('latin1')}`);
  }
  expect(said.map((text) => found(text))).toEqual(said.map(() => []));
  expect(said[1]).toContain('say [key]');
  const { stdout, stderr } = await page.ended;
  expect([found(stdout), found(stderr)]).toEqual([[], []]);
  const pages = (await leaksIn(cwd)).filter(([file]) => path.basename(file) !== 'ledger.db');
  expect(pages).toEqual([]);
});

test('what an earlier version has stored is taken out of ledgers and results.jsonl, once', async () => {
  const fal = await sandbox({ queueMs: 0, inferenceMs: 0, renderPictures: false });
  const cwd = await folderWithPhoto();
  const command = ['batch', 'cat.png', '-p', 'snow', '--out-dir', 'b', '--yes'];
  const made = await runCli(command, { cwd, env: fal.env, context: { sleep: quickly } });
  expect(made.code, made.stderr).toBe(0);
  const edit = ['cat.png', '-p', 'a boat'];
  expect((await runCli(edit, { cwd, env: fal.env, context: { sleep: quickly } })).code).toBe(0);
  const state = path.dirname(
    (await filesIn(path.join(cwd, '.home'))).find((file) => /ledger\.db$/.test(file))!,
  );
  const said = JSON.stringify({ images: [], [ECHO]: ECHO });
  for (const folder of [path.join(cwd, 'b'), state]) {
    const db = connect(folder);
    db.prepare('UPDATE jobs SET prompt = ?, result = ?, error = ?').run(`say ${KEY}`, said, said);
    db.prepare('UPDATE batch_rows SET plan = json_set(plan, ?, ?), expected = NULL').run('$.echo', ECHO);
    // An address that nobody could use again.
    db.prepare('UPDATE uploads SET url = ?').run(`https://fal.media/${encodeURIComponent(SECRET)}`);
    db.close();
  }
  const results = path.join(cwd, 'b', 'results.jsonl');
  const line = JSON.parse(await readFile(results, 'utf8')) as Record<string, unknown>;
  await writeFile(results, `${JSON.stringify({ ...line, prompt: `say ${ECHO}` })}\n`);
  const secret = async (): Promise<string[]> => {
    const files = (await filesIn(cwd)).filter((file) => /ledger\.db|results\.jsonl/.test(file));
    const leaks = await Promise.all(
      files.map(async (file) => (found((await readFile(file)).toString('latin1')).length > 0 ? [file] : [])),
    );
    return leaks.flat().map((file) => path.basename(file));
  };
  expect((await secret()).sort()).toEqual(
    expect.arrayContaining(['ledger.db', 'ledger.db', 'results.jsonl']),
  );

  const env = {
    ...{ ...fal.env, FAL_KEY: KEY, FAL_PROXY_URL: `${fal.proxyUrl}?token=${TOKEN}` },
    https_proxy: `http://ann:${encodeURIComponent(PASSWORD)}@proxy.invalid:3128`,
  };
  const again = await runCli(command, { cwd, env });
  expect(again.code, again.stderr).toBe(0);
  expect((await runCli(['requests'], { cwd, env })).code).toBe(0);
  expect(await secret()).toEqual([]);
  expect(await readFile(results, 'utf8')).toContain('"say [key] ');
  expect(fal.ledger().accepted).toHaveLength(2);

  // Once for each secret: what is written there later does not come from here, and nobody looks for it again.
  connect(path.join(cwd, 'b')).prepare('UPDATE jobs SET prompt = ?').run(KEY);
  expect((await runCli(command, { cwd, env })).code).toBe(0);
  expect(await secret()).toContain('ledger.db');
  const other = { ...env, FAL_KEY: `another-key:${SECRET}` };
  expect((await runCli(command, { cwd, env: other })).code).toBe(0);
  expect(await secret()).toEqual([]);
});

test('what an earlier version has stored is in no report', async () => {
  const fal = await sandbox({ queueMs: 0, inferenceMs: 0, renderPictures: false });
  const cwd = await folderWithPhoto();
  await writeFile(path.join(cwd, 'summary.md'), '');
  const command = ['batch', 'cat.png', '-p', 'snow', '--out-dir', 'b', '--yes', '--retry', 'none'];
  const first = await runCli(command, { cwd, env: fal.env, context: { sleep: quickly } });
  expect(first.code, first.stderr).toBe(0);
  const error = { kind: 'moderated', message: `fal says ${ECHO}`, retryable: false };
  connect(path.join(cwd, 'b'))
    .prepare("UPDATE jobs SET state = 'moderated', charged = 'yes', error = ?")
    .run(JSON.stringify(error));
  const env = {
    ...{ ...fal.env, FAL_KEY: KEY, FAL_PROXY_URL: `${fal.proxyUrl}?token=${TOKEN}` },
    https_proxy: `http://ann:${encodeURIComponent(PASSWORD)}@proxy.invalid:3128`,
    ...{ GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: path.join(cwd, 'summary.md') },
  };
  await rm(path.join(cwd, 'b', 'report.html'));
  const again = await runCli([...command, '--junit', 'junit.xml'], { cwd, env });
  expect([again.code, found(again.stdout), found(again.stderr)], again.stderr).toEqual([6, [], []]);
  for (const file of ['junit.xml', 'summary.md', 'b/report.html', 'b/summary.json']) {
    const text = await readFile(path.join(cwd, file), 'utf8');
    expect(found(text), file).toEqual([]);
    if (file !== 'b/summary.json') expect(text, file).toContain('fal says');
  }
  expect(fal.ledger().accepted).toHaveLength(1);
});
