/* global IntersectionObserver */
import { element } from './page-elements.js';

/**
 * Makes a list grow as one scrolls: thousands of parts at once would keep a browser busy for seconds.
 *
 * @template T
 * @param {HTMLElement} container what the parts are added to
 * @param {(one: T) => Node} make the part for one of them
 * @param {{ step: number, scroller?: HTMLElement }} options how many are added at once, and what scrolls, if it is
 * not the page
 */
export function growing(container, make, { step, scroller }) {
  /** @type {readonly T[]} */
  let all = [];
  let made = 0;
  const end = element('div', { class: 'end' });
  const observer = new IntersectionObserver(
    (entries) => {
      if (entries.some(({ isIntersecting }) => isIntersecting)) grow();
    },
    { root: scroller ?? null, rootMargin: '1200px' },
  );

  function grow() {
    const more = all.slice(made, made + step);
    made += more.length;
    container.append(...more.map(make));
    // An observer speaks when something changes: the end may still be in sight.
    observer.disconnect();
    if (made < all.length) observer.observe(end);
    return more.length > 0;
  }

  return {
    /** Stands behind the container. */
    end,
    /**
     * Adds some more.
     *
     * @returns whether there were any
     */
    grow,
    /**
     * Shows others from now on.
     *
     * @param {readonly T[]} others
     */
    fill(others) {
      all = others;
      made = 0;
      container.replaceChildren();
      grow();
    },
    /**
     * Makes parts until this one is there.
     *
     * @param {number} index
     */
    reach(index) {
      while (made <= index && grow());
    },
  };
}
