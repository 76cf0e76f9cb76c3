/** A heart and five stars in a row of the grid: what the listener gives a track. */

import { h, setAttribute } from '../lib/dom.js';
import { icon } from '../lib/icons.js';

const STARS = 5;

/** @returns {HTMLElement} */
export function marks() {
  const all = Array.from({ length: STARS }, (_, index) => h('span', { class: 'star', 'data-stars': index + 1 }, icon('star')));
  return h('span', { class: 'marks' }, h('span', { class: 'heart', 'data-love': true, role: 'img' }, icon('heart')), h('span', { class: 'stars', role: 'img' }, ...all));
}

/**
 * @param {Element} element
 * @param {import('../types.js').Listened | undefined} listened
 */
export function showMarks(element, listened) {
  const [heart, stars] = element.children;
  setAttribute(heart, 'aria-label', listened?.loved ? 'Loved' : 'Not loved');
  showStars(stars, listened?.rating);
}

/** Whether the heart of a row was hit. @param {EventTarget | null} target */
export function isHeart(target) {
  return target instanceof Element && target.closest('[data-love]') !== null;
}

/**
 * @param {Element} element
 * @param {number | undefined} rating 1 to 100
 */
function showStars(element, rating) {
  const count = Math.round((rating ?? 0) / 20);
  setAttribute(element, 'data-rating', count);
  setAttribute(element, 'aria-label', count === 0 ? 'Not rated' : count === 1 ? '1 star' : `${count} stars`);
}

/**
 * The rating that a click gives; clicking the last star that is lit takes it away, as it does in iTunes.
 * @param {EventTarget | null} target
 */
export function ratingOf(target) {
  const star = target instanceof Element ? target.closest('[data-stars]') : null;
  const row = star?.closest('.stars');
  if (!star || !row) return null;
  const wanted = Number(star.getAttribute('data-stars'));
  return (wanted === Number(row.getAttribute('data-rating')) ? wanted - 1 : wanted) * 20;
}
