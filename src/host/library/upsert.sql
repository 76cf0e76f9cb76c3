INSERT INTO track (
    id, path, state, mtime_ms, size, kind, title, artist, album, album_artist, track_no, disc_no, year, genre, duration_ms, codec, art,
    source, renditions, sound, added_at_ms, sort_title, sort_artist, sort_album, sort_album_artist, search
) VALUES (
    :id, :path, 'present', :mtime_ms, :size, :kind, :title, :artist, :album, :album_artist, :track_no, :disc_no, :year, :genre,
    :duration_ms, :codec, :art, :source, :renditions, :sound, :added_at_ms, :sort_title, :sort_artist, :sort_album, :sort_album_artist, :search
)
ON CONFLICT (id) DO UPDATE SET
    state = 'present', mtime_ms = excluded.mtime_ms, size = excluded.size, kind = excluded.kind, title = excluded.title,
    artist = excluded.artist, album = excluded.album, album_artist = excluded.album_artist, track_no = excluded.track_no,
    disc_no = excluded.disc_no, year = excluded.year, genre = excluded.genre, duration_ms = excluded.duration_ms,
    codec = excluded.codec, art = excluded.art, source = excluded.source, renditions = excluded.renditions, sound = excluded.sound,
    sort_title = excluded.sort_title, sort_artist = excluded.sort_artist, sort_album = excluded.sort_album,
    sort_album_artist = excluded.sort_album_artist, search = excluded.search
