-- What listeners made of the tracks, version 1: `listeners.db`. Nothing else knows it, and no scan brings it back.
-- Readers of the index have this file attached as `heard`: `heard.listened` WHERE listener = ? AND track = track.id.

-- One row a listener and track; rows are changed and never deleted, so that the newest of two copies is the one that holds.
CREATE TABLE listened (
    n               INTEGER NOT NULL PRIMARY KEY,
    listener        BLOB    NOT NULL CHECK (length(listener) = 16),    -- `UserId`
    track           BLOB    NOT NULL CHECK (length(track) = 16),       -- `TrackId`
    plays           INTEGER NOT NULL DEFAULT 0,                        -- imported ones among them
    skips           INTEGER NOT NULL DEFAULT 0,
    imported_plays  INTEGER NOT NULL DEFAULT 0,                        -- of `plays`, so that a second import adds nothing twice
    imported_skips  INTEGER NOT NULL DEFAULT 0,
    last_played_ms  INTEGER,                                           -- Unix milliseconds, as all times
    last_skipped_ms INTEGER,
    rating          INTEGER CHECK (rating BETWEEN 0 AND 100),          -- NULL: the file's own holds; 0: none, whatever the file says
    loved           INTEGER NOT NULL DEFAULT 0,
    resume_ms       INTEGER,                                           -- where to go on from, in a long track or a video
    added_ms        INTEGER,                                           -- when it was added, as another program knew; NULL: as the index says
    updated_ms      INTEGER NOT NULL,
    UNIQUE (listener, track)
) STRICT;

-- The last reports of each listener. `event` names a report, so that one that is sent twice counts once.
CREATE TABLE history (
    n        INTEGER NOT NULL PRIMARY KEY,
    listener BLOB    NOT NULL CHECK (length(listener) = 16),
    event    BLOB    NOT NULL CHECK (length(event) = 16),
    track    BLOB    NOT NULL CHECK (length(track) = 16),
    at_ms    INTEGER NOT NULL,
    heard_ms INTEGER NOT NULL,
    outcome  INTEGER NOT NULL,                                         -- 0 neither, 1 a play, 2 a skip
    UNIQUE (listener, event)
) STRICT;

CREATE INDEX history_by_time ON history (listener, at_ms);

-- What belongs to the data folder as a whole.
CREATE TABLE meta (
    name  TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL
) STRICT;
