import { describe, expect, test } from 'vitest';
import { redactor } from '../../src/config/redaction.js';

describe('redactor', () => {
  const key = 'c0ffee00-1111:5ecre7/+5ecre7=';
  const redact = redactor(key);
  test.each([
    ['as it is', key],
    ['the secret half', key.split(':')[1]!],
    ['in a URL', encodeURIComponent(key)],
    ['in base64', Buffer.from(key).toString('base64')],
    ['twice', `${key} ${key}`],
    ['in a header', `authorization: Key ${key}`],
  ])('%s', (_, text) => {
    const masked = redact(`before ${text} after`);
    expect(masked).toContain('[key]');
    expect(masked).toMatch(/^before .* after$/);
    expect(masked).not.toContain('5ecre7');
  });

  test.each([[undefined], ['']])('without a key nothing is masked (%j)', (none) => {
    expect(redactor(none)('a text')).toBe('a text');
  });

  test('a secret of a few letters does not blot out words', () => {
    expect(redactor('id:on')('on and on: id:on')).toBe('on and on: id:on');
  });
});
