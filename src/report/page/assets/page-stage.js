/* global ResizeObserver */
import { element } from './page-elements.js';
import { attachGestures } from './page-gestures.js';
import { createHandle } from './page-handle.js';
import { createHeat } from './page-heat.js';
import { createPane } from './page-pane.js';
import { placeholder } from './page-picture.js';
import { pushed, WHOLE, zoomed } from './page-zoom.js';

/** @import { ReportPicture } from '../data.js' */
/** @import { Point } from './page-gestures.js' */
/** @import { Shown, Watcher } from './page-pane.js' */

/** @typedef {'slider' | 'side' | 'result' | 'difference'} Mode */
/** @typedef {{ left: Shown | undefined, right: Shown | undefined }} Pair */

/**
 * How two pictures can be shown: where there is one, alone; where a file is not on the disk, beside its placeholder.
 *
 * @param {Mode} wished
 * @param {Pair} pair
 * @param {(picture: ReportPicture) => boolean} isMissing
 * @returns {Mode}
 */
export function possibleMode(wished, { left, right }, isMissing) {
  if (left === undefined || right === undefined) return 'result';
  const isWhole = !isMissing(left.picture) && !isMissing(right.picture);
  return isWhole || wished === 'result' ? wished : 'side';
}

/**
 * The place where a pair of pictures is looked at. Zoom, place and handle stay when other pictures come.
 *
 * @param {object} told
 * @param {(scale: number) => void} told.onscale
 * @param {(picture: ReportPicture) => void} told.onmissing called for a picture that cannot be loaded
 */
export function createStage({ onscale, onmissing }) {
  let view = WHOLE;
  /** @type {Mode} */
  let mode = 'slider';
  /** @type {ReturnType<typeof createPane>[]} */
  let panes = [];
  const handle = createHandle(place);
  const heat = createHeat();
  const root = element('div', { class: 'stage' });
  new ResizeObserver(place).observe(root);

  function place() {
    for (const pane of panes) {
      const { whole, part } = pane.place(view);
      if (mode === 'slider') pane.uncover(handle.place(part), whole);
    }
    root.classList.toggle('near', view.scale > 1);
    onscale(view.scale);
  }

  /**
   * @param {number} factor
   * @param {Point} [at]
   */
  function zoom(factor, at) {
    const pane = paneAt(panes, at);
    if (pane === undefined) return;
    view = zoomed(view, factor, pane.fit(), pane.room(), at && fromMiddle(pane.element, at));
    place();
  }

  /** @param {Point} by */
  function push(by) {
    const [pane] = panes;
    if (pane === undefined) return;
    view = pushed(view, by, pane.fit(), pane.room());
    place();
  }

  /**
   * The whole picture is seen, so that there is nothing to push: the border goes where the pointer is.
   *
   * @param {Point} to
   */
  function moveHandle(to) {
    if (mode === 'slider' && view.scale === 1) handle.moveTo(to.x - root.getBoundingClientRect().left);
  }

  attachGestures(root, {
    ondown: moveHandle,
    ondrag(from, to) {
      if (view.scale === 1) moveHandle(to);
      else push({ x: to.x - from.x, y: to.y - from.y });
    },
    onzoom: zoom,
  });

  return {
    element: root,
    /**
     * @param {Pair} pictures
     * @param {Mode} how a possible one
     */
    show(pictures, how) {
      mode = how;
      panes = panesOf(pictures, mode, { onload: place, onmissing });
      root.dataset['mode'] = mode;
      root.replaceChildren(
        ...(panes.length === 0 ? [placeholder('no picture')] : panes.map((pane) => pane.element)),
        ...(mode === 'slider' ? [handle.element] : []),
        ...(mode === 'difference' ? [heat.filter, heat.legend] : []),
      );
      place();
    },
    zoom,
    push,
    whole() {
      view = WHOLE;
      place();
    },
  };
}

/**
 * @param {Pair} pair
 * @param {Mode} mode
 * @param {Watcher} watcher
 */
function panesOf({ left, right }, mode, watcher) {
  const only = right ?? left;
  if (left === undefined || right === undefined || mode === 'result') {
    return only === undefined ? [] : [createPane({ after: only }, watcher)];
  }
  if (mode === 'side') return [createPane({ before: left }, watcher), createPane({ after: right }, watcher)];
  return [createPane({ before: left, after: right }, watcher)];
}

/**
 * The pane under a point, or the first.
 *
 * @param {ReturnType<typeof createPane>[]} panes
 * @param {Point | undefined} at
 */
function paneAt(panes, at) {
  const isUnder = (/** @type {DOMRect} */ box) =>
    at !== undefined && at.x >= box.left && at.x < box.right && at.y >= box.top && at.y < box.bottom;
  return panes.find((pane) => isUnder(pane.element.getBoundingClientRect())) ?? panes[0];
}

/**
 * @param {HTMLElement} pane
 * @param {Point} at
 * @returns {Point}
 */
function fromMiddle(pane, at) {
  const { left, top, width, height } = pane.getBoundingClientRect();
  return { x: at.x - left - width / 2, y: at.y - top - height / 2 };
}
