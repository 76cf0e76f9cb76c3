/** Languages by name. */

/** "English" of `en`; the tag itself for what the browser does not know. @param {string} tag BCP 47 */
export function languageName(tag) {
  try {
    return new Intl.DisplayNames(['en'], { type: 'language' }).of(tag) ?? tag;
  } catch {
    return tag;
  }
}
