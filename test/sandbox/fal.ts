import { onTestFinished } from 'vitest';
import { startSandbox, type Sandbox, type SandboxSettings } from '../../src/sandbox/server.js';

export const GENERAL = 'fal-ai/flux-general/image-to-image';
export const FLUX_2 = 'fal-ai/flux-2/lora/edit';

/** A picture of one red dot. */
export const DOT =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC';

/** A sandbox in a hurry, closed after the test. */
export async function quickSandbox(settings: SandboxSettings = {}): Promise<Sandbox> {
  const sandbox = await startSandbox({ queueMs: 0, inferenceMs: 20, ...settings });
  onTestFinished(() => sandbox.close());
  return sandbox;
}

/** One request through the proxy protocol. */
export function call(sandbox: Sandbox, method: string, url: string, body?: unknown, headers = {}) {
  return fetch(sandbox.proxyUrl, {
    method,
    headers: { 'x-fal-target-url': url, 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

export interface LogLine {
  message: string;
}

/** What any of fal's routes may answer; a test reads the fields that its own route has. */
export interface Body {
  status: string;
  request_id: string;
  response_url: string;
  queue_position: number | null;
  logs: LogLine[];
  metrics: { inference_time: number };
  error: string;
  detail: { type: string; msg: string }[];
  images: { url: string; content_type: string; file_size: number; width: number; height: number }[];
  has_nsfw_concepts: boolean[];
  seed: number;
  upload_url: string;
  file_url: string;
  models: unknown[];
  items: HistoryItem[];
  next_cursor: string | null;
  has_more: boolean;
}

/** A row of the platform's request history. */
export interface HistoryItem {
  request_id: string;
  endpoint_id: string;
  started_at: string;
  sent_at: string;
  ended_at: string | null;
  status_code: number | null;
  duration: number | null;
  json_input?: unknown;
  json_output?: unknown;
}

export interface Answer {
  status: number;
  headers: Headers;
  body: Body;
}

/** The same, with the answer read. */
export async function ask(...args: Parameters<typeof call>): Promise<Answer> {
  const response = await call(...args);
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: JSON.parse(text) as Body };
}

/** Submits a job; the base of its URLs. */
export async function submit(sandbox: Sandbox, endpoint: string, input: unknown): Promise<string> {
  const { status, body } = await ask(sandbox, 'POST', `https://queue.fal.run/${endpoint}`, input);
  if (status !== 200) throw new Error(`submit: ${status} ${JSON.stringify(body)}`);
  return body.response_url;
}

/** Waits on the status stream until the job is over; the events that came. */
export async function events(sandbox: Sandbox, base: string, query = '?logs=1'): Promise<Body[]> {
  const response = await call(sandbox, 'GET', `${base}/status/stream${query}`);
  const text = await response.text();
  return text
    .split('\n\n')
    .filter((event) => event.startsWith('data: '))
    .map((event) => JSON.parse(event.slice(6)) as Body);
}

/** Submits, waits, fetches the result. */
export async function run(sandbox: Sandbox, endpoint: string, input: unknown): Promise<Answer> {
  const base = await submit(sandbox, endpoint, input);
  await events(sandbox, base);
  return ask(sandbox, 'GET', base);
}
