/* global setTimeout, clearTimeout */
import { element } from './page-elements.js';
import { icon, iconButton } from './page-icons.js';
import { labelledSelect } from './page-select.js';
import { countText, numberText, STATE_WORDS } from './page-text.js';

/** @import { Metric } from '../data.js' */
/** @import { State } from './page-text.js' */
/** @import { Wish } from './page-choose.js' */

/** A search over thousands of prompts waits for the next letter. */
const PAUSE_MS = 120;

/**
 * The bar over the list: search, states, model, order.
 *
 * @param {object} given
 * @param {readonly State[]} given.states that something is in
 * @param {readonly string[]} given.models
 * @param {readonly Metric[]} given.metrics
 * @param {number} given.total
 * @param {(wish: Wish) => void} given.onwish called when something else is wished for
 */
export function createControls({ states, models, metrics, total, onwish }) {
  /** @type {Wish} */
  let wish = { states: new Set(), model: '', text: '', sort: '', descending: false };
  /** @param {Partial<Wish>} change */
  const change = (change) => onwish((wish = { ...wish, ...change }));

  const search = searchField((text) => change({ text }));
  const chips = stateChips(states, (chosen) => change({ states: chosen }));
  const model = modelSelect(models, (name) => change({ model: name }));
  const order = orderSelect(metrics, change);
  const count = element('p', { class: 'count', 'aria-live': 'polite' });

  return {
    element: element(
      'div',
      { class: 'controls', role: 'search', 'aria-label': 'Filter and sort' },
      search.element,
      chips.element,
      element('div', { class: 'selects' }, model?.element, order.element),
    ),
    count,
    focusSearch: () => search.input.focus(),
    /** Everything is seen again. */
    clear() {
      search.input.value = '';
      chips.choose(new Set());
      model?.choose('');
      change({ text: '', states: new Set(), model: '' });
    },
    /**
     * @param {ReadonlyMap<State, number>} counts of the states, before they are chosen from
     * @param {number} shown
     */
    tell(counts, shown) {
      chips.tell(counts);
      count.textContent =
        shown === total ? countText(total, 'edit') : `${numberText(shown)} of ${countText(total, 'edit')}`;
    },
  };
}

/** @param {(text: string) => void} onsearch */
function searchField(onsearch) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let waiting;
  const input = element('input', {
    type: 'search',
    placeholder: 'Search prompts, names, notes',
    'aria-label': 'Search prompts, names and notes',
    autocomplete: 'off',
    spellcheck: 'false',
    dir: 'auto',
    oninput: () => {
      clearTimeout(waiting);
      waiting = setTimeout(() => onsearch(input.value), PAUSE_MS);
    },
  });
  const key = element('kbd', { 'aria-hidden': 'true' }, '/');
  return { input, element: element('div', { class: 'search' }, icon('search'), input, key) };
}

/**
 * @param {readonly State[]} present
 * @param {(chosen: ReadonlySet<string>) => void} onchoose
 */
function stateChips(present, onchoose) {
  /** @type {Set<string>} */
  let chosen = new Set();
  const chips = present
    .map((state) => ({ state, count: element('b') }))
    .map(({ state, count }) => ({
      state,
      count,
      button: element(
        'button',
        { type: 'button', class: 'chip', 'data-state': state, onclick: () => toggle(state) },
        element('span', { class: 'state' }, STATE_WORDS[state]),
        count,
      ),
    }));
  const group = element(
    'div',
    { class: 'chips', role: 'group', 'aria-label': 'States' },
    ...chips.map(({ button }) => button),
  );

  /** @param {string} state */
  function toggle(state) {
    const next = new Set(chosen);
    if (!next.delete(state)) next.add(state);
    choose(next);
    onchoose(next);
  }

  /** @param {Set<string>} next */
  function choose(next) {
    chosen = next;
    for (const { state, button } of chips) button.setAttribute('aria-pressed', String(chosen.has(state)));
  }

  choose(chosen);
  return {
    element: group,
    choose,
    /** @param {ReadonlyMap<State, number>} counts */
    tell(counts) {
      for (const { state, count } of chips) count.textContent = numberText(counts.get(state) ?? 0);
    },
  };
}

/**
 * @param {readonly string[]} models
 * @param {(name: string) => void} onchoose
 */
function modelSelect(models, onchoose) {
  if (models.length < 2) return undefined;
  const names = models.map((name) => ({ value: name, text: name }));
  return labelledSelect('Model', [{ value: '', text: 'all' }, ...names], onchoose);
}

/**
 * @param {readonly Metric[]} metrics
 * @param {(change: Partial<Wish>) => void} change
 */
function orderSelect(metrics, change) {
  let descending = false;
  const button = iconButton('up', 'Ascending: reverse', turn, 'order');
  const select = labelledSelect(
    'Order',
    [
      { value: '', text: 'as listed' },
      { value: 'state', text: 'state' },
      ...metrics.map(({ key, label }) => ({ value: key, text: label })),
    ],
    (sort) => change({ sort }),
  );

  function turn() {
    descending = !descending;
    button.replaceChildren(icon(descending ? 'down' : 'up'));
    const label = `${descending ? 'Descending' : 'Ascending'}: reverse`;
    button.setAttribute('aria-label', label);
    button.title = label;
    change({ descending });
  }

  return { element: element('div', { class: 'ordering' }, select.element, button) };
}
