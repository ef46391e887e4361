/* What the pages of the documentation show, taken apart: fenced blocks, and commands with their output. */

/** A fenced block of a page. */
export interface Fence {
  language: string;
  /** Its lines, without the fences. */
  lines: string[];
  /** Index of its first line in the page, from 0. */
  start: number;
}

/** A command of a console block, or of a comment `<!-- run: … -->`, which is run and not shown. */
export interface ShownCommand {
  /** Without the prompt; lines that end with a backslash are joined. */
  command: string;
  /** What the page shows below it; undefined where it is not shown. */
  output: string[] | undefined;
  /** Indexes of the output's lines in the page: from, and up to but without. */
  from: number;
  to: number;
}

export function fences(markdown: string): Fence[] {
  const found: Fence[] = [];
  let open: Fence | undefined;
  for (const [index, line] of markdown.split('\n').entries()) {
    const [, language] = /^```(\w*)$/.exec(line) ?? [];
    if (language === undefined) open?.lines.push(line);
    else if (open === undefined) open = { language, lines: [], start: index + 1 };
    else {
      found.push(open);
      open = undefined;
    }
  }
  return found;
}

/** The commands of a page in their order, hidden ones too. */
export function shownCommands(markdown: string): ShownCommand[] {
  const hidden = markdown.split('\n').flatMap((line, index): ShownCommand[] => {
    const [, command] = /^<!-- run: (.+) -->$/.exec(line) ?? [];
    return command === undefined ? [] : [{ command, output: undefined, from: index, to: index }];
  });
  const shown = fences(markdown)
    .filter(({ language }) => language === 'console')
    .flatMap(({ lines, start }) => commandsOf(lines, start));
  return [...hidden, ...shown].sort((a, b) => a.from - b.from);
}

function commandsOf(lines: readonly string[], start: number): ShownCommand[] {
  const found: ShownCommand[] = [];
  let continues = false;
  for (const [index, line] of lines.entries()) {
    const at = start + index;
    const last = found.at(-1);
    if (line.startsWith('$ ')) {
      found.push({ command: line.slice(2), output: [], from: at + 1, to: at + 1 });
    } else if (last === undefined) throw new Error(`A console block begins with a command, not with ${line}`);
    else if (continues) Object.assign(last, { command: last.command + line, from: at + 1, to: at + 1 });
    else Object.assign(last, { output: [...(last.output ?? []), line], to: at + 1 });
    const current = found.at(-1);
    continues = current?.output?.length === 0 && current.command.endsWith('\\');
    if (continues && current !== undefined) current.command = current.command.slice(0, -1);
  }
  return found;
}

/** Takes for the output of each command what it said now. */
export function withOutputs(
  markdown: string,
  fresh: readonly { shown: ShownCommand; output: readonly string[] }[],
): string {
  const lines = markdown.split('\n');
  for (const { shown, output } of [...fresh].reverse()) {
    if (shown.output !== undefined) lines.splice(shown.from, shown.to - shown.from, ...output);
  }
  return lines.join('\n');
}

/** A line of three dots stands for lines that the page leaves out. */
const LEFT_OUT = '…';

/** The new output, cut where the page has cut the old one. */
export function cutAs(shown: readonly string[], output: readonly string[]): string[] {
  const at = shown.indexOf(LEFT_OUT);
  if (at < 0) return [...output];
  const after = shown.length - at - 1;
  return [...output.slice(0, at), LEFT_OUT, ...output.slice(output.length - after)];
}

/** Output without what differs from run to run: times, ids, ports, seeds, sizes, the steps of the progress. */
export function masked(lines: readonly string[]): string {
  const kept = lines
    .filter(
      (line) => !/^(info: |queued|running$|request [0-9a-f]{8}-)|\(medians of \d+ and \d+ edits/.test(line),
    )
    .map(maskedLine);
  // Rows end in any order, and a warning comes when its row ends.
  const isPath = (line: string): boolean => /^[\w./-]+\.(png|jpeg|webp)$/.test(line);
  return [...kept.filter((line) => !isPath(line)), ...kept.filter(isPath).sort()].join('\n');
}

function maskedLine(line: string): string {
  return line
    .replaceAll(/\b[0-9a-f]{8}-[0-9a-f-]{27}\b/g, '<request>')
    .replaceAll(/\b[0-9a-f]{64}\b/g, '<sha256>')
    .replaceAll(/\bj[a-z0-9]{11}\b/g, '<job>')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
    .replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:<port>')
    .replaceAll(/\b\d+(\.\d+)? ?(ms|s|min|kB|MB)\b/g, '<$2>')
    .replaceAll(/<(ms|s|min)>/g, '<duration>')
    .replaceAll(/("(?:\w+_ms|bytes|seed|inference|\w+_bytes)": ?)[\d.]+/g, '$1<number>')
    .replaceAll(/\bseed(=| )\d{5,}/g, 'seed$1<number>')
    .replaceAll(/ {2,}/g, ' ');
}
