import { wrap } from './wrap.js';

/** What help shows of a flag. */
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
  commands?: readonly (readonly [string, string])[];
  /** Closing lines. */
  footer?: readonly string[];
}

const WIDTH = 80;
const COLUMN = 32;

/** A help page of at most 80 columns, examples first. */
export function helpText(page: HelpPage): string {
  const { usage, about, examples, flags, commands = [], footer = [] } = page;
  const groups = [...new Set(flags.map((flag) => flag.group))];
  const sections = [
    [about],
    ['Examples:', ...examples.flatMap(([command, what]) => [`  # ${what}`, `  ${command}`])],
    [`Usage: ${usage}`],
    ...groups.map((group) => [
      `${group}:`,
      ...flags.filter((flag) => flag.group === group && flag.hidden !== true).flatMap(flagLines),
    ]),
    ...(commands.length === 0
      ? []
      : [['Commands:', ...commands.flatMap(([name, what]) => columns(`  ${name}`, what))]]),
    ...(footer.length === 0 ? [] : [[...footer]]),
  ];
  return `${sections.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function flagLines({ name, short, value, help }: HelpFlag): string[] {
  const left = `  ${short === undefined ? '   ' : `-${short},`} --${name}${value === undefined ? '' : ` ${value}`}`;
  return columns(left, help);
}

/** Two columns; a long left side gets a line of its own, a long right side is wrapped. */
function columns(left: string, right: string): string[] {
  const wrapped = wrap(right, WIDTH - COLUMN);
  const indent = ' '.repeat(COLUMN);
  if (left.length > COLUMN - 2) return [left, ...wrapped.map((line) => indent + line)];
  return wrapped.map((line, index) => (index === 0 ? left.padEnd(COLUMN) : indent) + line);
}
