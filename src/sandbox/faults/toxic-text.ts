import type * as z from 'zod';
import { ROLES, TRAITS, toxicSchema, type Toxic, type ToxicType } from './toxics.js';

const COMMON = ['on', 'stream', 'toxicity', 'times', 'after', 'nth', 'name'];

/**
 * Checks an untrusted fault.
 *
 * @throws Error whose message names the invalid part and what it allows
 */
export function checkToxic(value: unknown): Toxic {
  const parsed = toxicSchema.safeParse(value);
  if (!parsed.success) throw new Error(explain(parsed.error.issues[0], value));
  const toxic = parsed.data;
  const trait = TRAITS[toxic.type];
  if (trait.either !== true && toxic.stream !== undefined && toxic.stream !== trait.stream) {
    throw new Error(`toxic ${toxic.type}: stream can only be ${trait.stream}`);
  }
  if (trait.roles !== undefined && toxic.on !== '*' && !trait.roles.includes(toxic.on)) {
    throw new Error(
      `toxic ${toxic.type}: on "${toxic.on}" is not possible; allowed: ${trait.roles.join(', ')}`,
    );
  }
  if (toxic.nth !== undefined && (toxic.after !== undefined || toxic.times !== undefined)) {
    throw new Error(`toxic ${toxic.type}: nth cannot be given together with after or times`);
  }
  if (toxic.type === 'pause' && toxic.at !== undefined && toxic.stream === 'upstream') {
    throw new Error('toxic pause: at counts bytes of the answer: stream can only be downstream');
  }
  return toxic;
}

/**
 * Parses a fault as the command line takes it, `type,key=value,…`; a comma inside a value is written `\,`.
 *
 * @throws Error whose message names the invalid part and what it allows
 */
export function parseToxic(text: string): Toxic {
  const [type = '', ...pairs] = text.split(/(?<!\\),/).map((part) => part.replaceAll('\\,', ',').trim());
  const toxic: Record<string, unknown> = { type };
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    if (at < 1) throw new Error(`toxic "${text}": "${pair}" is not of the form key=value`);
    const key = pair.slice(0, at);
    toxic[key] = key === 'body' || key === 'name' ? pair.slice(at + 1) : scalar(pair.slice(at + 1));
  }
  return checkToxic(toxic);
}

/** One line per fault type, for the help. */
export function describeToxics(): string[] {
  const lines = Object.entries(TRAITS).map(([type, trait]) => {
    const own = attributesOf(type)
      .filter((name) => name !== 'headers')
      .map((name) => `,${name}=…`);
    const roles =
      trait.roles === undefined || trait.roles.length > 4 ? '' : ` (on ${trait.roles.join(', ')})`;
    return `${type}${own.join('')}: ${trait.about}${roles}`;
  });
  return [
    ...lines,
    `each with on=${[...ROLES, '*'].join('|')} and, where wanted, stream=upstream|downstream,` +
      ' toxicity=0..1, times=N, after=N or nth=N, name=…; stream is downstream (after the request was acted on)' +
      ' unless given, upstream (instead of acting) for status and html',
  ];
}

function scalar(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true';
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}

function attributesOf(type: string): string[] {
  const option = toxicSchema.options.find((one) => one.shape.type.value === type);
  return Object.keys(option?.shape ?? {}).filter((name) => name !== 'type' && !COMMON.includes(name));
}

function field(value: unknown, name: PropertyKey | undefined): string {
  if (typeof value !== 'object' || value === null || name === undefined) return '';
  const found: unknown = Reflect.get(value, name);
  if (found === undefined) return '';
  return typeof found === 'string' ? found : JSON.stringify(found);
}

function explain(issue: z.core.$ZodIssue | undefined, value: unknown): string {
  const type = field(value, 'type');
  if (issue === undefined || !Object.keys(TRAITS).includes(type)) {
    const types: ToxicType[] = toxicSchema.options.map((one) => one.shape.type.value);
    return `unknown toxic "${type}"; allowed: ${types.join(', ')}`;
  }
  const at = issue.path[0];
  if (issue.code === 'unrecognized_keys') {
    const allowed = [...attributesOf(type), ...COMMON].join(', ');
    return `toxic ${type}: unknown attribute "${issue.keys.join('", "')}"; allowed: ${allowed}`;
  }
  if (at === 'on') {
    return `toxic ${type}: unknown role "${field(value, 'on')}"; allowed: ${ROLES.join(', ')}, *`;
  }
  return `toxic ${type}: ${String(at)}: ${issue.message}`;
}
