import type { Settings } from '../../config/settings.js';
import type { Context } from '../../context.js';
import type { Terminal } from '../../terminal/terminal.js';

/** What a batch runs in. */
export interface Surroundings {
  settings: Settings;
  context: Context;
  terminal: Terminal;
  json: boolean;
}
