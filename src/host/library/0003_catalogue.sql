-- What a tag says has tables of its own where many tracks share it, and paths are parted, so that a track takes little room.
-- `steps.rs` copies what the version before knew.

DROP INDEX track_by_title;
DROP INDEX track_by_artist;
DROP INDEX track_by_album;
DROP INDEX track_by_duration;
DROP INDEX track_by_added;
ALTER TABLE track RENAME TO track_before;
ALTER TABLE analysis RENAME TO analysis_before;

-- Paths are bytes as the file system has them: not every name is UTF-8.
CREATE TABLE folder (
    n      INTEGER NOT NULL PRIMARY KEY,
    path   BLOB    NOT NULL UNIQUE,                 -- absolute, without a slash at its end
    device INTEGER,                                 -- where it lay when it was last scanned; NULL: not scanned to its end yet
    beside INTEGER                                  -- stands for the covers and lyrics in it, and their times
) STRICT;

-- What a scan found in each media folder, so that the next one knows how far it has come; and where each folder was of which its owner
-- says something, so that it is known by other names while it is away.
CREATE TABLE media_folder (
    path   BLOB    NOT NULL PRIMARY KEY,
    files  INTEGER NOT NULL DEFAULT 0,
    device INTEGER,                                 -- `st_dev` and `st_ino`; NULL: it was never there with anything in it
    inode  INTEGER,
    mount  TEXT,                                    -- `major:minor`, and where it is on that device, as in proc(5)
    below  BLOB
) STRICT, WITHOUT ROWID;

CREATE TABLE artist (
    n    INTEGER NOT NULL PRIMARY KEY,
    name TEXT    NOT NULL UNIQUE,                   -- as it is written
    sort TEXT                                       -- as a tag says that it sorts
) STRICT;

CREATE TABLE genre (
    n    INTEGER NOT NULL PRIMARY KEY,
    name TEXT    NOT NULL UNIQUE
) STRICT;

CREATE TABLE album (
    n           INTEGER NOT NULL PRIMARY KEY,
    id          BLOB    NOT NULL UNIQUE,            -- 16 bytes, `AlbumId`
    title       TEXT    NOT NULL,
    sort_title  TEXT,
    artist      TEXT,                               -- whose it is, for people
    told        INTEGER NOT NULL,                   -- 1: a tag says whose; 0: to be decided over its tracks; 2: decided
    sort_artist TEXT
) STRICT;

-- A kept picture: art/<id>.jpg.
CREATE TABLE picture (
    n  INTEGER NOT NULL PRIMARY KEY,
    id TEXT    NOT NULL UNIQUE
) STRICT;

CREATE TABLE track (
    n             INTEGER NOT NULL PRIMARY KEY,     -- small, and only for this index
    id            BLOB    NOT NULL UNIQUE,          -- 16 bytes, `TrackId`
    folder        INTEGER NOT NULL REFERENCES folder (n),
    name          BLOB    NOT NULL,
    state         TEXT    NOT NULL CHECK (state IN ('present', 'missing', 'offline', 'purged')),
    state_at_ms   INTEGER NOT NULL,                 -- since when
    mtime_ms      INTEGER NOT NULL,
    size          INTEGER NOT NULL,
    inode         INTEGER NOT NULL,
    fingerprint   BLOB,                             -- of the coded sound and pictures, whatever the tags; NULL: not made
    song          INTEGER,                          -- stands for who plays what; NULL: nobody is named
    duplicate     INTEGER NOT NULL DEFAULT 0,       -- whether it is there once more; each scan brings it up to date
    kind          TEXT    NOT NULL CHECK (kind IN ('audio', 'video')),
    title         TEXT    NOT NULL,
    sort_title    TEXT,                             -- as a tag says that it sorts
    album         INTEGER REFERENCES album (n),
    artist        TEXT,                             -- for people; each by itself is in `credit`
    album_artist  TEXT,
    composer      TEXT,
    genre         TEXT,
    track_no      INTEGER,
    disc_no       INTEGER,
    year          INTEGER,
    bpm           INTEGER,
    rating        INTEGER,                          -- the file's own, 1 to 100
    compilation   INTEGER NOT NULL,
    has_lyrics    INTEGER NOT NULL,
    duration_ms   INTEGER NOT NULL,
    codec         TEXT    NOT NULL,
    kbps          INTEGER,                          -- of sound and pictures together, bits a second, in thousands, on average
    source        TEXT    NOT NULL,                 -- `SourceMedia` as JSON
    more          TEXT,                             -- `MoreTags` as JSON; NULL: nothing
    art           INTEGER REFERENCES picture (n),
    added_at_ms   INTEGER NOT NULL,
    UNIQUE (folder, name)
) STRICT;

-- An album's loudness is that of all its tracks.
CREATE INDEX track_by_album ON track (album);
CREATE INDEX track_by_added ON track (added_at_ms, id);
CREATE INDEX track_by_purge ON track (state_at_ms) WHERE state = 'purged';
CREATE INDEX track_by_away ON track (folder, kind) WHERE state = 'offline';
CREATE INDEX track_by_duplicate ON track (song) WHERE duplicate;
CREATE INDEX track_by_fingerprint ON track (fingerprint) WHERE fingerprint NOT NULL;

-- Files that say nothing of use, as they were and for which version of the program: they are not read again until that changes.
CREATE TABLE refused (
    folder   INTEGER NOT NULL REFERENCES folder (n),
    name     BLOB    NOT NULL,
    mtime_ms INTEGER NOT NULL,
    size     INTEGER NOT NULL,
    inode    INTEGER NOT NULL,
    reason   TEXT    NOT NULL,                      -- for people
    version  TEXT    NOT NULL,
    PRIMARY KEY (folder, name)
) STRICT, WITHOUT ROWID;

-- Who made a track. role: 0 artist, 1 album artist, 2 composer.
CREATE TABLE credit (
    track  INTEGER NOT NULL REFERENCES track (n) ON DELETE CASCADE,
    role   INTEGER NOT NULL,
    place  INTEGER NOT NULL,
    artist INTEGER NOT NULL REFERENCES artist (n),
    PRIMARY KEY (track, role, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE track_genre (
    track INTEGER NOT NULL REFERENCES track (n) ON DELETE CASCADE,
    place INTEGER NOT NULL,
    genre INTEGER NOT NULL REFERENCES genre (n),
    PRIMARY KEY (track, place)
) STRICT, WITHOUT ROWID;

-- One row a track that was listened to; one of another mtime or size is of no more worth.
CREATE TABLE analysis (
    track         INTEGER NOT NULL PRIMARY KEY REFERENCES track (n) ON DELETE CASCADE,
    mtime_ms      INTEGER NOT NULL,
    size          INTEGER NOT NULL,
    loudness_cdb  INTEGER,                          -- integrated, LUFS * 100; NULL: silence, or it failed
    true_peak_cdb INTEGER,                          -- relative to full scale, dB * 100
    gated_ms      INTEGER NOT NULL,                 -- sound above the gate: a track's weight in its album
    waveform      BLOB,                             -- a byte for each equally long part, its loudest sample
    error         TEXT                              -- why it could not be heard, for people
) STRICT;

-- What belongs to the data folder as a whole.
CREATE TABLE meta (
    name  TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- Ids whose tracks left the index: they were purged, or the index was damaged. A file that comes back takes its id from here.
CREATE TABLE former (
    id          BLOB    NOT NULL PRIMARY KEY,
    fingerprint BLOB,
    path        BLOB,                               -- where its file is, as far as that is known
    added_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX former_by_fingerprint ON former (fingerprint) WHERE fingerprint NOT NULL;
CREATE INDEX former_by_path ON former (path) WHERE path NOT NULL;

-- The words of each track, by its number, as `words.rs` makes them: nothing is left for the tokenizer but to part them at spaces.
-- Which of a track's texts a word is from is not kept: nobody asks, and it would take half as much again.
CREATE VIRTUAL TABLE words USING fts5 (
    line, content = '', contentless_delete = 1, detail = none, prefix = '1 2 3',
    tokenize = "ascii tokenchars '!#$%&()*+,-./:;<=>?@[\]^_`{|}~""'''"
);

CREATE VIRTUAL TABLE vocabulary USING fts5vocab (words, row);

CREATE TRIGGER track_without_words AFTER DELETE ON track BEGIN
    DELETE FROM words WHERE rowid = old.n;
END;

-- A track with what its row shows.

CREATE VIEW track_row AS
SELECT track.*, folder.path AS folder_path, album.id AS album_id, album.title AS album_title, picture.id AS art_id
FROM track
JOIN folder ON folder.n = track.folder
LEFT JOIN album ON album.n = track.album
LEFT JOIN picture ON picture.n = track.art;
