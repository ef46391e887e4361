import type { HelpPage } from '../../terminal/help.js';
import { TRUST_FLAGS } from '../flags/trust.js';

export const TRUST_HELP: HelpPage = {
  about: 'Trust the settings files of a folder, as long as they stay as they are.',
  examples: [
    ['fal-edit trust', 'trust .env and fal-edit.config.json of this folder'],
    ['fal-edit trust ../shop --dry-run', 'show what trusting would allow'],
    ['fal-edit trust --list', 'show the files that you trust'],
    ['fal-edit trust ../shop --remove', 'no longer trust them'],
  ],
  usage: 'fal-edit trust [folder] [options]',
  flags: TRUST_FLAGS,
  footer: [
    'Untrusted files may set a key, how pictures are made, and lower caps. They may',
    'not set a proxy, the ledger folder, --force, --again, --yes, --prompt-file or',
    '--junit, nor name files outside of their folder. A file that changes is no',
    'longer trusted. For one run: --trust-project, or FAL_EDIT_TRUST_PROJECT=1.',
  ],
};
