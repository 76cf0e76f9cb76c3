/** What errors say to people: what happened, and what to do. Pure. */

/** @type {Readonly<Record<string, string>>} */
const TEXTS = Object.freeze({
  signed_out: 'You are signed out. Sign in again.',
  host_gone: 'This host was removed from your account. Pair it again to play from it.',
  host_key_changed: 'The host does not show the key that it had before, so nothing is sent to it. If its owner did not set it up anew, somebody may be in between.',
  prekey_unknown: 'The host was started anew and has not told its new key yet. Try again in a moment.',
  clock_wrong: 'The clock of this computer, or of the host, is wrong by days. Set it right, then reload the page.',
  host_offline: 'The host is off line. Switch the PC on, or start iroam host on it.',
  host_failed: 'The host did not answer. Trying again may help.',
  ticket_wrong_host: 'The host refused: it was paired anew. Reload the page.',
  ticket_invalid: 'The host refused this player. Reload the page.',
  ticket_expired: 'The host refused this player. Check that the clocks of host and server are right, then reload the page.',
  proof_invalid: 'The host refused this player. Reload the page.',
  unsupported_version: 'Host and player are of different versions. Update iroam on the host, then reload the page.',
  bad_request: 'The host did not understand this player. Reload the page; if that does not help, update iroam on the host.',
  bad_reply: 'The host sent something that this player does not understand. Update iroam on the host.',
});

/** Said where the host itself says nothing: it knows more of what is wrong with one file. @type {Readonly<Record<string, string>>} */
const TEXTS_IF_SILENT = Object.freeze({
  not_found: 'It is not in the library any more.',
  gone: 'The file is not where it was. Was the drive taken off or the folder moved?',
  unplayable: 'The file is damaged or in a format that the host cannot read.',
});

/** What a failure says by itself. @param {unknown} error */
export function errorText(error) {
  const { code, message, detail } = /** @type {{ code?: string, message?: string, detail?: string }} */ (error ?? {});
  if (typeof code === 'string' && Object.hasOwn(TEXTS, code)) return TEXTS[code];
  if (!detail && typeof code === 'string' && Object.hasOwn(TEXTS_IF_SILENT, code)) return TEXTS_IF_SILENT[code];
  return sentence(detail || message || 'Something went wrong. Reload the page.');
}

/**
 * @param {string} title
 * @param {unknown} error
 */
export function unplayableText(title, error) {
  return `“${title}” cannot be played. ${errorText(error)}`;
}

/**
 * @param {string} hostName
 * @param {'silent' | 'lost'} link
 */
export function linkText(hostName, link) {
  return link === 'silent' ? `${hostName} does not answer; trying again` : `Lost the connection to ${hostName}; trying again`;
}

/** @param {string} text */
function sentence(text) {
  const trimmed = text.trim();
  const ended = /[.!?]$/.test(trimmed) ? trimmed : `${trimmed}.`;
  return ended.charAt(0).toUpperCase() + ended.slice(1);
}
