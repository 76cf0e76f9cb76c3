INSERT INTO track (
    id, folder, name, state, state_at_ms, mtime_ms, size, inode, fingerprint, song, kind, title, sort_title, album, artist, album_artist, composer,
    genre, track_no, disc_no, year, bpm, rating, compilation, has_lyrics, duration_ms, codec, kbps, source, more, art, added_at_ms
) VALUES (
    :id, :folder, :name, 'present', :now, :mtime_ms, :size, :inode, :fingerprint, :song, :kind, :title, :sort_title, :album, :artist, :album_artist,
    :composer, :genre, :track_no, :disc_no, :year, :bpm, :rating, :compilation, :has_lyrics, :duration_ms, :codec, :kbps, :source, :more, :art,
    ifnull((SELECT added_at_ms FROM former WHERE former.id = :id), :now)
)
ON CONFLICT (id) DO UPDATE SET
    folder = excluded.folder, name = excluded.name,
    state = 'present', state_at_ms = iif(track.state = 'present', track.state_at_ms, excluded.state_at_ms),
    mtime_ms = excluded.mtime_ms, size = excluded.size, inode = excluded.inode, fingerprint = ifnull(excluded.fingerprint, track.fingerprint), song = excluded.song,
    kind = excluded.kind, title = excluded.title, sort_title = excluded.sort_title, album = excluded.album, artist = excluded.artist,
    album_artist = excluded.album_artist, composer = excluded.composer, genre = excluded.genre, track_no = excluded.track_no,
    disc_no = excluded.disc_no, year = excluded.year, bpm = excluded.bpm, rating = excluded.rating, compilation = excluded.compilation,
    has_lyrics = excluded.has_lyrics, duration_ms = excluded.duration_ms, codec = excluded.codec, kbps = excluded.kbps, source = excluded.source,
    more = excluded.more, art = excluded.art
RETURNING n
