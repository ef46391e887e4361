import { copyCommand } from './page-copy.js';
import { element, foreign } from './page-elements.js';
import { icon } from './page-icons.js';
import { figureText, STATE_WORDS, visibleText } from './page-text.js';

/** @import { Axis, Metric, ReportItem, ReportPicture } from '../data.js' */

/**
 * All that is known of an item, beside its pictures.
 *
 * @param {ReportItem} item
 * @param {{ metrics: readonly Metric[], axes: readonly Axis[] }} head
 */
export function detailsOf(item, head) {
  return [
    element('p', { class: 'verdict-line', 'data-state': item.state }, stateWords(item)),
    item.notes.length > 0 &&
      element('ul', { class: 'notes' }, ...item.notes.map((note) => element('li', { dir: 'auto' }, note))),
    section('Prompt', element('p', { class: 'full-prompt', dir: 'auto' }, item.prompt)),
    section('Facts', element('dl', { class: 'pairs' }, ...factsOf(item, head).flatMap(pair))),
    item.beforeUrls.length > 0 &&
      section(
        'From the web',
        ...item.beforeUrls.map((url) => element('p', { class: 'address', dir: 'ltr' }, visibleText(url))),
      ),
    item.command !== null && commandSection(item, item.command),
  ].filter((part) => part !== false);
}

/** @param {ReportItem} item */
function stateWords({ state }) {
  return element('span', { class: 'state' }, STATE_WORDS[state]);
}

/**
 * @param {string} title
 * @param {Node[]} content
 */
function section(title, ...content) {
  return element('section', {}, element('h3', {}, title), ...content);
}

/**
 * @param {ReportItem} item
 * @param {{ metrics: readonly Metric[], axes: readonly Axis[] }} head
 */
function factsOf(item, { metrics, axes }) {
  const [before] = item.before;
  const [after] = item.after;
  const sizes = [before, after].map(sizeOf).filter((text) => text !== undefined);
  /** @type {[string, string | undefined][]} */
  const facts = [
    ['model', item.model],
    ['seed', String(item.seed)],
    ...axes
      .filter(({ name }) => name !== 'model' && name !== 'seed')
      .map(({ name }) => /** @type {[string, string | undefined]} */ ([name, item.at[name]])),
    ...metrics.map(
      (metric) => /** @type {[string, string | undefined]} */ ([metric.label, figureText(item, metric)]),
    ),
    ['pixels', sizes.length > 0 ? sizes.join(' → ') : undefined],
    ['from', namesOf(item.before)],
    ['file', namesOf(item.after)],
    ['request', item.request ?? undefined],
  ];
  return facts.flatMap(([name, text]) => (text === undefined ? [] : [{ name, text }]));
}

/** @param {{ name: string, text: string }} fact */
function pair({ name, text }) {
  return [element('dt', {}, foreign(name)), element('dd', {}, foreign(text))];
}

/** @param {ReportPicture[]} pictures */
function namesOf(pictures) {
  return pictures.length === 0 ? undefined : pictures.map(({ name }) => name).join(', ');
}

/** @param {ReportPicture | undefined} picture */
function sizeOf(picture) {
  if (picture?.width === null || picture?.height === null) return undefined;
  return picture && `${picture.width}×${picture.height}`;
}

/**
 * @param {ReportItem} item
 * @param {string} command
 */
function commandSection(item, command) {
  return section(
    'Command',
    element('pre', { dir: 'ltr' }, element('code', {}, ...commandParts(visibleText(command)))),
    element(
      'button',
      { type: 'button', class: 'button', onclick: () => void copyCommand(item) },
      icon('copy'),
      'Copy the command',
    ),
  );
}

/**
 * A line does not end between the hyphens of a flag.
 *
 * @param {string} command
 */
function commandParts(command) {
  return command
    .split(/(?<=\s)(-[-\w]+)/)
    .map((part, index) => (index % 2 === 0 ? part : element('span', { class: 'flag' }, part)));
}
