/** Who is signed in, and the way to their account. */

import { h, setAttribute, setText } from '../lib/dom.js';
import { IrElement } from '../lib/element.js';

export class IrAccount extends IrElement {
  /** @param {import('../types.js').Store} store */
  connect(store) {
    const link = h('a', { href: '/', class: 'account' });
    this.append(link);
    store.watch(
      ({ user }) => user?.name ?? '',
      (name) => {
        this.hidden = !name;
        setText(link, (Array.from(name)[0] ?? '').toUpperCase());
        setAttribute(link, 'aria-label', `Account of ${name}`);
        setAttribute(link, 'title', `Account of ${name}`);
      },
    );
  }
}
