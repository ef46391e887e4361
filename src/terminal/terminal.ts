import type { Context, Output } from '../context.js';
import { mapTexts } from '../secrets.js';
import { harmless, harmlessLine, inertJson } from './plain.js';

export interface TerminalOptions {
  quiet: boolean;
  verbose: boolean;
  debug: boolean;
  noColor: boolean;
  /** The run is on the sandbox: documents say so, and errors say that nothing is charged. */
  sandbox: boolean;
  /** Removes secrets from a text. */
  redact: (text: string) => string;
}

type Style = 'red' | 'yellow' | 'green' | 'dim' | 'bold';
type Paint = (style: Style, text: string) => string;

/** Output of a command: results to stdout, everything else to stderr, without secrets or control sequences. */
export interface Terminal {
  options: TerminalOptions;
  /** Whether a spinner may turn: stderr is a terminal, and this is no CI. */
  animated: boolean;
  coloured: boolean;
  paint: Paint;
  /** Prints a result line on stdout: unchanged for scripts, made safe on a terminal. */
  result(line: string): void;
  /** Prints text with pictures on stdout, unchanged; the caller has made it safe. */
  drawn(text: string): void;
  /** Prints a safe line on stderr; nothing under --quiet. */
  note(line: string): void;
  warn(message: string): void;
  /** Also printed under --quiet. */
  error(text: string): void;
  /** Prints one JSON document on stdout. Our documents get a `sandbox` field after their status. */
  json(document: unknown): void;
  /** Prints a line for the CI on stderr, unchanged; the caller has made it safe. */
  command(line: string): void;
}

/** Outputs that already have their only document. */
const answered = new WeakSet<Output>();

/** Whether a command has written its document there. */
export function isAnswered(stdout: Output): boolean {
  return answered.has(stdout);
}

/** Opens the streams of a context for a command. chalk is loaded only where there is something to colour. */
export async function openTerminal(context: Context, options: TerminalOptions): Promise<Terminal> {
  const { stdout, stderr, env } = context;
  const level = colourLevel(stderr, env, options.noColor);
  const paint = await painter(level);
  const write = (stream: Output, text: string): void => {
    stream.write(`${options.redact(text)}\n`);
  };
  const inert = env['GITHUB_ACTIONS'] === 'true' ? withoutCommands : (text: string): string => text;
  const say = (style: Style | undefined, text: string): void => {
    const plain = inert(harmless(text));
    write(stderr, style === undefined ? plain : paint(style, plain));
  };
  return {
    options,
    animated: isAnimated(stderr, env) && !options.quiet && !options.debug,
    coloured: level > 0,
    paint,
    result: (line) => write(stdout, stdout.isTTY === true ? harmless(line) : line),
    drawn: (text) => write(stdout, text),
    note: (line) => {
      if (!options.quiet) say(undefined, harmlessLine(line));
    },
    warn: (message) => {
      if (!options.quiet) say('yellow', `warning: ${harmlessLine(message, 2000)}`);
    },
    // The caller styled it and made its texts safe.
    error: (text) => write(stderr, inert(text)),
    // Redact each text, since keys and numbers are not secrets.
    json: (document) => {
      // Later failures are reported only on stderr.
      if (answered.has(stdout)) return;
      answered.add(stdout);
      const safe = mapTexts(marked(document, options.sandbox), options.redact);
      stdout.write(`${inertJson(JSON.stringify(safe, undefined, 2))}\n`);
    },
    command: (line) => write(stderr, line),
  };
}

/** Adds `sandbox` to a document that does not have it. */
export function marked(document: unknown, sandbox: boolean): unknown {
  if (!isRecord(document) || document['schema_version'] === undefined) return document;
  const { schema_version, status, sandbox: own = sandbox, error, ...rest } = document;
  return {
    schema_version,
    ...(status === undefined ? {} : { status }),
    sandbox: own,
    ...(error === undefined ? {} : { error }),
    ...rest,
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** GitHub's runner executes some lines of stderr as commands: texts from fal and manifests must not be commands. */
function withoutCommands(text: string): string {
  return text.replace(/^([^\S\n]*):(?=:)/gm, '$1: ').replaceAll('##[', '## [');
}

/** On a terminal that reports 0 columns (`script`, `docker -t`), ora would clear lines forever. */
function isAnimated({ isTTY, columns }: Output, env: Context['env']): boolean {
  return isTTY === true && columns !== 0 && !isCi(env) && env['TERM'] !== 'dumb';
}

function isCi(env: Context['env']): boolean {
  const ci = env['CI'] ?? '';
  return ci !== '' && ci !== 'false' && ci !== '0';
}

/** 0 for none to 3 for all colours: NO_COLOR, TERM=dumb and --no-color switch off, FORCE_COLOR on. */
export function colourLevel(stream: Output, env: Context['env'], noColor: boolean): 0 | 1 | 2 | 3 {
  if (noColor || (env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb') return 0;
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined)
    return forced === '0' || forced === 'false' ? 0 : forced === '2' ? 2 : forced === '3' ? 3 : 1;
  if (stream.isTTY !== true) return 0;
  return /truecolor|24bit/.test(env['COLORTERM'] ?? '') ? 3 : /256/.test(env['TERM'] ?? '') ? 2 : 1;
}

async function painter(level: 0 | 1 | 2 | 3): Promise<Paint> {
  if (level === 0) return (_, text) => text;
  const { Chalk } = await import('chalk');
  const chalk = new Chalk({ level });
  return (style, text) => chalk[style](text);
}
