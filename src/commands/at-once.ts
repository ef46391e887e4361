import packageJson from '../../package.json' with { type: 'json' };
import { helpText, type HelpPage } from '../terminal/help.js';
import { EDIT_HELP, PAGES } from './help/pages.js';

export const VERSION = packageJson.version;

/**
 * The answer to what asks for nothing but a text: `--version`, `--help`, `sandbox --help`, `help sandbox`. Given
 * before the parser is loaded, so that help costs what Node costs. Undefined where there is work to do.
 */
export function answerAtOnce(argv: readonly string[]): string | undefined {
  if (argv.length === 1 && ['-V', '--version'].includes(argv[0] ?? '')) return `${VERSION}\n`;
  const words = argv.filter((argument) => !['-h', '--help', 'help'].includes(argument));
  if (words.length === argv.length || words.length > 1 || argv.length > 2) return undefined;
  const [word] = words;
  const page = word === undefined ? EDIT_HELP : pageOf(word);
  return page === undefined ? undefined : helpText(page);
}

function pageOf(word: string): HelpPage | undefined {
  return Object.hasOwn(PAGES, word) ? PAGES[word as keyof typeof PAGES] : undefined;
}
