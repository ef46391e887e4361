/* global document */
import { createAgainst } from './page-against.js';
import { statusLine } from './page-announce.js';
import { copyCommand } from './page-copy.js';
import { detailsOf } from './page-details.js';
import { element } from './page-elements.js';
import { createStage, possibleMode } from './page-stage.js';
import { createStrip } from './page-strip.js';
import { createViewerBar } from './page-viewer-bar.js';
import { viewerKeys } from './page-viewer-keys.js';

/** @import { PageHead, ReportItem, ReportPicture } from '../data.js' */
/** @import { Mode } from './page-stage.js' */
/** @import { Actions } from './page-viewer-bar.js' */

const ZOOM_STEP = 1.5;

/**
 * The dialog in which one edit is looked at. How it is looked at stays when another comes.
 *
 * @param {PageHead} head
 * @param {readonly ReportItem[]} items all of the report
 * @param {(item: ReportItem) => void} onclose called with the one that was seen last
 */
export function createViewer(head, items, onclose) {
  /** @type {readonly ReportItem[]} */
  let list = [];
  let index = 0;
  let result = 0;
  /** @type {Mode} */
  let mode = 'slider';
  /**
   * The files of which the browser has found that they are not there.
   *
   * @type {Set<string>}
   */
  const missing = new Set();
  /**
   * What had the focus before: the browser gives it back when the dialog closes.
   *
   * @type {Element | null}
   */
  let opener = null;

  /** @type {Actions} */
  const actions = {
    compare(wished) {
      mode = wished;
      showPictures();
    },
    zoom: (steps) => stage.zoom(ZOOM_STEP ** steps),
    whole: () => stage.whole(),
    push: (by) => stage.push(by),
    turn(by) {
      if (list[index + by] !== undefined) show(index + by);
    },
    turnResult: (by) => showResult(result + by),
    copy: () => void copyCommand(item()),
    close: () => dialog.close(),
  };
  const bar = createViewerBar(actions);
  const stage = createStage({ onscale: bar.tellScale, onmissing });
  const strip = createStrip(showResult);
  const against = createAgainst(items, head.axes, showPictures);
  const details = element('div', { class: 'details' });
  const dialog = element(
    'dialog',
    { class: 'viewer', 'aria-labelledby': 'viewer-title', onclose: onclosed },
    bar.element,
    element(
      'div',
      { class: 'looking' },
      stage.element,
      element('div', { class: 'under' }, strip.element, against.element),
    ),
    details,
    statusLine(),
  );

  function item() {
    return /** @type {ReportItem} */ (list[index]);
  }

  /** The browser tells it late: the next key may have moved the focus already, and then it stays there. */
  function onclosed() {
    const { activeElement, body } = document;
    if (activeElement === opener || activeElement === body) onclose(item());
  }

  /** @param {number} at */
  function show(at) {
    index = at;
    result = 0;
    bar.tellPlace(item().title, index, list.length);
    details.replaceChildren(...detailsOf(item(), head));
    details.scrollTop = 0;
    strip.show(item());
    against.show(item());
    showPictures();
  }

  /** @param {number} at */
  function showResult(at) {
    if (item().after[at] === undefined) return;
    result = at;
    showPictures();
  }

  function showPictures() {
    const { after, title } = item();
    const picture = after[result];
    const left = against.chosen();
    const name = after.length > 1 ? `result ${result + 1}` : 'result';
    const right = picture && { picture, label: left?.own ?? name, alt: `${name} of ${title}` };
    const pair = { left, right };
    const possible = (/** @type {Mode} */ wished) =>
      possibleMode(wished, pair, ({ src }) => missing.has(src));
    bar.tellMode(possible(mode), (wished) => possible(wished) === wished);
    strip.tell(result);
    stage.show(pair, possible(mode));
  }

  /** @param {ReportPicture} picture */
  function onmissing({ src }) {
    if (missing.has(src)) return;
    missing.add(src);
    showPictures();
  }

  return {
    dialog,
    onkey: viewerKeys(actions),
    /**
     * @param {readonly ReportItem[]} shown in the order in which one goes through them
     * @param {ReportItem} first
     */
    open(shown, first) {
      list = shown;
      opener = document.activeElement;
      dialog.showModal();
      bar.focus();
      show(Math.max(0, shown.indexOf(first)));
    },
  };
}
