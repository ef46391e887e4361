/* global document */
import { statusLine } from './page-announce.js';
import { chartFigure } from './page-chart.js';
import { readHead, readItems } from './page-data.js';
import { byId, element } from './page-elements.js';
import { createHelp } from './page-help.js';
import { iconButton } from './page-icons.js';
import { isTaken, pageKeys } from './page-keys.js';
import { createResults } from './page-results.js';
import { shapeOf } from './page-shape.js';
import { themeButton } from './page-theme.js';
import { createViewer } from './page-viewer.js';

/** @import { PageHead } from '../data.js' */

start();

function start() {
  const head = readHead();
  const items = readItems();
  const byKey = new Map(items.map((item) => [item.key, item]));
  const help = createHelp();
  const results = createResults(head, items, (seen, item) => viewer.open(seen, item));
  const viewer = createViewer(head, items, results.focus);
  const onkey = pageKeys({ ...results, itemOf: (key) => byKey.get(key) });

  document.addEventListener('keydown', (event) => {
    if (isTaken(event) || help.dialog.open) return;
    const act = event.key === '?' ? help.open : viewer.dialog.open ? viewer.onkey(event) : onkey(event);
    if (act === undefined) return;
    event.preventDefault();
    act();
  });

  document.body.style.setProperty('--shape', String(shapeOf(items)));
  byId('page-tools').append(iconButton('keys', 'Keys', help.open), themeButton());
  byId('page').append(...chartSections(head.charts), ...results.elements);
  document.body.append(viewer.dialog, help.dialog, statusLine());
}

/** @param {PageHead['charts']} charts */
function chartSections(charts) {
  if (charts.length === 0) return [];
  return [element('section', { class: 'charts', 'aria-label': 'Charts' }, ...charts.map(chartFigure))];
}
