/*
 * INVARIANT: no secret of the user is written to a file or a stream. Text from outside is redacted when it is stored
 * (the ledger, results.jsonl) or printed (the terminal); in memory it stays unchanged, since it may be a request id or
 * a URL that is still needed.
 */
import { sha256Of } from './sha256.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** Shorter ones are likely to occur as ordinary words and numbers. */
const SHORTEST = 6;
/** Minimum length for hexadecimal secrets, which could be part of an id. */
const SHORTEST_HEX = 12;

const KEY = '[key]';
const OTHER = '[secret]';

/** Variables that name a proxy, whose URL may hold a password. */
const PROXIES = ['https_proxy', 'http_proxy', 'all_proxy'].flatMap((name) => [name, name.toUpperCase()]);

/**
 * The secrets known to a run. Removes them from texts: raw, URL-encoded (once or more), as HTML and JSON write them,
 * and in base64, also as part of a longer text.
 *
 * {@link isRedacted} recognises a redacted text, and redacting twice changes nothing more.
 */
export class Secrets {
  private readonly known = new Set<string>();
  private readonly forms = { [KEY]: new Set<string>(), [OTHER]: new Set<string>() };
  private pattern: RegExp | undefined;

  /** fal's key: all of it, and its secret half. The other half is not secret. */
  addKey(key: string | undefined): void {
    if (key === undefined || key === '') return;
    const [, ...rest] = key.split(':');
    this.add(KEY, key, rest.join(':'));
  }

  /** The password of a URL, and the values in its query, where a proxy may take a token. */
  addUrl(text: string | undefined): void {
    // curl accepts a proxy without a scheme.
    const url = [text, `http://${text ?? ''}`].find(
      (one) => one?.includes('://') === true && URL.canParse(one),
    );
    if (url === undefined) return;
    const { username, password, searchParams } = new URL(url);
    const [name, word] = [decoded(username), decoded(password)];
    // A short password by itself could be any text; with its user name it is distinctive.
    if (word !== '') this.add(OTHER, `${name}:${word}`, word);
    this.add(OTHER, ...searchParams.values());
  }

  /** The secrets of the environment. */
  addEnvironment(env: Environment): void {
    this.addKey(env['FAL_KEY']?.trim());
    const secret = env['FAL_KEY_SECRET']?.trim() ?? '';
    if (secret !== '') this.addKey(`${env['FAL_KEY_ID']?.trim() ?? ''}:${secret}`);
    for (const name of [...PROXIES, 'FAL_PROXY_URL', 'FAL_EDIT_PROXY_URL']) this.addUrl(env[name]);
  }

  /** A text without the secrets. */
  readonly redact = (text: string): string => {
    const pattern = this.compiled();
    return pattern === undefined
      ? text
      : text.replace(pattern, (_, key: string | undefined) => (key === undefined ? OTHER : KEY));
  };

  /** A JSON value without the secrets, at any depth; the same object if it contains none. */
  redactIn<T>(value: T): T {
    return this.forms[KEY].size + this.forms[OTHER].size === 0 ? value : (mapTexts(value, this.redact) as T);
  }

  /**
   * Distinguishes these secrets from others without revealing them: 16 bits of a hash. Very many texts share the same
   * bits, so they cannot confirm a guess at a weak password.
   */
  marks(): string[] {
    return [...this.known].map((secret) => sha256Of(secret).slice(0, 4));
  }

  private add(mark: typeof KEY | typeof OTHER, ...secrets: string[]): void {
    for (const secret of secrets) {
      if (secret.length < (/^[0-9a-f]*$/i.test(secret) ? SHORTEST_HEX : SHORTEST)) continue;
      this.known.add(secret);
      for (const form of [...base64Forms(secret), textForm(secret)]) this.forms[mark].add(form);
    }
    this.pattern = undefined;
  }

  /** The first group matches the key. */
  private compiled(): RegExp | undefined {
    const [key, other] = [this.forms[KEY], this.forms[OTHER]].map((forms) => [...forms].join('|'));
    if (key === '' && other === '') return undefined;
    // A pattern that never matches replaces an empty one.
    return (this.pattern ??= new RegExp(`(${key || '(?!)'})|(?:${other || '(?!)'})`, 'g'));
  }
}

/** Whether a part of a text was redacted, so that it is no longer the original. */
export function isRedacted(text: string): boolean {
  return text.includes(KEY) || text.includes(OTHER);
}

/** A JSON value with all of its texts changed; the same object if none of them changes. */
export function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const items: unknown[] = value.map((item) => mapTexts(item, change));
    return items.some((item, index) => item !== value[index]) ? items : value;
  }
  const before: [string, unknown][] = Object.entries(value);
  // A server may also have put a secret into a name. Our own names are words, which may equal a secret.
  const after = before.map(
    ([name, item]) =>
      [/^\w+$/.test(name) && name.length < 24 ? name : change(name), mapTexts(item, change)] as const,
  );
  const isSame = before.every(([name, item], index) => {
    const changed = after[index];
    return changed !== undefined && changed[0] === name && changed[1] === item;
  });
  return isSame ? value : Object.fromEntries(after);
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

/** A pattern for a text as it is, and as URLs, HTML and JSON write it. */
function textForm(text: string): string {
  const forms = Array.from(text, (character) =>
    /[A-Za-z0-9]/.test(character) ? character : characterForm(character),
  );
  return forms.join('');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': 'amp',
  '<': 'lt',
  '>': 'gt',
  '"': 'quot',
  "'": 'apos',
};

function characterForm(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const bytes = [...Buffer.from(character)].map((byte) => byte.toString(16).padStart(2, '0'));
  const anyCase = (hex: string): string =>
    hex.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
  const entity = ENTITIES[character];
  const entities = [
    `#0*${code}`,
    `#[xX]0*${anyCase(code.toString(16))}`,
    ...(entity === undefined ? [] : [entity]),
  ];
  return `(?:${[
    character === '\\' ? '\\\\+' : `\\\\*${escaped(character)}`,
    bytes.map((byte) => `%(?:25)*${anyCase(byte)}`).join(''),
    `&(?:amp;)*(?:${entities.join('|')});`,
    `\\\\+u${anyCase(code.toString(16).padStart(4, '0'))}`,
  ].join('|')})`;
}

/**
 * Patterns for the base64 of a text: of the text itself, and as part of a longer one, where it may start at any of
 * three bit offsets. Characters shared with neighbouring text are left out, except at its end.
 */
function base64Forms(text: string): string[] {
  return [0, 1, 2].flatMap((offset) => {
    const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(text)]);
    const whole = Math.floor((bytes.length * 8) / 6);
    const own = bytes.toString('base64').slice(Math.ceil((offset * 8) / 6), whole);
    if (own.length < SHORTEST) return [];
    const form = own.replaceAll('+', '(?:[+-]|%2[bB])').replace(/\//g, '(?:\\\\?\\/|_|%2[fF])');
    return `${form}${(bytes.length * 8) % 6 === 0 ? '' : '[\\w+/-]?'}(?:=|%3[dD]){0,2}`;
  });
}
