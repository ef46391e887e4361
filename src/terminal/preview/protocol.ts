import type { Context, Output } from '../../context.js';

/** How pictures are shown; `none`: not at all. */
export type PictureProtocol = 'kitty' | 'iterm' | 'blocks' | 'none';

type Env = Context['env'];

/**
 * Picture protocol of a terminal, from its environment: asking the terminal itself could wait for an answer that
 * never comes. `none` if stdout is not a terminal, with TERM=dumb, and in CI. Half blocks if the terminal is unknown,
 * or behind a multiplexer (tmux, screen, Zellij), which lets no pictures through.
 */
export function pictureProtocol(output: Pick<Output, 'isTTY'>, env: Env): PictureProtocol {
  if (output.isTTY !== true || env['TERM'] === 'dumb' || isSet(env['CI'])) return 'none';
  if (isMultiplexed(env)) return 'blocks';
  return byTerm(env['TERM'] ?? '') ?? byProgram(env) ?? byTraces(env) ?? 'blocks';
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && !['', '0', 'false'].includes(value);
}

function isMultiplexed({ TMUX, STY, ZELLIJ, TERM = '' }: Env): boolean {
  return [TMUX, STY, ZELLIJ].some((value) => (value ?? '') !== '') || /^(tmux|screen)/.test(TERM);
}

/** TERM is passed on over SSH, unlike other variables of the local machine. */
function byTerm(term: string): PictureProtocol | undefined {
  return ['xterm-kitty', 'xterm-ghostty'].includes(term) ? 'kitty' : undefined;
}

/** By TERM_PROGRAM. WezTerm has both; the protocol of Kitty can be switched off there. */
const PROGRAMS: Readonly<Record<string, PictureProtocol>> = {
  kitty: 'kitty',
  ghostty: 'kitty',
  'iTerm.app': 'iterm',
  WezTerm: 'iterm',
  mintty: 'iterm',
};

/**
 * An unknown TERM_PROGRAM may have inherited the other variables from the terminal it started in, so they do not
 * count.
 */
function byProgram({ TERM_PROGRAM = '' }: Env): PictureProtocol | undefined {
  if (TERM_PROGRAM === '') return undefined;
  return Object.hasOwn(PROGRAMS, TERM_PROGRAM) ? PROGRAMS[TERM_PROGRAM] : 'blocks';
}

function byTraces(env: Env): PictureProtocol | undefined {
  const has = (...names: string[]) => names.some((name) => (env[name] ?? '') !== '');
  if (has('KITTY_WINDOW_ID', 'GHOSTTY_RESOURCES_DIR')) return 'kitty';
  if (has('WEZTERM_PANE', 'WEZTERM_EXECUTABLE')) return 'iterm';
  // iTerm2 sets it so that SSH takes it along, as all of LC_*.
  if (env['LC_TERMINAL'] === 'iTerm2') return 'iterm';
  return undefined;
}
