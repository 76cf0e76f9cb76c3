-- The whole current schema of serve's database. Numbered migrations in src/store/migrations reach it; a test proves
-- that they do. Ids are UUIDv7 text made by the program, times are UTC milliseconds, tokens are kept as SHA-256 hashes.

CREATE TABLE users (
    id TEXT PRIMARY KEY NOT NULL,
    -- As its owner writes it; name_key is what it is looked up by (trimmed, lower case).
    name TEXT NOT NULL,
    name_key TEXT NOT NULL UNIQUE,
    -- Argon2id, PHC string.
    password_phc TEXT NOT NULL,
    created_at_ms INTEGER NOT NULL
) STRICT;

-- A browser that is signed in.
CREATE TABLE web_sessions (
    token_hash BLOB PRIMARY KEY NOT NULL CHECK (length(token_hash) = 32),
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at_ms INTEGER NOT NULL,
    expires_at_ms INTEGER NOT NULL
) STRICT;

CREATE INDEX web_sessions_by_user ON web_sessions (user_id);
CREATE INDEX web_sessions_by_expiry ON web_sessions (expires_at_ms);

-- A link that signs in once: its row goes when it is used.
CREATE TABLE sign_in_links (
    token_hash BLOB PRIMARY KEY NOT NULL CHECK (length(token_hash) = 32),
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at_ms INTEGER NOT NULL,
    expires_at_ms INTEGER NOT NULL
) STRICT;

CREATE INDEX sign_in_links_by_user ON sign_in_links (user_id);

-- A home PC. A revoked one stays as a row, so that its key's past is known; the same key may then be paired anew.
CREATE TABLE hosts (
    id TEXT PRIMARY KEY NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    host_key BLOB NOT NULL CHECK (length(host_key) = 32),
    name TEXT NOT NULL,
    access_token_hash BLOB UNIQUE CHECK (length(access_token_hash) = 32),
    paired_at_ms INTEGER NOT NULL,
    last_seen_at_ms INTEGER,
    revoked_at_ms INTEGER
) STRICT;

-- One owner at a time.
CREATE UNIQUE INDEX hosts_by_live_key ON hosts (host_key) WHERE revoked_at_ms IS NULL;
CREATE INDEX hosts_by_user ON hosts (user_id);

-- A host that asks to be paired (RFC 8628).
CREATE TABLE device_grants (
    device_code_hash BLOB PRIMARY KEY NOT NULL CHECK (length(device_code_hash) = 32),
    user_code TEXT NOT NULL UNIQUE,
    host_key BLOB NOT NULL CHECK (length(host_key) = 32),
    host_name TEXT NOT NULL,
    -- Where it asked from, for its owner to recognise.
    address TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'approved', 'denied')),
    user_id TEXT REFERENCES users (id) ON DELETE CASCADE,
    host_id TEXT REFERENCES hosts (id) ON DELETE CASCADE,
    created_at_ms INTEGER NOT NULL,
    expires_at_ms INTEGER NOT NULL,
    polled_at_ms INTEGER,
    CHECK ((state = 'approved') = (user_id IS NOT NULL AND host_id IS NOT NULL))
) STRICT;

CREATE INDEX device_grants_by_key ON device_grants (host_key);
CREATE INDEX device_grants_by_expiry ON device_grants (expires_at_ms);
CREATE INDEX device_grants_by_user ON device_grants (user_id);
CREATE INDEX device_grants_by_host ON device_grants (host_id);

-- A player talking to a host. Kept, so that a player goes on after serve was restarted.
CREATE TABLE play_sessions (
    id TEXT PRIMARY KEY NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    host_id TEXT NOT NULL REFERENCES hosts (id) ON DELETE CASCADE,
    player_key BLOB NOT NULL CHECK (length(player_key) = 32),
    started_at_ms INTEGER NOT NULL,
    renewed_at_ms INTEGER NOT NULL
) STRICT;

CREATE INDEX play_sessions_by_user ON play_sessions (user_id);
CREATE INDEX play_sessions_by_host ON play_sessions (host_id);
CREATE INDEX play_sessions_by_renewal ON play_sessions (renewed_at_ms);

-- Whose database this is: the public key by which hosts know their server. One row, from when that server first opened it.
CREATE TABLE server_identity (
    only_row INTEGER PRIMARY KEY NOT NULL CHECK (only_row = 1),
    server_key BLOB NOT NULL CHECK (length(server_key) = 32)
) STRICT;

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
