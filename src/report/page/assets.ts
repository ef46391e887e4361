import { readFile } from 'node:fs/promises';

/** In the order in which they are joined: of two rules of equal weight the later one holds. */
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

/** Each after those from which it imports. */
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

/** Parts of every page: the text of its style and of its script. */
export interface Assets {
  style: string;
  script: string;
}

/**
 * Reads files in the folder beside this one, those of a report if no others are named; the build puts that beside the
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

/** With one kind of line end: a browser reads no other, and the hash has to be of what it reads. */
async function read(name: string): Promise<string> {
  const text = await readFile(new URL(`./assets/${name}`, import.meta.url), 'utf8');
  return text.replaceAll('\r\n', '\n');
}

/** A page opened from a file may not load modules: the files share one, in which every name is seen. */
function withoutModules(script: string): string {
  return script
    .replace(/^\/\* global .*\*\/\n+/, '')
    .replace(/^import [^;]* from '\.\/page-[a-z-]+\.js';\n+/gm, '')
    .replace(/^export /gm, '');
}
