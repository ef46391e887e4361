import { describe, expect, test } from 'vitest';
import { editCat, quickly, statusToxic } from './harness.js';
import { sandbox } from '../support/sandbox.js';
import { front, isResult, isSubmit, sendJson } from '../fal/servers.js';

describe('texts from outside', () => {
  const ESC = '\u001b';

  test.each([[], ['--verbose'], ['-p', '[sandbox:policy]'], ['-p', '[sandbox:fail]']])(
    'control characters of logs and errors never reach stderr: %s %s',
    async (...flags) => {
      const fal = await sandbox({ toxics: [{ type: 'terminal', on: '*' }] });
      const { stderr, stdout } = await editCat({ env: fal.env }, ...flags);
      expect(stderr).toMatch(/denoising|refused|error/);
      expect(hostile(stderr)).toEqual([]);
      expect(stdout).not.toContain(ESC);
    },
  );

  test('nor those of a file name', async () => {
    const fal = await sandbox();
    const name = `a${ESC}[2Jb\u0007.png`;
    const { stderr } = await editCat({ env: fal.env, image: name });
    expect(stderr).toContain('error:');
    expect(hostile(stderr)).toEqual([]);
  });

  test('nor those of an answer that is quoted', async () => {
    const detail = `no ${ESC}]0;owned\u0007 way\r\n\u009b2J`;
    for (const on of ['submit', 'result', 'initiate'] as const) {
      const fal = await sandbox({ toxics: [statusToxic(on, 403, { detail })] });
      const { stderr, code } = await editCat({ env: fal.env });
      expect(code).toBe(4);
      expect(hostile(stderr), on).toEqual([]);
    }
  });

  test('nor those of a stack trace', async () => {
    const detail = `no ${ESC}[2J way`;
    const fal = await sandbox({ toxics: [statusToxic('submit', 403, { detail })] });
    const { stderr } = await editCat({ env: fal.env }, '--debug');
    expect(hostile(stderr)).toEqual([]);
  });

  /** Every control character but newline and tab. */
  function hostile(text: string): string[] {
    return text.match(/(?![\n\t])[\p{Cc}\u202e]/gu) ?? [];
  }
});

describe('the key', () => {
  const env = { FAL_KEY: 'c0ffee00-aaaa:5ecre7ha1f5ecre7' };
  const secrets = [env.FAL_KEY, '5ecre7ha1f5ecre7', Buffer.from(env.FAL_KEY).toString('base64')];

  test.each(['submit', 'result', 'initiate', 'status'] as const)(
    'is not shown, though the server echoes it at the %s',
    async (on) => {
      const fal = await sandbox();
      const { url, visits } = await front(fal, (visit, response) => {
        const { target } = visit;
        const here =
          on === 'submit'
            ? isSubmit(visit)
            : on === 'result'
              ? isResult(visit)
              : target.includes(`/${on}`) && !target.endsWith('/stream');
        const echo = { detail: `Who is ${secrets.join(', ')}? ${visit.headers.authorization ?? ''}` };
        return here && sendJson(response, 403, echo);
      });
      const { stdout, stderr } = await editCat(
        { env: { ...env, FAL_PROXY_URL: url } },
        '--debug',
        '--timeout',
        '800ms',
      );
      expect(visits.some((visit) => visit.headers.authorization === `Key ${env.FAL_KEY}`)).toBe(true);
      for (const secret of secrets) {
        expect(stdout).not.toContain(secret);
        expect(stderr).not.toContain(secret);
      }
    },
  );

  test('nor with a fetch that fails with it in its message', async () => {
    const { stdout, stderr, code } = await editCat(
      {
        env: { ...env, FAL_PROXY_URL: 'http://127.0.0.1:1/' },
        context: { sleep: quickly, fetch: () => Promise.reject(new Error(`no way with Key ${env.FAL_KEY}`)) },
      },
      '--debug',
    );
    expect(code).not.toBe(0);
    expect(stderr).toContain('[key]');
    for (const secret of secrets) expect(stdout + stderr).not.toContain(secret);
  });
});
