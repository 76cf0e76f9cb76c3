/** Puts the player together. */

import { loadIdentity } from '../pcd/identity.js';
import { Artwork } from './controllers/artwork.js';
import { Catalogue } from './controllers/catalogue.js';
import { Extras } from './controllers/extras.js';
import { FacetLists } from './controllers/facets.js';
import { Hosts } from './controllers/hosts.js';
import { Library } from './controllers/library.js';
import { connectMediaSession } from './controllers/media_session.js';
import { Playback } from './controllers/playback.js';
import { Playlists } from './controllers/playlists.js';
import { connectRequests } from './controllers/requests.js';
import { connectSettings } from './controllers/settings.js';
import { connectElements } from './elements/all.js';
import { errorText } from './lib/messages.js';
import { initialState } from './store/initial.js';
import { reduce } from './store/reducer.js';
import { createStore } from './store/store.js';

const store = createStore(initialState(), reduce);
connectSettings(store);
connectElements(store);

try {
  const identity = await loadIdentity();
  const hosts = new Hosts(store, identity);
  const catalogue = new Catalogue(hosts);
  const { media } = /** @type {import('./elements/ir-video.js').IrVideo} */ (document.querySelector('ir-video'));
  const sound = /** @type {HTMLAudioElement} */ (document.getElementById('sound'));
  const playback = new Playback({ store, hosts, catalogue, audio: sound, video: media });
  const facets = new FacetLists(store, hosts);
  const library = new Library(store, hosts, catalogue, facets);
  new Playlists(store);
  new Artwork(store, hosts);
  new Extras(store, hosts, playback);
  connectRequests(store, { playback, library, facets });
  connectMediaSession(store, playback);
  await hosts.watch();
} catch (error) {
  store.dispatch({ type: 'notice/show', notice: { id: 'start', text: errorText(error), kind: 'error' } });
}
