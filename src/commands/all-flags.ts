import { EDIT_FLAGS } from './edit-flags.js';
import { SANDBOX_FLAGS } from './sandbox-flags.js';
import type { Flag } from './flag.js';

/** Every flag that any command has: what FAL_EDIT_* variables and config files may name. */
export const ALL_FLAGS: readonly Flag[] = [...EDIT_FLAGS, ...SANDBOX_FLAGS];
