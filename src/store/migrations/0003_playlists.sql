-- Playlists. Hosts and tracks are only named in them: nothing here says that they exist, and a list outlives its host.

-- One row a user who ever had a playlist.
CREATE TABLE playlist_trees (
    user_id TEXT PRIMARY KEY NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- Goes up with each change of a playlist of the user's, which takes it as its `changed`.
    version INTEGER NOT NULL,
    -- The version when a playlist was last deleted for good: who knows an older one cannot be told what went.
    forgotten INTEGER NOT NULL,
    -- How many there are, with those in the trash.
    playlists INTEGER NOT NULL
) STRICT;

CREATE TABLE playlists (
    id TEXT PRIMARY KEY NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('folder', 'list', 'smart')),
    -- A folder of the same user's; one that is gone for good has taken along what was in it.
    parent_id TEXT,
    name TEXT NOT NULL,
    description TEXT,
    -- A smart one's, as JSON, and whose library they are evaluated on.
    rules TEXT,
    host_id TEXT,
    -- Which playlist of what was imported it is.
    origin TEXT,
    -- 1 while pieces of an import are still to come.
    is_importing INTEGER NOT NULL,
    items INTEGER NOT NULL,
    -- At most so many of its rows are removed ones.
    removed_items INTEGER NOT NULL,
    duration_ms INTEGER NOT NULL,
    -- Counts changes of all but the items, and of those.
    version INTEGER NOT NULL,
    items_version INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    created_at_ms INTEGER NOT NULL,
    updated_at_ms INTEGER NOT NULL,
    -- Since when it is in the trash.
    deleted_at_ms INTEGER
) STRICT;

CREATE UNIQUE INDEX playlists_by_change ON playlists (user_id, changed);
CREATE UNIQUE INDEX playlists_by_origin ON playlists (user_id, origin) WHERE origin IS NOT NULL;
CREATE INDEX playlists_by_parent ON playlists (parent_id);
CREATE INDEX playlists_by_deletion ON playlists (deleted_at_ms);

-- A removed one keeps its place for a while, to go back to.
CREATE TABLE playlist_items (
    playlist_id TEXT NOT NULL REFERENCES playlists (id) ON DELETE CASCADE,
    id TEXT NOT NULL,
    -- Sorts as the items stand in the list.
    position TEXT NOT NULL,
    host_id TEXT NOT NULL,
    track_id TEXT NOT NULL,
    -- What the track was called when it was added.
    title TEXT NOT NULL,
    artist TEXT,
    album TEXT,
    duration_ms INTEGER,
    added_at_ms INTEGER NOT NULL,
    removed_at_ms INTEGER,
    PRIMARY KEY (playlist_id, id)
) STRICT;

CREATE INDEX playlist_items_by_position ON playlist_items (playlist_id, position);
CREATE INDEX playlist_items_by_removal ON playlist_items (removed_at_ms);
