import * as z from 'zod';

/** Purposes of requests: faults target them, and the ledger counts by them. */
export const ROLES = [
  'submit',
  'status',
  'stream',
  'result',
  'cancel',
  'initiate',
  'put',
  'file',
  'models',
  'pricing',
  'history',
] as const;
export type Role = (typeof ROLES)[number];

const whole = z.number().int().nonnegative();
const positive = z.number().int().positive();

const common = {
  /** Name by which its hits can be counted and waited for. */
  name: z.string().optional(),
  /** The role it targets, or `*` for all. */
  on: z.enum([...ROLES, '*']),
  /** `upstream`: before the request is handled; `downstream`: afterwards, in place of the answer. */
  stream: z.enum(['upstream', 'downstream']).optional(),
  /** Share of matching requests that it hits, 0 to 1; default 1. */
  toxicity: z.number().min(0).max(1).optional(),
  /** Most requests that it hits; no limit by default. */
  times: positive.optional(),
  /** Number of matching requests that it lets pass first. */
  after: whole.optional(),
  /** The one matching request that it hits, counted from 1; excludes `after` and `times`. */
  nth: positive.optional(),
};

function kind<T extends string, S extends z.ZodRawShape>(type: T, shape: S) {
  return z.strictObject({ type: z.literal(type), ...common, ...shape });
}

/** Uses toxiproxy's words where they exist. Times are milliseconds, sizes bytes, rates KB/s. */
export const toxicSchema = z.discriminatedUnion('type', [
  kind('latency', { latency: whole, jitter: whole.optional() }),
  kind('reset_peer', { at: whole.optional() }),
  kind('slow_close', { delay: whole.optional() }),
  kind('fin', {}),
  kind('limit_data', { bytes: whole.optional(), fraction: z.number().min(0).max(1).optional() }),
  kind('timeout', {}),
  kind('pause', { at: whole.optional() }),
  kind('status', {
    code: z.number().int().min(400).max(599),
    body: z.string().optional(),
    html: z.boolean().optional(),
    headers: z.record(z.string(), z.string()).optional(),
  }),
  kind('html', {}),
  kind('bandwidth', { rate: z.number().positive() }),
  kind('early_end', { events: whole.optional() }),
  kind('silence', { events: whole.optional() }),
  kind('split', { bytes: positive.optional() }),
  kind('blank', { index: whole.optional() }),
  kind('no_images', {}),
  kind('garbage', {}),
  kind('wrong_format', {}),
  kind('wrong_size', {}),
  kind('terminal', {}),
]);

/** A fault: its effect, the requests it targets, and how often it happens. */
export type Toxic = z.infer<typeof toxicSchema>;
export type ToxicType = Toxic['type'];
export type Direction = 'upstream' | 'downstream';

interface Trait {
  about: string;
  /** Direction if `stream` is absent. */
  stream: Direction;
  /** Whether it can act in either direction; otherwise only in `stream`. */
  either?: boolean;
  /** Roles it makes sense for; default all. */
  roles?: readonly Role[];
}

const json: readonly Role[] = ROLES.filter((role) => role !== 'file' && role !== 'put' && role !== 'stream');

/** Description of each type, for the help. */
export const TRAITS: Readonly<Record<ToxicType, Trait>> = {
  latency: { about: 'waits before it goes on', stream: 'downstream', either: true },
  reset_peer: { about: 'cuts the connection with RST, after `at` bytes', stream: 'downstream', either: true },
  slow_close: { about: 'closes with FIN instead of answering', stream: 'downstream', either: true },
  fin: { about: 'the same, at once', stream: 'downstream', either: true },
  limit_data: { about: 'sends only part of the answer, then closes', stream: 'downstream' },
  timeout: { about: 'never answers', stream: 'downstream', either: true },
  pause: {
    about: 'holds the request, or its answer after `at` bytes, until its name is released',
    stream: 'downstream',
    either: true,
  },
  status: { about: 'answers with an error code', stream: 'upstream', either: true },
  html: { about: "answers 200 with a gateway's HTML page", stream: 'upstream', either: true },
  bandwidth: { about: 'sends the answer slowly', stream: 'downstream' },
  early_end: { about: 'ends before COMPLETED', stream: 'downstream', roles: ['stream'] },
  silence: { about: 'falls silent and stays open', stream: 'downstream', roles: ['stream'] },
  split: { about: 'cuts events apart, inside characters', stream: 'downstream', roles: ['stream'] },
  blank: { about: 'black pictures, marked as moderated', stream: 'downstream', roles: ['result'] },
  no_images: { about: '200 without a picture', stream: 'downstream', roles: ['result'] },
  garbage: { about: '200 with a body that is not JSON', stream: 'downstream', roles: json },
  wrong_format: { about: 'another format than announced', stream: 'downstream', roles: ['file'] },
  wrong_size: { about: 'half as wide as announced', stream: 'downstream', roles: ['file'] },
  terminal: { about: 'control characters in logs and errors', stream: 'downstream' },
};

/** Direction in which a fault acts. */
export function directionOf(toxic: Toxic): Direction {
  return toxic.stream ?? TRAITS[toxic.type].stream;
}

/** A fault that hit a request. */
export interface Encounter {
  toxic: Toxic;
  released: AbortSignal;
  /** Counts the hit if the fault has a name. Call it the moment before the fault happens. */
  reached: () => void;
}
