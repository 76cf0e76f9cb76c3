/** Puts the player together. */

import { loadIdentity } from '../pcd/identity.js';
import { Artwork } from './controllers/artwork.js';
import { Catalogue } from './controllers/catalogue.js';
import { Changes } from './controllers/changes.js';
import { Extras } from './controllers/extras.js';
import { FacetLists } from './controllers/facets.js';
import { Hosts } from './controllers/hosts.js';
import { Library } from './controllers/library.js';
import { Marks } from './controllers/marks.js';
import { connectMediaSession } from './controllers/media_session.js';
import { Places } from './controllers/places.js';
import { Playback } from './controllers/playback.js';
import { Playlists } from './controllers/playlists.js';
import { Purge } from './controllers/purge.js';
import { Reports } from './controllers/reports.js';
import { connectRequests } from './controllers/requests.js';
import { connectSettings } from './controllers/settings.js';
import { Tags } from './controllers/tags.js';
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
  const tags = new Tags(store, hosts, () => catalogue.generation);
  const playback = new Playback({ store, catalogue, tags, hosts, places: new Places(store, hosts), audio: sound, video: media });
  const facets = new FacetLists(store, hosts);
  const library = new Library(store, hosts, catalogue, facets);
  new Playlists(store);
  new Changes(store, hosts, {
    changed: (hostId, change) => {
      library.changed();
      tags.changed(hostId, change);
    },
  });
  new Reports(store, hosts);
  new Artwork(store, hosts);
  new Extras(store, hosts, playback);
  connectRequests(store, { playback, library, facets, marks: new Marks(store, hosts), purge: new Purge(store, hosts, catalogue, library) });
  connectMediaSession(store, playback);
  await hosts.watch();
} catch (error) {
  store.dispatch({ type: 'notice/show', notice: { id: 'start', text: errorText(error), kind: 'error' } });
}
