import type { HelpPage } from '../../terminal/help.js';
import { RECONCILE_FLAGS } from '../flags/reconcile.js';

export const RECONCILE_HELP: HelpPage = {
  about: 'Find out what came of edits that may have been sent: asks fal, pays nothing.',
  examples: [
    ['fal-edit reconcile', 'the one edit of which it is not known'],
    ['fal-edit reconcile --all', 'all of them'],
    ['fal-edit reconcile j4k2m9x7qw3a', 'a certain one; the beginning of its id is enough'],
  ],
  usage: 'fal-edit reconcile [--all | <job>...] [options]',
  flags: RECONCILE_FLAGS,
  footer: [
    'What fal took is fetched and saved as the edit itself would have been; where fal',
    'took it twice, both are. What fal did not take may be run again, and is believed',
    'only when the time of --settle has passed. It takes the key that the edit was',
    'sent with, or a proxy that lets https://api.fal.ai through.',
    'Exit codes: 0 all is known and here, 4 no access, 7 fal cannot be asked,',
    '9 still unknown.',
  ],
};
