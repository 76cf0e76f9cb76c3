import { rows } from '../store/rows.js';
import '/player/lib/dom.js';

/** @typedef {import('../../pcd/driver.js').Driver} Driver */
export const address = 'https://example.test/driver.js'; // import('x')
export const key = (raw) => crypto.subtle.import(raw);
