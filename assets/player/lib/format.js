/** Numbers as people read them. Pure. */

/** `m:ss` or `h:mm:ss`. @param {number} seconds */
export function clock(seconds) {
  const whole = Math.max(0, Math.floor(Number.isFinite(seconds) ? seconds : 0));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (/** @type {number} */ number) => String(number).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** A track's length, rounded as it is known. @param {number} ms */
export function trackTime(ms) {
  return clock(Math.round(ms / 1000));
}

/** "40 seconds", "3 minutes", "1.2 hours", "34.2 days". @param {number} ms */
export function span(ms) {
  const minutes = ms / 60_000;
  if (minutes < 1) return plural(Math.round(ms / 1000), 'second');
  if (minutes < 59.5) return plural(Math.round(minutes), 'minute');
  const hours = minutes / 60;
  return hours < 24 ? `${hours.toFixed(1)} hours` : `${(hours / 24).toFixed(1)} days`;
}

/** "80 MB", "81.3 GB": decimal units, as drives are sold. @param {number} bytes */
export function size(bytes) {
  const units = ['bytes', 'KB', 'MB', 'GB', 'TB'];
  let unit = 0;
  let amount = bytes;
  while (amount >= 999.5 && unit < units.length - 1) {
    amount /= 1000;
    unit += 1;
  }
  return `${unit > 2 ? amount.toFixed(1) : Math.round(amount)} ${units[unit]}`;
}

/**
 * @param {number} count
 * @param {string} noun
 */
export function plural(count, noun) {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}

/**
 * "just now", "5 minutes ago", "2 days ago".
 * @param {string} at RFC 3339
 * @param {number} now ms
 */
export function ago(at, now) {
  const minutes = Math.floor((now - Date.parse(at)) / 60_000);
  if (!(minutes >= 1)) return 'just now';
  if (minutes < 60) return `${plural(minutes, 'minute')} ago`;
  if (minutes < 48 * 60) return `${plural(Math.floor(minutes / 60), 'hour')} ago`;
  return `${plural(Math.floor(minutes / 1440), 'day')} ago`;
}

/** The day of an RFC 3339 time, in the reader's own manner. @param {string} at */
export function day(at) {
  const time = Date.parse(at);
  return Number.isNaN(time) ? '' : new Date(time).toLocaleDateString(undefined, { year: 'numeric', month: 'short', day: 'numeric' });
}

/** With a capital. @param {string} text */
export function upper(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
