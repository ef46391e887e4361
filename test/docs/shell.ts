import { execFile } from 'node:child_process';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Writable } from 'node:stream';
import { promisify } from 'node:util';
import { runCli } from '../support/run-cli.js';

/** A word of a command line, and whether it was quoted. */
interface Word {
  text: string;
  quoted: boolean;
}

/**
 * As much of a shell as the pages need, so that `fal-edit` runs inside of the test's process. Known are `;`, `&`, `>`,
 * `2>`, `|` into other programs, variables that are set, `export`, `unset`, `.`, `$?` and `kill %1`. All else is run by bash.
 */
export class Shell {
  private readonly env: Record<string, string>;
  private code = 0;
  private background: { stop: AbortController; ended: Promise<unknown> } | undefined;

  constructor(
    private readonly cwd: string,
    env: Record<string, string>,
  ) {
    this.env = { ...env };
  }

  /** What the command line says, stdout and stderr as they came. */
  async run(line: string): Promise<string[]> {
    const output: string[] = [];
    for (const { text, isBackground } of parts(line)) output.push(await this.one(text, isBackground));
    const text = output.join('').replaceAll(this.cwd, '~/pictures');
    return text === '' ? [] : text.replace(/\n$/, '').split('\n');
  }

  /** The lasting variables that the page has set and not taken back, and whether something still runs. */
  get left(): string[] {
    const variables = Object.keys(this.env).filter((name) => name === 'FAL_PROXY_URL' || name === 'FAL_KEY');
    return this.background === undefined ? variables : [...variables, 'a command in the background'];
  }

  async end(): Promise<void> {
    this.background?.stop.abort();
    await this.background?.ended;
    this.background = undefined;
  }

  private async one(text: string, isBackground: boolean): Promise<string> {
    const [first, ...rest] = words(text);
    if (first === undefined) return '';
    const assigned = /^([A-Z_]+)=(.*)$/.exec(first.text);
    if (assigned !== null && rest.length > 0) {
      return new Shell(this.cwd, { ...this.env, [assigned[1] ?? '']: assigned[2] ?? '' }).one(
        text.slice(text.indexOf(' ') + 1),
        isBackground,
      );
    }
    switch (first.text) {
      case 'fal-edit':
        return this.falEdit(text, isBackground);
      case 'sleep':
        return '';
      case 'kill':
        await this.end();
        return '';
      case 'unset':
        for (const { text: name } of rest) Reflect.deleteProperty(this.env, name);
        return '';
      case 'export':
        this.setFrom(rest.map((word) => word.text).join(' '));
        return '';
      case '.':
        for (const line of (await readFile(path.join(this.cwd, rest[0]?.text ?? ''), 'utf8')).split('\n')) {
          this.setFrom(line.replace(/^export /, ''));
        }
        return '';
      case 'echo':
        return rest[0]?.text === '$?' ? `${this.code}\n` : this.bash(text);
      default:
        return this.bash(text);
    }
  }

  private setFrom(assignment: string): void {
    const [, name = '', value = ''] = /^(\w+)=(.*)$/.exec(assignment) ?? [];
    if (name !== '') this.env[name] = value;
  }

  private async falEdit(text: string, isBackground: boolean): Promise<string> {
    const [call = '', ...pipes] = text.split(' | ');
    const argv: string[] = [];
    const redirects: Record<string, string> = {};
    const list = words(call).slice(1);
    for (let index = 0; index < list.length; index++) {
      const word = list[index];
      if (word === undefined) continue;
      if (!word.quoted && ['>', '2>', '<'].includes(word.text))
        redirects[word.text] = list[++index]?.text ?? '';
      else argv.push(...(await this.expanded(word)));
    }
    let shown = '';
    let results = Buffer.alloc(0);
    const file = (name: string | undefined): string | undefined =>
      name === undefined || name === '/dev/null' ? undefined : path.join(this.cwd, name);
    const sink = (take: (chunk: Buffer) => void): Writable & { columns: number } =>
      Object.assign(
        new Writable({
          write: (chunk: Buffer, _encoding, done) => {
            take(chunk);
            done();
          },
        }),
        { columns: 100 },
      );
    const keeps = redirects['>'] !== undefined || pipes.length > 0;
    let ready = (): void => undefined;
    const isReady = new Promise<void>((resolve) => (ready = resolve));
    const out = file(redirects['>']);
    if (out !== undefined) await writeFile(out, '');
    const stdout = sink((chunk) => {
      if (keeps) results = Buffer.concat([results, chunk]);
      else shown += chunk.toString();
      if (isBackground && out !== undefined) void appendFile(out, chunk).then(ready);
    });
    const stderr = sink((chunk) => {
      if (redirects['2>'] === undefined && !isBackground) shown += chunk.toString();
    });
    const stop = new AbortController();
    const input = file(redirects['<']);
    const running = runCli(argv, {
      cwd: this.cwd,
      env: this.env,
      interrupt: stop.signal,
      ...(input === undefined ? {} : { stdin: await readFile(input) }),
      context: { stdout, stderr },
    });
    if (isBackground) {
      this.background = { stop, ended: running };
      await isReady;
      return '';
    }
    this.code = (await running).code;
    if (out !== undefined) await writeFile(out, results);
    if (pipes.length === 0) return shown;
    return shown + (await this.bash(pipes.join(' | '), results));
  }

  /** Only `*` in words without quotes. */
  private async expanded({ text, quoted }: Word): Promise<string[]> {
    if (quoted || !text.includes('*'))
      return [text.replaceAll(/\$(\w+)/g, (_, name: string) => this.env[name] ?? '')];
    const found = (await this.bash(`printf '%s\\n' ${text}`)).trim().split('\n');
    return found;
  }

  private async bash(text: string, stdin?: Buffer): Promise<string> {
    const running = promisify(execFile)('bash', ['-c', text], {
      cwd: this.cwd,
      env: { ...process.env, ...this.env },
    });
    running.child.stdin?.end(stdin);
    try {
      const { stdout, stderr } = await running;
      this.code = 0;
      return stdout + stderr;
    } catch (error) {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
      this.code = code;
      return stdout + stderr;
    }
  }
}

/** A line's commands, parted at `;` and `&` outside of quotes. */
function parts(line: string): { text: string; isBackground: boolean }[] {
  const found: { text: string; isBackground: boolean }[] = [];
  const pattern = /((?:'[^']*'|"[^"]*"|&&|[^;&'"])+)([;&]|$)/g;
  for (const [, text = '', end] of line.matchAll(pattern)) {
    if (text.trim() !== '') found.push({ text: text.trim(), isBackground: end === '&' });
  }
  return found;
}

/** The words of a command, without their quotes. */
export function words(text: string): Word[] {
  const pattern = /(?:'[^']*'|"[^"]*"|[^\s'"])+/g;
  return [...text.matchAll(pattern)].map(([word]) => ({
    text: word.replaceAll(
      /'([^']*)'|"([^"]*)"/g,
      (_, single?: string, double?: string) => single ?? double ?? '',
    ),
    quoted: /['"]/.test(word),
  }));
}
