/** Which drivers exist, and the only dynamic import: a driver's code comes when its way is used. */

import { HostError } from './driver.js';

/** @type {Readonly<Record<string, string>>} */
const MODULES = Object.freeze({
  relay: './drivers/relay.js',
});

/**
 * Opens the first offered way that this player knows.
 * @param {import('./driver.js').DriverOffer[]} offers
 * @param {Omit<import('./driver.js').DriverOptions, 'url'>} host
 * @returns {Promise<import('./driver.js').Driver>}
 */
export async function openDriver(offers, host) {
  for (const { name, url } of offers) {
    const path = Object.hasOwn(MODULES, name) ? MODULES[name] : undefined;
    if (path === undefined) continue;
    /** @type {import('./driver.js').DriverModule} */
    const module = await import(path);
    return module.open({ url, ...host });
  }
  throw new HostError('no_driver', 'the server offered no way to the host that this page knows; reload the page');
}
