/** The settings of quality, as people read them. */

/** @type {readonly { value: import('../types.js').Quality, name: string, notes: { music: string, video: string } }[]} */
export const QUALITIES = Object.freeze([
  { value: 'auto', name: 'Automatic', notes: { music: 'The best that the connection carries', video: 'The best that the connection carries' } },
  { value: 'best', name: 'Best', notes: { music: 'As it is, without loss', video: 'As it is, however large' } },
  { value: 'good', name: 'Good', notes: { music: 'At most 320 kbit/s', video: 'At most 720 lines' } },
  { value: 'save', name: 'Save data', notes: { music: 'About 100 kbit/s', video: 'At most 360 lines' } },
]);
