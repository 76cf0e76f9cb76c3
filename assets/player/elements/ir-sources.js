/** The source list: what of the library, and which host. */

import { h, setAttribute } from '../lib/dom.js';
import { IrElement } from '../lib/element.js';
import { ago } from '../lib/format.js';
import { icon } from '../lib/icons.js';

/** @typedef {import('../types.js').Store} Store */
/** @typedef {import('../types.js').State} State */
/** @typedef {import('../types.js').Host} Host */

/** @type {Readonly<Record<import('../types.js').Playlist['kind'], import('../lib/icons.js').IconName>>} */
const PICTURES = Object.freeze({ folder: 'folder', list: 'list', smart: 'smart' });

export class IrSources extends IrElement {
  #tree = h('div', { role: 'tree', 'aria-label': 'Library', class: 'sources-tree' });

  /** @param {Store} store */
  connect(store) {
    this.append(this.#tree);
    this.#tree.addEventListener('keydown', (event) => this.#onKey(event));
    const render = () => this.#render(store.state);
    store.watch(({ hosts }) => hosts, render);
    store.watch(({ hostId }) => hostId, render);
    store.watch(({ unreachable }) => unreachable, render);
    store.watch(({ query }) => query, render);
    store.watch(({ playlists }) => playlists, render);
    store.watch(({ foldersOpen }) => foldersOpen, render);
  }

  /** @param {State} state */
  #render(state) {
    const focused = this.#tree.contains(document.activeElement) ? document.activeElement?.id : undefined;
    this.#tree.replaceChildren(
      group('Library', [
        this.#part(state, { kind: 'audio', label: 'Music', picture: 'note' }),
        this.#part(state, { kind: 'video', label: 'Videos', picture: 'film' }),
        this.#part(state, { kind: 'audio', only: 'loved', label: 'Loved', picture: 'heart' }),
        this.#part(state, { kind: 'audio', only: 'duplicates', label: 'Duplicates', picture: 'copies' }),
        this.#part(state, { kind: 'audio', only: 'missing', label: 'Missing', picture: 'gone' }),
      ]),
      group('Hosts', state.hosts.length ? state.hosts.map((host) => this.#host(state, host)) : [h('p', { class: 'sources-none' }, 'None yet')]),
      ...(state.playlists.length > 0 ? [group('Playlists', this.#playlists(state, undefined, 0))] : []),
    );
    if (focused) document.getElementById(focused)?.focus();
  }

  /**
   * A part of the library.
   * @param {State} state
   * @param {{ kind: import('../types.js').MediaKind, only?: import('../types.js').Only, label: string, picture: import('../lib/icons.js').IconName }} part
   */
  #part({ query, hostId }, { kind, only, label, picture }) {
    const selected = !query.playlist && query.kind === kind && query.only === (only ?? null);
    const choose = () => this.request('ir-source', { hostId, kind, only });
    return item({ id: `source-${only ?? kind}`, label, picture, selected, choose });
  }

  /**
   * @param {State} state
   * @param {string | undefined} parent
   * @param {number} depth
   * @returns {HTMLElement[]}
   */
  #playlists(state, parent, depth) {
    const here = state.playlists.filter((playlist) => playlist.parent === parent);
    return here.flatMap((playlist) => this.#playlist(state, playlist, depth));
  }

  /**
   * @param {State} state
   * @param {import('../types.js').Playlist} playlist
   * @param {number} depth
   */
  #playlist(state, playlist, depth) {
    const { id, name: label } = playlist;
    const isFolder = playlist.kind === 'folder';
    const open = state.foldersOpen.includes(id);
    const hostId = playlist.host_id ?? state.hostId;
    const choose = isFolder
      ? () => this.request('ir-folder', { id, open: !open })
      : () => this.request('ir-source', { hostId, kind: 'audio', playlist });
    const row = item({ id: `source-${id}`, label, picture: PICTURES[playlist.kind], selected: state.query.playlist?.id === id, choose });
    row.style.setProperty('--depth', String(depth));
    setAttribute(row, 'aria-level', depth + 1);
    if (isFolder) {
      setAttribute(row, 'aria-expanded', String(open));
      row.prepend(icon(open ? 'down' : 'right'));
    }
    return [row, ...(isFolder && open ? this.#playlists(state, id, depth + 1) : [])];
  }

  /**
   * @param {State} state
   * @param {Host} host
   */
  #host({ hostId, query, unreachable }, host) {
    const seen = host.last_seen_at ? ago(host.last_seen_at, Date.now()) : null;
    const answers = !unreachable.includes(host.id);
    const note = host.online ? (answers ? 'online' : 'no answer') : seen ? `offline, last seen ${seen}` : 'offline';
    const choose = () => this.request('ir-source', { hostId: host.id, kind: query.kind });
    const row = item({ id: `source-host-${host.id}`, label: host.name, picture: 'host', selected: false, choose });
    row.classList.toggle('is-offline', !host.online || !answers);
    setAttribute(row, 'aria-current', host.id === hostId ? 'true' : null);
    setAttribute(row, 'title', `${host.name}, ${note}`);
    const short = host.online ? 'no answer' : (seen ?? 'offline');
    const sign = host.online && answers ? h('span', { class: 'sources-dot' }) : h('span', { class: 'sources-note' }, short);
    setAttribute(row, 'aria-label', `${host.name}, ${note}`);
    row.append(sign);
    return row;
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    const items = /** @type {HTMLElement[]} */ ([...this.#tree.querySelectorAll('[role=treeitem]')]);
    const at = items.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
    const opens = { ArrowRight: 'false', ArrowLeft: 'true' }[event.key];
    if (event.key === 'Enter' || event.key === ' ') items[at]?.click();
    else if (opens && items[at]?.getAttribute('aria-expanded') === opens) items[at].click();
    else if (to !== undefined) items[Math.max(0, Math.min(items.length - 1, to))].focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

/**
 * @param {string} label
 * @param {Node[]} items
 */
function group(label, items) {
  const heading = h('div', { class: 'sources-heading', 'aria-hidden': 'true' }, label);
  return h('div', { role: 'group', 'aria-label': label, class: 'sources-group' }, heading, ...items);
}

/** @param {{ id: string, label: string, picture: import('../lib/icons.js').IconName, selected: boolean, choose: () => void }} options */
function item({ id, label, picture, selected, choose }) {
  return h(
    'div',
    { id, role: 'treeitem', 'aria-selected': String(selected), tabindex: selected ? 0 : -1, class: 'sources-item', onclick: choose },
    icon(picture),
    h('span', { class: 'sources-label' }, label),
  );
}
