import { open } from 'node:fs/promises';
import { messageOf } from '../../errors/error.js';

/** GitHub shows nothing of a larger file, and marks the step with an error. */
const MOST_BYTES = 1_048_576;
const CUT = '\nThe rest did not fit: GitHub allows 1 MiB per step.\n';
const NEWLINE = 0x0a;

/**
 * Appends Markdown to the file that GITHUB_STEP_SUMMARY names, so that it never holds more than GitHub takes. What does
 * not fit is cut off at the end of a line, with a note; where not even a line fits, the file stays as it is.
 *
 * @returns what went wrong, or that there was no room; undefined where it is all there or was cut with a note. Never
 * throws: a summary is no reason to fail a batch that was paid for.
 */
export async function appendJobSummary(file: string, text: string): Promise<string | undefined> {
  try {
    const handle = await open(file, 'a');
    try {
      const { size } = await handle.stat();
      // Whatever is there already may not have ended its line.
      const fitting = fit(Buffer.from(size === 0 ? text : `\n${text}`), MOST_BYTES - size);
      if (fitting === undefined) return 'GITHUB_STEP_SUMMARY: the job summary is full.';
      await handle.appendFile(fitting);
    } finally {
      await handle.close();
    }
    return undefined;
  } catch (error) {
    return `GITHUB_STEP_SUMMARY: ${messageOf(error)}`;
  }
}

function fit(bytes: Buffer, room: number): Buffer | undefined {
  if (bytes.length <= room) return bytes;
  const cut = Buffer.from(CUT);
  const last = room - cut.length - 1;
  const end = last < 0 ? -1 : bytes.lastIndexOf(NEWLINE, last);
  // Position 0 is the newline of our own in front.
  return end <= 0 ? undefined : Buffer.concat([bytes.subarray(0, end + 1), cut]);
}
