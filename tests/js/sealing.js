/** A host's side of the sealing, for tests that read replies as a player does. */

import { hkdfSync, webcrypto } from 'node:crypto';

import { concat } from '../../assets/pcd/frame.js';

const utf8 = new TextEncoder();

/** What opens replies, and what seals them: `seal(plain, chunkBytes)`. */
export async function sealing() {
  const context = { enc: new Uint8Array(32).fill(1), secret: new Uint8Array(16).fill(2) };
  const nonce = new Uint8Array(16).fill(3);
  const derive = (label, bytes) => new Uint8Array(hkdfSync('sha256', context.secret, concat([context.enc, nonce]), label, bytes));
  const key = await webcrypto.subtle.importKey('raw', derive('key', 16), 'AES-GCM', false, ['encrypt']);
  const base = derive('nonce', 12);
  const sealed = async (plain, count, isLast) => {
    const iv = base.slice();
    iv[11] ^= count & 255;
    iv[10] ^= count >> 8;
    const parameters = { name: 'AES-GCM', iv, additionalData: isLast ? utf8.encode('final') : new Uint8Array(0) };
    return new Uint8Array(await webcrypto.subtle.encrypt(parameters, key, plain));
  };
  const seal = async (plain, chunkBytes) => {
    const parts = [Uint8Array.of(1), nonce];
    let count = 0;
    for (let at = 0; at < plain.length; at += chunkBytes, count += 1) {
      const chunk = await sealed(plain.slice(at, at + chunkBytes), count, false);
      const length = new Uint8Array(4);
      new DataView(length.buffer).setUint32(0, chunk.length | 0x8000_0000);
      parts.push(length, chunk);
    }
    parts.push(Uint8Array.of(0), await sealed(new Uint8Array(0), count, true));
    return concat(parts);
  };
  return { context, seal };
}
