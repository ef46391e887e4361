import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isRedacted, mapTexts, Secrets } from '../src/secrets.js';

function knowing(env: Record<string, string>): Secrets {
  const secrets = new Secrets();
  secrets.addEnvironment(env);
  return secrets;
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('a key', () => {
  const key = 'c0ffee00-1111:5ecre7/+"5&ecre7=';
  const secret = key.slice(key.indexOf(':') + 1);
  const { redact } = knowing({ FAL_KEY: ` ${key}\n` });
  test.each([
    ['as it is', key],
    ['its secret half', secret],
    ['in a URL', encodeURIComponent(key)],
    ['in a URL, in lower case', encodeURIComponent(secret).toLowerCase()],
    ['in a URL in a URL', encodeURIComponent(encodeURIComponent(key))],
    ['in JSON', JSON.stringify(secret).slice(1, -1)],
    ['in JSON in JSON', JSON.stringify(JSON.stringify(secret)).slice(3, -3)],
    ['in HTML', key.replaceAll('&', '&amp;').replaceAll('"', '&quot;')],
    ['in HTML, by numbers', key.replaceAll('&', '&#38;').replaceAll('"', '&#x22;')],
    ['in base64', base64(key)],
    ['in base64 for URLs', Buffer.from(key).toString('base64url')],
    ['in base64, in a URL', encodeURIComponent(base64(key))],
    ['its secret half in base64', base64(secret)],
    ['twice', `${key} ${key}`],
    ['in a header', `authorization: Key ${key}`],
  ])('%s', (_, text) => {
    const masked = redact(`before ${text} after`);
    expect(masked).toContain('[key]');
    expect(masked).toMatch(/^before .* after$/);
    expect(masked).not.toMatch(/5ecre7|NWVjcmU3/);
    expect(isRedacted(masked)).toBe(true);
    expect(redact(masked)).toBe(masked);
  });

  test('as part of something longer in base64, wherever it begins', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 20 }), fc.string({ maxLength: 20 }), (before, after) => {
        const masked = redact(base64(`${before}${secret}${after}`));
        expect(isRedacted(masked)).toBe(true);
        expect(Buffer.from(masked.replace('[key]', ''), 'base64').toString('latin1')).not.toContain(secret);
      }),
    );
  });

  test('its public half is no secret', () => {
    expect(redact('c0ffee00-1111')).toBe('c0ffee00-1111');
  });

  test('given in halves', () => {
    const { redact: halves } = knowing({ FAL_KEY_ID: 'id-of-it', FAL_KEY_SECRET: 'hidden-half' });
    expect(halves('id-of-it:hidden-half hidden-half')).toBe('[key] [key]');
    expect(knowing({ FAL_KEY_SECRET: 'hidden-half' }).redact('a hidden-half')).toBe('a [key]');
  });
});

describe('a proxy', () => {
  test.each(['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY', 'all_proxy', 'ALL_PROXY'])(
    '%s: its password',
    (name) => {
      const { redact } = knowing({ [name]: 'http://us%40er:p%3Ass%2Fw0rd@proxy.example:3128' });
      for (const text of [
        'p:ss/w0rd',
        'p%3Ass%2Fw0rd',
        'us@er:p:ss/w0rd',
        'http://us%40er:p%3Ass%2Fw0rd@proxy.example',
        `Basic ${base64('us@er:p:ss/w0rd')}`,
        base64('p:ss/w0rd'),
      ]) {
        expect(redact(text)).toContain('[secret]');
        expect(redact(text)).not.toMatch(/w0rd|dzByZA/);
      }
    },
  );

  test('one without a scheme', () => {
    expect(knowing({ https_proxy: 'ann:passw0rd@proxy:3128' }).redact('passw0rd')).toBe('[secret]');
  });

  test("the tokens of fal's proxy", () => {
    const { redact } = knowing({ FAL_PROXY_URL: 'https://a.example/fal?token=t0ken-1234&v=1' });
    expect(redact('https://a.example/fal?token=t0ken-1234&v=1')).toBe(
      'https://a.example/fal?token=[secret]&v=1',
    );
  });

  test('a short password counts with its user name', () => {
    const { redact } = knowing({ https_proxy: 'http://anna:pw@proxy:3128' });
    expect(redact(`pw anna:pw ${base64('anna:pw')}`)).toBe('pw [secret] [secret]');
  });
});

describe('what is left alone', () => {
  test.each<[string, Record<string, string>, string]>([
    ['without a secret', {}, 'a text'],
    ['an empty key', { FAL_KEY: '' }, 'a text'],
    ['a secret of a few letters', { FAL_KEY: 'identity:it' }, 'it is identity'],
    ['hexadecimal digits that could be part of an id', { FAL_KEY: 'id:abc123' }, '00abc123ff'],
    ['a proxy without a password', { https_proxy: 'http://proxy.example:3128' }, 'proxy.example'],
    ['what is no URL', { https_proxy: 'http://[' }, 'http://['],
  ])('%s', (_, env, text) => {
    expect(knowing(env).redact(text)).toBe(text);
  });

  test('values that hold nothing are the same objects', () => {
    const secrets = knowing({ FAL_KEY: 'id:hidden-secret' });
    const value = { a: ['x', { b: null, n: 7, s: 'text' }] };
    expect(secrets.redactIn(value)).toBe(value);
    expect(secrets.redactIn({ a: ['hidden-secret'], n: 7, 'hidden-secret': 1 })).toEqual({
      a: ['[key]'],
      n: 7,
      '[key]': 1,
    });
  });

  test('our own names, whatever the password', () => {
    const secrets = knowing({ https_proxy: 'http://ann:images@proxy' });
    expect(secrets.redactIn({ images: ['images'] })).toEqual({ images: ['[secret]'] });
    expect(mapTexts({ images: 'x' }, () => 'y')).toEqual({ images: 'y' });
  });
});
