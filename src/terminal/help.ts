import { wrap } from './wrap.js';

/** A flag on a help page. */
export interface HelpFlag {
  name: string;
  short?: string;
  value?: string;
  help: string;
  group: string;
  hidden?: boolean;
}

export interface HelpPage {
  usage: string;
  about: string;
  /** Command and what it does; shown first. */
  examples: readonly (readonly [string, string])[];
  flags: readonly HelpFlag[];
  commands?: readonly (readonly [string, string])[] | undefined;
  /** Paragraphs below the flags. */
  notes?: readonly string[] | undefined;
  /** Exit codes and their meaning. */
  exits: readonly (readonly [number, string])[];
}

const WIDTH = 80;
const COLUMN = 32;

/** A help page of at most 80 columns, examples first. */
export function helpText(page: HelpPage): string {
  const { usage, about, examples, flags, commands = [], notes = [], exits } = page;
  const groups = [...new Set(flags.map((flag) => flag.group))];
  const sections = [
    wrap(about, WIDTH),
    ['Examples:', ...examples.flatMap(([command, what]) => [`  # ${what}`, `  ${command}`])],
    [`Usage: ${usage}`],
    ...(commands.length === 0
      ? []
      : [['Commands:', ...commands.flatMap(([name, what]) => columns(`  ${name}`, what))]]),
    ...groups.map((group) => [
      `${group}:`,
      ...flags.filter((flag) => flag.group === group && flag.hidden !== true).flatMap(flagLines),
    ]),
    ...notes.map((note) => wrap(note, WIDTH)),
    wrap(exitsText(exits), WIDTH),
  ];
  return `${sections.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

/** `Exit codes: 0 done; 2 bad flags.` */
export function exitsText(exits: HelpPage['exits']): string {
  return `Exit codes: ${exits.map(([code, meaning]) => `${code} ${meaning}`).join('; ')}.`;
}

function flagLines({ name, short, value, help }: HelpFlag): string[] {
  const left = `  ${short === undefined ? '   ' : `-${short},`} --${name}${value === undefined ? '' : ` ${value}`}`;
  return columns(left, help);
}

/** Two columns. A long left side gets a line of its own; a long right side is wrapped. */
function columns(left: string, right: string): string[] {
  const wrapped = wrap(right, WIDTH - COLUMN);
  const indent = ' '.repeat(COLUMN);
  if (left.length > COLUMN - 2) return [left, ...wrapped.map((line) => indent + line)];
  return wrapped.map((line, index) => (index === 0 ? left.padEnd(COLUMN) : indent) + line);
}
