import { describe, expect, test } from 'vitest';
import { retarget, roleOf, targetOf, type FalRequest } from '../../../src/fal/queue/routes.js';

describe('routes', () => {
  const request = (method: string, url: string, proxied = false): FalRequest => ({
    url: proxied ? 'http://127.0.0.1:1/proxy' : url,
    method,
    headers: proxied ? { 'x-fal-target-url': url } : {},
    body: undefined,
  });
  const base = 'https://queue.fal.run/fal-ai/flux-2/requests/1';
  const cases: [string, string, string][] = [
    ['POST', 'https://queue.fal.run/fal-ai/flux-2/lora/edit', 'submit'],
    ['POST', 'https://queue.fal.run/fal-ai/flux-2/lora/edit?fal_webhook=x', 'submit'],
    ['POST', 'https://fal.run/fal-ai/flux-2/lora/edit', 'submit'],
    ['POST', 'https://other.fal.run/x', 'submit'],
    ['POST', `${base}/status/stream`, 'submit'],
    ['POST', 'https://QUEUE.FAL.RUN/x', 'submit'],
    ['GET', `${base}/status/stream?logs=1`, 'stream'],
    ['GET', `${base}/status?logs=1`, 'status'],
    ['GET', base, 'result'],
    ['PUT', `${base}/cancel`, 'cancel'],
    ['GET', 'https://api.fal.ai/v1/models/pricing', 'platform'],
    ['POST', 'https://rest.fal.ai/storage/upload/initiate', 'upload'],
    ['PUT', 'https://v3.fal.media/x', 'upload'],
    ['POST', 'https://fal.run.evil.com/x', 'upload'],
    ['POST', 'https://evilfal.run/x', 'upload'],
  ];
  test.each(cases)('%s %s: %s', (method, url, role) => {
    expect([roleOf(request(method, url)), roleOf(request(method, url, true))]).toEqual([role, role]);
  });

  test('retarget keeps the proxy, and leaves the first request as it was', () => {
    const first = request('GET', `${base}/status/stream`, true);
    const second = retarget(first, new URL(`${base}/status`));
    expect([second.url, targetOf(second).href, targetOf(first).href]).toEqual([
      'http://127.0.0.1:1/proxy',
      `${base}/status`,
      `${base}/status/stream`,
    ]);
    const direct = retarget(request('GET', `${base}/status/stream`), new URL(`${base}/status`));
    expect([direct.url, 'x-fal-target-url' in direct.headers]).toEqual([`${base}/status`, false]);
  });
});
