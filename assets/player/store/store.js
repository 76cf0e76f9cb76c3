/** Holds the state and tells who watches. Knows no DOM. */

/** @typedef {import('../types.js').State} State */
/** @typedef {import('../types.js').Action} Action */

/**
 * @param {State} state
 * @param {(state: State, action: Action) => State} reduce
 * @returns {import('../types.js').Store}
 */
export function createStore(state, reduce) {
  /** @type {Set<() => void>} */
  const watchers = new Set();
  let told = true;

  function tell() {
    told = true;
    for (const watcher of [...watchers]) watcher();
  }

  return {
    get state() {
      return state;
    },
    dispatch(action) {
      const before = state;
      state = reduce(state, action);
      if (state === before || !told) return;
      // Several actions in one go are told once.
      told = false;
      queueMicrotask(tell);
    },
    watch(select, callback) {
      let last = select(state);
      const watcher = () => {
        const value = select(state);
        if (Object.is(value, last)) return;
        last = value;
        callback(value);
      };
      watchers.add(watcher);
      callback(last);
      return () => void watchers.delete(watcher);
    },
  };
}
