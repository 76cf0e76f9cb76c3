-- The host's own index, version 1; `db.rs` holds the steps from one version to the next.
-- Paths are bytes as the file system has them: not every name is UTF-8.

CREATE TABLE track (
    id              BLOB    NOT NULL PRIMARY KEY,   -- UUIDv7, 16 bytes; kept for a path as long as the index lives
    path            BLOB    NOT NULL UNIQUE,
    state           TEXT    NOT NULL CHECK (state IN ('present', 'missing', 'offline')),
    mtime_ms        INTEGER NOT NULL,
    size            INTEGER NOT NULL,
    kind            TEXT    NOT NULL CHECK (kind IN ('audio', 'video')),
    title           TEXT    NOT NULL,
    artist          TEXT,
    album           TEXT,
    album_artist    TEXT,
    track_no        INTEGER,
    disc_no         INTEGER,
    year            INTEGER,
    genre           TEXT,
    duration_ms     INTEGER NOT NULL,
    codec           TEXT    NOT NULL,
    art             TEXT,                           -- 64 hex digits: art/<art>.jpg
    renditions      TEXT    NOT NULL,               -- wire names, comma between, best first
    sound           TEXT    NOT NULL,
    added_at_ms     INTEGER NOT NULL,
    -- Made for comparing, never shown: case folded; what is unknown sorts last.
    sort_title        TEXT NOT NULL,
    sort_artist       TEXT NOT NULL,
    sort_album        TEXT NOT NULL,
    sort_album_artist TEXT NOT NULL,
    search            TEXT NOT NULL
) STRICT;

CREATE INDEX track_by_title    ON track (sort_title, id) WHERE state = 'present';
CREATE INDEX track_by_artist   ON track (sort_artist, sort_album, disc_no, track_no, sort_title, id) WHERE state = 'present';
CREATE INDEX track_by_album    ON track (sort_album_artist, sort_album, disc_no, track_no, sort_title, id) WHERE state = 'present';
CREATE INDEX track_by_duration ON track (duration_ms, sort_title, id) WHERE state = 'present';
CREATE INDEX track_by_added    ON track (added_at_ms, sort_title, id) WHERE state = 'present';

-- Which stored picture came of which source picture, so that each is decoded and scaled once.
CREATE TABLE art (
    source BLOB NOT NULL PRIMARY KEY,               -- SHA-256 of the picture as found
    id     TEXT                                     -- NULL: it does not decode
) STRICT;
