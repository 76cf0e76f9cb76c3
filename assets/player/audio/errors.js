/** This browser cannot play what was sent. */
export class PlaybackError extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = 'PlaybackError';
    this.code = 'cannot_decode';
  }
}

/** A SourceBuffer could not read what was appended: its MediaSource has ended for good. */
export class SinkError extends PlaybackError {}
