import type { EditingSettings } from '../flags/editing.js';
import type { OnBatchEvent } from '../../batch/events.js';
import type { Context } from '../../context.js';
import type { ModelSource } from '../model-source.js';
import type { Terminal } from '../../terminal/terminal.js';

/** Environment of a batch command. */
export interface Surroundings {
  settings: EditingSettings;
  context: Context;
  terminal: Terminal;
  json: boolean;
  /** The models that the command has loaded; by the settings if absent. */
  models?: ModelSource;
  /** Takes the events as well, for callers of the library. */
  onEvent?: OnBatchEvent;
}
