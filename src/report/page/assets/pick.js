/* global document, history, Image, KeyboardEvent */
import { element } from './page-elements.js';

/**
 * @typedef {object} State
 * @property {number} done
 * @property {number} total
 * @property {{ id: string, prompt: string, before: string | null, left: string, right: string } | null} pair
 * @property {string[]} next
 */
/** @typedef {'left' | 'right' | 'none'} Chosen */

// The address holds a token that is used up; a reload goes by the cookie.
history.replaceState(null, '', '/');

const root = /** @type {HTMLElement} */ (document.getElementById('pick'));
/** Keys do nothing while an answer is under way or the pictures are not here. */
let isBusy = true;
/** @type {State | undefined} */
let state;

/** @param {string} id */
const urlOf = (id) => `/picture/${id}`;

/**
 * @param {string} to
 * @param {unknown} [body]
 */
async function ask(to, body) {
  const sent =
    body === undefined
      ? {}
      : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const answer = await fetch(to, sent);
  if (!answer.ok) throw new Error(await answer.text());
  return answer.status === 204 ? undefined : /** @type {State} */ (await answer.json());
}

/**
 * @param {string} to
 * @param {unknown} [body]
 */
async function act(to, body) {
  if (isBusy && to !== '/state') return;
  isBusy = true;
  try {
    state = await ask(to, body);
    if (state === undefined) over('Thank you. Everything is saved; you can close this page.');
    else await show(state);
  } catch (error) {
    over(`fal-edit has stopped, or could not save the choice. Earlier choices are saved. ${String(error)}`);
  }
}

/** @param {Chosen} chosen */
function choose(chosen) {
  if (state?.pair) void act('/choice', { pair: state.pair.id, chosen });
}

/** @param {State} shown */
async function show({ done, total, pair, next }) {
  if (pair === null) {
    root.replaceChildren(
      head(done, total, ''),
      element('p', { class: 'pick-over', role: 'status' }, 'That was the last pair.'),
      element(
        'div',
        { class: 'pick-choices' },
        button('Undo', 'u', () => void act('/undo', {})),
        button('Finish', 'Enter', () => void act('/end', {}), 'pick-main'),
      ),
    );
    isBusy = false;
    return;
  }
  const left = picture(pair.left, 'The left picture', 'left');
  const right = picture(pair.right, 'The right picture', 'right');
  root.replaceChildren(
    head(done, total, pair.prompt),
    element('div', { class: 'pick-pair' }, left.frame, right.frame),
    element(
      'div',
      { class: 'pick-foot' },
      pair.before !== null &&
        element(
          'figure',
          { class: 'pick-before' },
          element('img', { src: urlOf(pair.before), alt: 'The picture before the edit' }),
          element('figcaption', {}, 'before'),
        ),
      element(
        'div',
        { class: 'pick-choices' },
        button('Left', '← 1', () => choose('left'), 'pick-main'),
        button('No difference', 'space 0', () => choose('none')),
        button('Right', '→ 2', () => choose('right'), 'pick-main'),
      ),
      element(
        'div',
        { class: 'pick-choices pick-rare' },
        button('Undo', 'u', () => void act('/undo', {}), '', done === 0),
        button('Finish', '', () => void act('/end', {})),
      ),
    ),
  );
  await Promise.all([left.image, right.image].map((image) => image.decode().catch(() => undefined)));
  isBusy = false;
  // Loaded ahead: the next pair stands there at once.
  for (const id of next) new Image().src = urlOf(id);
}

/**
 * @param {number} done
 * @param {number} total
 * @param {string} prompt
 */
function head(done, total, prompt) {
  return element(
    'header',
    { class: 'pick-head' },
    element('h1', {}, 'Which one is better?'),
    prompt !== '' && element('p', { class: 'pick-prompt', dir: 'auto' }, prompt),
    element(
      'p',
      { class: 'pick-progress' },
      element('progress', { value: String(done), max: String(Math.max(1, total)), 'aria-label': 'Progress' }),
      element('span', { role: 'status' }, `${done} of ${total}`),
    ),
  );
}

/**
 * @param {string} id
 * @param {string} name
 * @param {Chosen} side
 */
function picture(id, name, side) {
  const image = element('img', { src: urlOf(id), alt: name });
  const frame = element(
    'button',
    { class: 'pick-picture', type: 'button', onclick: () => choose(side) },
    image,
  );
  return { image, frame };
}

/**
 * @param {string} label
 * @param {string} keys
 * @param {() => void} onclick
 * @param {string} [kind]
 * @param {boolean} [disabled]
 */
function button(label, keys, onclick, kind = '', disabled = false) {
  return element(
    'button',
    { class: `pick-button ${kind}`, type: 'button', onclick, disabled },
    label,
    ...(keys === '' ? [] : keys.split(' ').map((key) => element('kbd', { 'aria-hidden': 'true' }, key))),
  );
}

/** @param {string} message */
function over(message) {
  isBusy = true;
  root.replaceChildren(element('p', { class: 'pick-over', role: 'status' }, message));
}

/** What a key asks for. @param {string} key @returns {(() => void) | undefined} */
function actionOf(key) {
  if (key === 'ArrowLeft' || key === '1') return () => choose('left');
  if (key === 'ArrowRight' || key === '2') return () => choose('right');
  if (key === ' ' || key === '0') return () => choose('none');
  if (key === 'u' || key === 'U') return () => void act('/undo', {});
  if (key === 'Enter' && state?.pair === null) return () => void act('/end', {});
  return undefined;
}

document.addEventListener('keydown', (event) => {
  if (!(event instanceof KeyboardEvent) || event.repeat) return;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const action = actionOf(event.key);
  if (action === undefined) return;
  // A space would also press the button that has the focus.
  event.preventDefault();
  action();
});

void act('/state');
