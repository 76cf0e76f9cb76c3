/** Reports that no host has taken yet, kept in this browser over the page's end. All tabs share them. */

import { parseUnsent, UNSENT_MAX } from '../lib/listening.js';
import { keep, keptText } from './settings.js';

/** @typedef {import('../lib/listening.js').Unsent} Unsent */

const UNSENT = 'iroam.unsent';

/** @returns {Unsent[]} */
export function unsent() {
  return parseUnsent(keptText(UNSENT));
}

/** The oldest go when there are too many. @param {Unsent} one */
export function addUnsent(one) {
  const others = unsent().filter(({ report }) => report.event !== one.report.event);
  keep(UNSENT, JSON.stringify([...others, one].slice(-UNSENT_MAX)));
}

/** @param {ReadonlySet<string>} events */
export function removeUnsent(events) {
  const before = unsent();
  const left = before.filter(({ report }) => !events.has(report.event));
  if (left.length < before.length) keep(UNSENT, JSON.stringify(left));
}
