/** The source list: what of the library, and which host. */

import { h, setAttribute } from '../lib/dom.js';
import { IrElement } from '../lib/element.js';
import { ago } from '../lib/format.js';
import { icon } from '../lib/icons.js';

/** @typedef {import('../types.js').Store} Store */
/** @typedef {import('../types.js').State} State */
/** @typedef {import('../types.js').Host} Host */

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
    store.watch(({ query }) => query.kind, render);
  }

  /** @param {State} state */
  #render(state) {
    const focused = this.#tree.contains(document.activeElement) ? document.activeElement?.id : undefined;
    this.#tree.replaceChildren(
      group('Library', [this.#kind(state, 'audio', 'Music', 'note'), this.#kind(state, 'video', 'Videos', 'film')]),
      group('Hosts', state.hosts.length ? state.hosts.map((host) => this.#host(state, host)) : [h('p', { class: 'sources-none' }, 'None yet')]),
    );
    if (focused) document.getElementById(focused)?.focus();
  }

  /**
   * @param {State} state
   * @param {import('../types.js').MediaKind} kind
   * @param {string} label
   * @param {import('../lib/icons.js').IconName} picture
   */
  #kind({ query, hostId }, kind, label, picture) {
    const selected = query.kind === kind;
    const choose = () => this.request('ir-source', { hostId, kind });
    return item({ id: `source-${kind}`, label, picture, selected, choose });
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
    if (event.key === 'Enter' || event.key === ' ') items[at]?.click();
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
