import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { openForUser } from '../../src/terminal/open.js';
import { until } from '../edit/harness.js';
import { tempDir } from '../support/temp-dir.js';

/** A folder in which programs of these names write down what they were asked to open. */
async function openers(...names: string[]): Promise<{ folder: string; opened: () => Promise<string> }> {
  const folder = await tempDir();
  const script = `#!/bin/sh\nprintf '%s\\n' "$@" > "${folder}/part"\nmv "${folder}/part" "${folder}/opened"\n`;
  await Promise.all(names.map((name) => writeFile(path.join(folder, name), script, { mode: 0o755 })));
  const opened = async (): Promise<string> => {
    await until(() => existsSync(path.join(folder, 'opened')));
    return readFile(path.join(folder, 'opened'), 'utf8');
  };
  return { folder, opened };
}

describe.skipIf(process.platform === 'win32')('openForUser', () => {
  test.each<[string, string, string[]]>([
    ['linux', 'xdg-open', []],
    ['freebsd', 'xdg-open', []],
    ['darwin', 'open', []],
    ['win32', 'rundll32', ['url.dll,FileProtocolHandler']],
  ])('%s: %s, and no shell', async (system, command, words) => {
    const { folder, opened } = await openers(command);
    const target = '/tmp/a b/$(touch x);&"quoted".html';
    const env = { PATH: `${folder}:/usr/bin:/bin` };
    expect(await openForUser(target, { env }, system)).toBeUndefined();
    expect(await opened()).toBe(`${[...words, target].join('\n')}\n`);
  });

  test('says where there is no opener', async () => {
    const { folder } = await openers();
    expect(await openForUser('/tmp/x', { env: { PATH: folder } }, 'linux')).toMatch(/^xdg-open: .*ENOENT/);
  });
});
