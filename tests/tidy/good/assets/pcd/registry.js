import { frame } from './frame.js';

/** @param {string} name */
export const load = (name) => import(`./drivers/${name}.js`);
