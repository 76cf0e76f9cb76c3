/** What is said of folders that are not there: their disk is unplugged, their share is down. Pure. */

import { plural, upper } from './format.js';

/** @typedef {import('../types.js').Away} Away */
/** @typedef {import('../types.js').MediaKind} MediaKind */

/**
 * What is away of one kind; `null` when nothing is.
 * @param {Away | undefined} away
 * @param {MediaKind} kind
 */
export function awayOf(away, kind) {
  const count = (/** @type {{ tracks: number, videos: number }} */ { tracks, videos }) => (kind === 'audio' ? tracks : videos);
  if (!away || count(away) === 0) return null;
  const names = (away.folders ?? []).filter((folder) => count(folder) > 0).map(({ name }) => name);
  return { count: count(away), names, what: plural(count(away), kind === 'audio' ? 'song' : 'video') };
}

/**
 * @param {Away | undefined} away
 * @param {MediaKind} kind
 * @returns {{ title: string, text: string, note: string } | null} `null` when nothing of that kind is away
 */
export function awayTexts(away, kind) {
  const found = awayOf(away, kind);
  if (!found) return null;
  const { count, names, what } = found;
  const come = `${count === 1 ? 'comes' : 'come'} back with`;
  if (names.length === 0) {
    return { title: `A folder of this host is not there`, text: `${upper(what)} ${come} it.`, note: `${what} away with a folder` };
  }
  const quoted = names.map((name) => `“${name}”`);
  const one = names.length === 1;
  return {
    title: one ? `The folder ${quoted[0]} is not there` : `The folders ${listed(quoted)} are not there`,
    text: one ? `Is its disk plugged in? Its ${what} ${come} it.` : `Are their disks plugged in? Their ${what} ${come} them.`,
    note: one ? `${what} away with ${quoted[0]}` : `${what} away with ${names.length} folders`,
  };
}

/** One sentence of it, where something was to be played. @param {Away | undefined} away @param {MediaKind} kind */
export function awaySentence(away, kind) {
  const { names } = awayOf(away, kind) ?? { names: [] };
  if (names.length !== 1) return 'The folder with this is not there (is its disk plugged in?).';
  return `The folder “${names[0]}” is not there (is its disk plugged in?).`;
}

/** "a", "a and b", "a, b and c". @param {string[]} texts */
function listed(texts) {
  return texts.length < 2 ? texts.join('') : `${texts.slice(0, -1).join(', ')} and ${texts.at(-1)}`;
}
