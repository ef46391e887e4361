/* docs/json.md describes what the program prints: every document is held against the schema that the page is made from. */
import { cp, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { JSON_DOCUMENTS } from '../../scripts/docs/json-documents.js';
import { runCli } from '../support/run-cli.js';
import { sandbox } from '../support/sandbox.js';
import { tempDir } from '../support/temp-dir.js';
import { ROOT } from './pages.js';

type Name = keyof typeof JSON_DOCUMENTS;

test('every JSON document has the fields that the page lists', { timeout: 60_000 }, async () => {
  const fal = await sandbox({ renderPictures: false });
  const cwd = await tempDir();
  await cp(path.join(ROOT, 'examples'), path.join(cwd, 'examples'), { recursive: true });
  const seen = new Set<Name>();
  const problems: string[] = [];
  const check = (name: Name, value: unknown): void => {
    seen.add(name);
    const { success, error } = JSON_DOCUMENTS[name].schema.safeParse(value);
    if (!success) problems.push(`${name}: ${error.message}`);
  };
  const run = async (name: Name, line: string): Promise<void> => {
    const { json } = await runCli([...line.split(' '), '--json'], { cwd, env: fal.env });
    check(name, json());
  };
  const file = (name: string): Promise<string> => readFile(path.join(cwd, name), 'utf8');

  await run('edit', 'examples/coffee.png -p blue -o cup.png');
  await run('dryRun', 'examples/coffee.png -p blue --dry-run');
  await run('failure', 'examples/coffee.png -p blue -m flux-2-lora --strength 0.6');
  await run('batchFailure', 'batch examples/broken.csv -d broken');
  await run('batchDryRun', 'batch examples/edits.csv -d out --dry-run');
  const { stdout } = await runCli('batch examples/edits.csv -d out --events --yes'.split(' '), {
    cwd,
    env: fal.env,
  });
  for (const line of stdout.trim().split('\n')) check('event', JSON.parse(line));
  await run('batch', 'batch examples/edits.csv -d out --yes');
  await run('frozen', 'batch examples/edits.csv -d out --frozen');
  for (const line of (await file('out/results.jsonl')).trim().split('\n')) check('row', JSON.parse(line));
  check('summary', JSON.parse(await file('out/summary.json')));
  await run('compare', 'compare examples/chelsea.png -p blue --yes');
  check('compared', JSON.parse(await file('compare.out/compare.json')));
  await run(
    'sweep',
    'sweep examples/chelsea.png -p blue --vary strength=0.3,0.6 --best max-change=0.9 --yes',
  );
  check('swept', JSON.parse(await file('sweep.out/sweep.json')));
  await run('models', 'models flux-dev');
  await run('check', 'models --check');
  await run('search', 'models search flux');
  await run('migrate', 'migrate examples/request.json --from flux-general --to flux-2-lora');
  await run('migrate', 'migrate examples/edits.csv --to flux-2-lora');
  await run('requests', 'requests');
  await run('edit', 'examples/coffee.png -p green -o later.png --detach');
  await run('status', 'status last');
  await run('edit', 'wait last');
  await run('wait', 'wait --unfinished');
  await run('cancel', 'cancel last');
  await run('reconcile', 'reconcile');
  await run('costs', 'costs');
  await run('batch', 'batch examples/edits.csv -d played --sandbox --yes');
  check('summary', JSON.parse(await file('played/summary.json')));
  await run('costs', 'costs --sandbox');
  await run('costs', 'costs --by day --since today');
  await run('trust', 'trust --list');
  expect(problems).toEqual([]);
  expect([...seen].sort()).toEqual(Object.keys(JSON_DOCUMENTS).sort());
});
