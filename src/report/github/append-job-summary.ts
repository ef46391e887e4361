import { open } from 'node:fs/promises';
import { messageOf } from '../../errors/error.js';

/** GitHub ignores a larger file and marks the step with an error. */
const MOST_BYTES = 1_048_576;
const CUT = '\nThe rest did not fit: GitHub allows 1 MiB per step.\n';
const NEWLINE = 0x0a;

/**
 * Appends Markdown to the file that GITHUB_STEP_SUMMARY names, and never exceeds what GitHub accepts. Text that does
 * not fit is cut at the end of a line, with a note; if not even one line fits, the file is left unchanged.
 *
 * @returns what went wrong, or that there was no room; undefined if the text was written, whole or cut with a note.
 * Never throws: a summary must not fail a batch that was paid for.
 */
export async function appendJobSummary(file: string, text: string): Promise<string | undefined> {
  try {
    const handle = await open(file, 'a');
    try {
      const { size } = await handle.stat();
      // The existing text may lack a final newline.
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
  // Position 0 is our own leading newline.
  return end <= 0 ? undefined : Buffer.concat([bytes.subarray(0, end + 1), cut]);
}
