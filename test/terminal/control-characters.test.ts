/* Texts from users, manifests and files that would move the cursor, ring, or turn the reading direction in a terminal. */
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { folderWithPhoto, quickly } from '../edit/harness.js';
import { runCli } from '../support/run-cli.js';
import { sandbox } from '../support/sandbox.js';

/** Conceals, names the window, rings, overwrites the line and turns the reading direction. */
const NASTY = 'a\u001b[8m\u001b]0;evil\u0007\u0008\u009b2J\u202eb\u2066\u200f\u007fc';
const LINES = `x\ry${NASTY}`;

/** Colours and styles of ours. */
const OURS = new RegExp(String.raw`${'\u001b'}\[[\d;]+m`, 'g');
const CONCEALED = '\u001b[8m';
const CONTROL = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

/** Pictures, manifests and settings with such names and texts. */
async function folder(): Promise<string> {
  const cwd = await folderWithPhoto();
  await copyFile(path.join(cwd, 'cat.png'), path.join(cwd, `${NASTY}.png`));
  await mkdir(path.join(cwd, 'many'));
  await copyFile(path.join(cwd, 'cat.png'), path.join(cwd, 'many', `${NASTY}.png`));
  await writeFile(path.join(cwd, 'many', `${NASTY}.heic`), 'none');
  const rows = (...list: object[]): string => list.map((row) => `${JSON.stringify(row)}\n`).join('');
  const good = { id: 'one', image: 'cat.png', prompt: LINES, output: '{id}.png' };
  await writeFile(path.join(cwd, 'rows.jsonl'), rows(good, { ...good, id: 'two', prompt: `${NASTY} fails` }));
  await writeFile(path.join(cwd, `${NASTY}.jsonl`), rows({ ...good, output: 'x.png' }, { [NASTY]: 1 }));
  await writeFile(
    path.join(cwd, 'wrong.jsonl'),
    rows({ ...good, id: NASTY }, { ...good, image: NASTY }, { ...good, model: NASTY, [NASTY]: NASTY }),
  );
  await mkdir(path.join(cwd, 'configured'));
  await writeFile(path.join(cwd, 'configured', 'fal-edit.config.json'), JSON.stringify({ [NASTY]: 1 }));
  return cwd;
}

const EDIT = ['cat.png', '-p', 'x'];
const commands: [string, string[], Record<string, string>?][] = [
  ['no such picture', [`${NASTY}.webp`, '-p', 'x']],
  ['an odd name, dry', [`${NASTY}.png`, '-p', LINES, '-n']],
  ['an odd name', [`${NASTY}.png`, '-p', LINES, '--debug']],
  ...['-o', '-m', '--lora', '--size', '--set', '--strength', '--seed', '--format', '--prompt-file'].map(
    (flag): [string, string[]] => [flag, [...EDIT, flag, NASTY]],
  ),
  ...['-o', '--set'].map((flag): [string, string[]] => [`${flag} =`, [...EDIT, flag, `{${NASTY}}=${NASTY}`]]),
  ['a flag', [...EDIT, `--${NASTY}`]],
  ['a word', [NASTY]],
  ['help', ['help', NASTY]],
  ['a variable', EDIT, { FAL_EDIT_STEPS: NASTY, [`FAL_EDIT_${NASTY}`]: NASTY }],
  ['a proxy', EDIT, { https_proxy: `http://${NASTY}:1` }],
  ['a config file', ['../cat.png', '-p', 'x']],
  ['a URL', [`https://example.invalid/${NASTY}.png`, '-p', 'x', '-n']],
  ['batch, dry', ['batch', 'rows.jsonl', '-n']],
  ['batch', ['batch', 'rows.jsonl', '--yes', '--junit', `${NASTY}.xml`]],
  ['batch that is done', ['batch', 'rows.jsonl', '-o', '{id}.png', '--yes']],
  ['batch, CI', ['batch', 'rows.jsonl', '--out-dir', `${NASTY}.out`, '--yes'], { GITHUB_ACTIONS: 'true' }],
  ['batch, events', ['batch', 'rows.jsonl', '--out-dir', 'e', '--yes', '--events']],
  ['batch, JSON', ['batch', 'rows.jsonl', '--out-dir', 'e', '--yes', '--json']],
  ['batch, frozen', ['batch', 'rows.jsonl', '--out-dir', 'e', '--seed', '5', '--frozen']],
  ['batch, odd manifest', ['batch', `${NASTY}.jsonl`]],
  ['batch, wrong', ['batch', 'wrong.jsonl']],
  ['batch, wrong, JSON', ['batch', 'wrong.jsonl', '--json']],
  ['batch of a folder', ['batch', 'many', '-p', NASTY, '-n']],
  ['batch, none', ['batch', `${NASTY}.csv`]],
  ['merge', ['batch', 'merge', NASTY, 'e', '-d', NASTY]],
  ['collect', ['batch', '--collect', '--out-dir', NASTY]],
  ['compare', ['compare', `${NASTY}.png`, '-p', LINES, '--yes', '--models', 'flux-general,flux-dev']],
  ['compare, none', ['compare', 'cat.png', '-p', 'x', '--models', NASTY]],
  ['sweep', ['sweep', `${NASTY}.png`, '-p', LINES, '--vary', 'guidance=2,3', '--yes']],
  ['sweep, none', ['sweep', 'cat.png', '-p', 'x', '--vary', `${NASTY}=1,2`]],
  ['requests', ['requests']],
  ['requests, JSON', ['requests', '--json']],
  ...['status', 'wait', 'result', 'cancel', 'reconcile', 'models', 'pick', 'trust', 'migrate'].map(
    (command): [string, string[]] => [command, [command, NASTY]],
  ),
  ['status of the last', ['status', 'last']],
  ['result of the last', ['result', 'last']],
  ['costs', ['costs', '--by', NASTY]],
  ['costs since', ['costs', '--since', NASTY]],
  ['the sandbox', ['sandbox', '--port', NASTY], { [`FAL_EDIT_${NASTY}`]: '1' }],
];

test('no command shows them to a terminal as they are', { timeout: 120_000 }, async () => {
  const cwd = await folder();
  const fal = await sandbox({ queueMs: 0, inferenceMs: 0, renderPictures: false });
  const leaks: string[] = [];
  for (const [name, argv, env = {}] of commands) {
    const { code, stdout, stderr } = await runCli(argv, {
      ...{ cwd: name === 'a config file' ? path.join(cwd, 'configured') : cwd, tty: true },
      env: { ...fal.env, FORCE_COLOR: '1', CI: 'true', ...env },
      context: { sleep: quickly },
    });
    if (['an odd name', 'batch', 'compare', 'sweep'].includes(name))
      expect(code, `${name}: ${stderr}`).toBe(0);
    for (const [stream, text] of Object.entries({ stdout, stderr })) {
      const shown = text.replace(OURS, (sequence) => (sequence === CONCEALED ? sequence : ''));
      for (const line of shown.split('\n'))
        if (CONTROL.test(line)) leaks.push(`${name}, ${stream}: ${JSON.stringify(line)}`);
    }
  }
  expect(leaks).toEqual([]);
});
