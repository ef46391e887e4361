import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { systemContext, type Output } from '../../src/context.js';
import type { EditEvent } from '../../src/edit/events.js';
import { openProgress } from '../../src/terminal/progress.js';
import { openTerminal } from '../../src/terminal/terminal.js';

/** What stands on a stderr that is no terminal after these events. */
async function shown(events: EditEvent[], flags: { verbose?: boolean; quiet?: boolean } = {}) {
  let text = '';
  const stderr: Output = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      text += chunk.toString();
      done();
    },
  });
  const context = { ...systemContext(new AbortController().signal), stderr, env: {} };
  const { verbose = false, quiet = false } = flags;
  const options = {
    quiet,
    verbose,
    debug: false,
    noColor: true,
    sandbox: false,
    redact: (line: string) => line,
  };
  const progress = await openProgress(await openTerminal(context, options), context);
  for (const event of events) progress.show(event);
  progress.stop();
  return text.split('\n').slice(0, -1);
}

const EVENTS: EditEvent[] = [
  { type: 'warning', message: 'only its first frame' },
  { type: 'uploading', files: 2, bytes: 92_480 },
  { type: 'uploaded', label: 'a.png', url: 'https://fal.media/a.png' },
  { type: 'submitting', estimatedUsd: 0.075, grade: 'calculated', unknown: null, proxies: [] },
  { type: 'accepted', requestId: 'r-1' },
  { type: 'queued', position: 2 },
  { type: 'queued', position: 2 },
  { type: 'queued', position: undefined },
  { type: 'running' },
  { type: 'running' },
  { type: 'log', level: 'INFO', message: 'step \u001b[31m1\u001b[0m\r\nof 2' },
  { type: 'completed' },
  { type: 'downloading', pictures: 1 },
];

describe('progress without a terminal', () => {
  it('is a line for each change, harmless, none twice', async () => {
    expect(await shown(EVENTS)).toEqual([
      'warning: only its first frame',
      'uploading 2 files (92.5 kB)',
      'sending the edit (about $0.075, calculated)',
      'request r-1',
      'queued, 2 ahead',
      'queued',
      'running',
      'info: step 1 of 2',
      'fetching the picture',
    ]);
  });

  it('--verbose shows each upload', async () => {
    expect(await shown(EVENTS, { verbose: true })).toContain('uploaded a.png to https://fal.media/a.png');
  });

  it('--quiet shows nothing', async () => {
    expect(await shown(EVENTS, { quiet: true })).toEqual([]);
  });
});
