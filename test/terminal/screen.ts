import { clearLine, cursorTo, moveCursor } from 'node:readline';
import { Writable } from 'node:stream';

const PIECE = /\r|\n|\p{Cc}\[(\?)?([\d;]*)([A-Za-z])|\P{Cc}+|\p{Cc}/gu;

/** A terminal of 80 columns for tests: takes what a program writes, and tells what a person sees then. */
export class Screen extends Writable {
  readonly isTTY = true;
  readonly columns = 80;
  /** All that was written, as it came. */
  raw = '';
  private readonly lines: string[][] = [[]];
  private row = 0;
  private column = 0;

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    const text = chunk.toString();
    this.raw += text;
    for (const [whole, isPrivate, numbers = '', letter] of text.matchAll(PIECE)) {
      if (letter !== undefined) this.move(isPrivate === undefined ? letter : '', Number(numbers));
      else if (whole === '\r') this.column = 0;
      else if (whole === '\n') this.newLine();
      else this.put(whole);
    }
    done();
  }

  cursorTo(x: number): boolean {
    return cursorTo(this, x);
  }

  clearLine(direction: -1 | 0 | 1): boolean {
    return clearLine(this, direction);
  }

  moveCursor(dx: number, dy: number): boolean {
    return moveCursor(this, dx, dy);
  }

  /** What is to be seen, line by line, without blank lines at the end. */
  shown(): string[] {
    // A place that was passed over has no character.
    const lines = this.lines.map((line) =>
      Array.from(line, (one?: string) => one ?? ' ')
        .join('')
        .trimEnd(),
    );
    while (lines.at(-1) === '') lines.pop();
    return lines;
  }

  private put(text: string): void {
    const line = this.lines[this.row]!;
    for (const character of text) line[this.column++] = character;
  }

  private newLine(): void {
    this.row++;
    this.column = 0;
    this.lines[this.row] ??= [];
  }

  /** The few commands of ours and of ora's; colours and private modes show nothing. */
  private move(letter: string, count: number): void {
    const line = this.lines[this.row]!;
    if (letter === 'A') this.row = Math.max(0, this.row - (count || 1));
    if (letter === 'G') this.column = Math.max(0, (count || 1) - 1);
    if (letter === 'K' && count === 0) line.length = Math.min(line.length, this.column);
    if (letter === 'K' && count !== 0) line.length = 0;
    if (letter === 'J') {
      line.length = Math.min(line.length, this.column);
      this.lines.length = this.row + 1;
    }
  }
}
