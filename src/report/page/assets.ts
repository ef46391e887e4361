import { readFile } from 'node:fs/promises';

/** Styles in the order they are joined: of two rules of equal specificity the later one wins. */
const STYLES = [
  'page.css',
  'page-masthead.css',
  'page-controls.css',
  'page-cards.css',
  'page-grid.css',
  'page-viewer.css',
  'page-stage.css',
  'page-details.css',
  'page-charts.css',
];

/** Scripts, each after those it imports from. */
const SCRIPTS = [
  'page-text.js',
  'page-elements.js',
  'page-icons.js',
  'page-data.js',
  'page-announce.js',
  'page-copy.js',
  'page-theme.js',
  'page-picture.js',
  'page-select.js',
  'page-segments.js',
  'page-choose.js',
  'page-growing.js',
  'page-shape.js',
  'page-neighbour.js',
  'page-keys.js',
  'page-controls.js',
  'page-list.js',
  'page-cell.js',
  'page-grid-row.js',
  'page-grid-table.js',
  'page-grid.js',
  'page-scale.js',
  'page-chart.js',
  'page-zoom.js',
  'page-pane.js',
  'page-gestures.js',
  'page-handle.js',
  'page-heat.js',
  'page-stage.js',
  'page-against.js',
  'page-details.js',
  'page-help.js',
  'page-strip.js',
  'page-viewer-bar.js',
  'page-viewer-keys.js',
  'page-viewer.js',
  'page-results.js',
  'page.js',
];

/** Text of the style and of the script of every page. */
export interface Assets {
  style: string;
  script: string;
}

/**
 * Reads files in the folder next to this one, by default those of a report; the build puts that folder next to the
 * bundle.
 */
export async function readAssets(
  styleNames: readonly string[] = STYLES,
  scriptNames: readonly string[] = SCRIPTS,
): Promise<Assets> {
  const [styles, scripts] = await Promise.all([
    Promise.all(styleNames.map(read)),
    Promise.all(scriptNames.map(read)),
  ]);
  return { style: styles.join('\n'), script: scripts.map(withoutModules).join('\n') };
}

/** Reads a file with line ends normalised as a browser does, since the hash must match what the browser reads. */
async function read(name: string): Promise<string> {
  const text = await readFile(new URL(`./assets/${name}`, import.meta.url), 'utf8');
  return text.replaceAll('\r\n', '\n');
}

/** Removes imports and exports: a page opened from a file may not load modules, so all files share one scope. */
function withoutModules(script: string): string {
  return script
    .replace(/^\/\* global .*\*\/\n+/, '')
    .replace(/^import [^;]* from '\.\/page-[a-z-]+\.js';\n+/gm, '')
    .replace(/^export /gm, '');
}
