import type { Ora } from 'ora';
import type { Context } from '../context.js';
import { bytesText } from '../units.js';
import type { EditEvent } from '../edit/events.js';
import { costText, sandboxCostText } from './cost-text.js';
import { harmlessLine } from './plain.js';
import type { Terminal } from './terminal.js';

/** Shows edits as they run: a spinner on a terminal, plain lines elsewhere. */
export interface Progress {
  /** Shows an event of an edit; the name is needed only with several edits. */
  show: (event: EditEvent, name?: string) => void;
  /** Removes the spinner, so that later output starts on a clean line. */
  stop: () => void;
}

/** @param cwd for short paths */
export async function openProgress(terminal: Terminal, context: Context): Promise<Progress> {
  const spinner = terminal.animated ? await openSpinner(terminal, context) : undefined;
  let last = '';
  const line = (text: string): void => {
    spinner?.clear();
    terminal.note(text);
    spinner?.render();
  };
  return {
    show: (event, name) => {
      const named = (text: string): string => (name === undefined ? text : `${name}: ${text}`);
      if (event.type === 'warning') {
        spinner?.clear();
        terminal.warn(named(event.message));
        return;
      }
      if (event.type === 'unrecorded') {
        // Must not be lost, even under --quiet.
        spinner?.clear();
        terminal.error(unrecordedLine(event));
        return;
      }
      const lasting = lastingLine(event, terminal.options.verbose);
      if (lasting !== undefined) line(named(lasting));
      const now = stateLine(event, terminal.options.sandbox);
      const state = now === undefined ? undefined : named(now);
      if (state === undefined || state === last) return;
      last = state;
      if (spinner !== undefined) spinner.text = harmlessLine(state, 100);
      else line(state);
    },
    stop: () => void spinner?.stop(),
  };
}

/** A spinner. Only for an animated terminal. */
export async function openSpinner({ coloured }: Terminal, { stderr }: Context): Promise<Ora> {
  const { default: ora } = await import('ora');
  return ora({
    stream: stderr,
    isEnabled: true,
    // We read stdin ourselves, and Ctrl-C must reach our handler.
    discardStdin: false,
    hideCursor: true,
    // ora ignores NO_COLOR and our other colour settings.
    color: coloured ? 'cyan' : false,
  }).start();
}

function unrecordedLine({ requestId, why }: Extract<EditEvent, { type: 'unrecorded' }>): string {
  return harmlessLine(
    `fal accepted request ${requestId}, but it could not be recorded in the ledger: ${why}`,
    2000,
  );
}

/** Current state of an edit: text of the spinner, or a line for each change. */
function stateLine(event: EditEvent, sandbox: boolean): string | undefined {
  switch (event.type) {
    case 'uploading':
      return `uploading ${event.files === 1 ? '1 file' : `${event.files} files`} (${bytesText(event.bytes)})`;
    case 'submitting': {
      const cost = sandbox ? sandboxCostText(event) : costText(event);
      return `sending the edit (${cost})${throughText(event.proxies)}`;
    }
    case 'queued':
      return queuedText(event.position);
    case 'running':
      return 'running';
    case 'downloading':
      return event.pictures === 1 ? 'fetching the picture' : `fetching ${event.pictures} pictures`;
    default:
      return undefined;
  }
}

/** ` through https://proxy.example/fal`, to continue a sentence; empty without a proxy. */
export function throughText(proxies: readonly string[]): string {
  return proxies.length === 0 ? '' : ` through ${proxies.join(' and ')}`;
}

function queuedText(position: number | undefined): string {
  if (position === undefined) return 'queued';
  return position === 0 ? 'queued, next in line' : `queued, ${position} ahead`;
}

/** Line that stays on the screen. */
function lastingLine(event: EditEvent, verbose: boolean): string | undefined {
  switch (event.type) {
    case 'note':
      return event.message;
    case 'accepted':
      return `request ${event.requestId}`;
    case 'resumed': {
      const when = new Date(event.plannedAt).toISOString();
      return `resuming request ${event.requestId}, sent on ${when} by this same command: no extra cost (--again pays for another)`;
    }
    case 'waiting':
      return `process ${event.pid} is running this same edit (job ${event.job}); waiting for it (--again pays for another)`;
    case 'log':
      return `  ${event.level === '' ? '' : `${event.level.toLowerCase()}: `}${event.message}`;
    case 'uploaded':
      return verbose ? `uploaded ${event.label} to ${event.url}` : undefined;
    default:
      return undefined;
  }
}
