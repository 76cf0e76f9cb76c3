"""Tags files as common programs do, by mutagen. Reads from standard input: {"fields": {...}, "files": {path: kind}}."""
import json
import sys

from mutagen import aiff, apev2, asf, flac, id3, mp4, oggopus, oggvorbis, wave, wavpack

# Names as MusicBrainz Picard writes them: Vorbis and APEv2, ID3's TXXX and MP4's free atoms.
FREE = {
    "label": ("LABEL", None, "LABEL"),
    "lyricist": ("LYRICIST", None, "LYRICIST"),
    "isrc": ("ISRC", None, "ISRC"),
    "mood": ("MOOD", "MOOD", "MOOD"),
    "disc_subtitle": ("DISCSUBTITLE", "DISCSUBTITLE", "DISCSUBTITLE"),
    "original_date": ("ORIGINALDATE", None, "ORIGINALDATE"),
    "work": ("WORK", "WORK", None),
    "mb_recording": ("MUSICBRAINZ_TRACKID", None, "MusicBrainz Track Id"),
    "mb_track": ("MUSICBRAINZ_RELEASETRACKID", "MusicBrainz Release Track Id", "MusicBrainz Release Track Id"),
    "mb_release": ("MUSICBRAINZ_ALBUMID", "MusicBrainz Album Id", "MusicBrainz Album Id"),
    "mb_release_group": ("MUSICBRAINZ_RELEASEGROUPID", "MusicBrainz Release Group Id", "MusicBrainz Release Group Id"),
    "mb_artists": ("MUSICBRAINZ_ARTISTID", "MusicBrainz Artist Id", "MusicBrainz Artist Id"),
    "mb_album_artists": ("MUSICBRAINZ_ALBUMARTISTID", "MusicBrainz Album Artist Id", "MusicBrainz Album Artist Id"),
}
PLAIN = {
    "title": "TITLE", "artists": "ARTIST", "album": "ALBUM", "album_artists": "ALBUMARTIST", "composers": "COMPOSER", "genres": "GENRE",
    "date": "DATE", "bpm": "BPM", "comment": "COMMENT", "grouping": "GROUPING", "movement": "MOVEMENTNAME", "movement_no": "MOVEMENT",
    "movement_total": "MOVEMENTTOTAL", "conductor": "CONDUCTOR", "copyright": "COPYRIGHT", "sort_title": "TITLESORT",
    "sort_artist": "ARTISTSORT", "sort_album": "ALBUMSORT", "sort_album_artist": "ALBUMARTISTSORT", "sort_composer": "COMPOSERSORT",
}


def gains(of):
    return {
        "REPLAYGAIN_TRACK_GAIN": "%.2f dB" % (of["track_gain_cdb"] / 100), "REPLAYGAIN_ALBUM_GAIN": "%.2f dB" % (of["album_gain_cdb"] / 100),
        "REPLAYGAIN_TRACK_PEAK": "%.6f" % (of["track_peak_ppm"] / 1e6), "REPLAYGAIN_ALBUM_PEAK": "%.6f" % (of["album_peak_ppm"] / 1e6),
    }


def comments(tags, of):
    for name, key in PLAIN.items():
        tags[key] = of[name]
    for name, (key, _, _) in FREE.items():
        tags[key] = of[name]
    tags["TRACKNUMBER"], tags["TRACKTOTAL"] = str(of["track_no"]), str(of["track_total"])
    tags["DISCNUMBER"], tags["DISCTOTAL"] = str(of["disc_no"]), str(of["disc_total"])
    tags["COMPILATION"] = "1"
    tags["FMPS_RATING"] = "%.1f" % (of["rating"] / 100)
    tags["LYRICS"] = of["lyrics"]
    tags["iTunNORM"] = " 00000A2B"


def loud(tags, of, is_opus):
    if not is_opus:
        for key, value in gains(of).items():
            tags[key] = value
        return
    for key, name in [("R128_TRACK_GAIN", "track_gain_cdb"), ("R128_ALBUM_GAIN", "album_gain_cdb")]:
        tags[key] = str(round((of[name] - 500) * 256 / 100))


def frames(tags, of, version):
    code = 3 if version == 4 else 1
    text = {
        "TIT2": "title", "TPE1": "artists", "TALB": "album", "TPE2": "album_artists", "TCOM": "composers", "TCON": "genres", "TDRC": "date",
        "TDOR": "original_date", "TBPM": "bpm", "GRP1": "grouping", "MVNM": "movement", "TPE3": "conductor", "TEXT": "lyricist",
        "TPUB": "label", "TCOP": "copyright", "TSRC": "isrc", "TSO2": "sort_album_artist", "TSOC": "sort_composer",
    }
    free = {frame: of[name] for name, (_, frame, _) in FREE.items() if frame}
    if version == 4:
        text.update({"TSOT": "sort_title", "TSOP": "sort_artist", "TSOA": "sort_album", "TMOO": "mood", "TSST": "disc_subtitle"})
        free = {key: value for key, value in free.items() if key not in ("MOOD", "DISCSUBTITLE")}
        for which in ("track", "album"):
            peak = of[which + "_peak_ppm"] / 1e6
            tags.add(id3.RVA2(desc=which, channel=1, gain=of[which + "_gain_cdb"] / 100, peak=peak))
    else:
        free.update({"TITLESORT": of["sort_title"], "ARTISTSORT": of["sort_artist"], "ALBUMSORT": of["sort_album"]}, **gains(of))
    for frame, name in text.items():
        value = of[name] if isinstance(of[name], list) else [str(of[name])]
        tags.add(id3.Frames[frame](encoding=code, text=value))
    for name, value in free.items():
        tags.add(id3.TXXX(encoding=code, desc=name, text=value if isinstance(value, list) else [value]))
    tags.add(id3.TRCK(encoding=0, text="%d/%d" % (of["track_no"], of["track_total"])))
    tags.add(id3.TPOS(encoding=0, text="%d/%d" % (of["disc_no"], of["disc_total"])))
    tags.add(id3.MVIN(encoding=0, text="%s/%s" % (of["movement_no"], of["movement_total"])))
    tags.add(id3.TCMP(encoding=0, text="1"))
    tags.add(id3.UFID(owner="http://musicbrainz.org", data=of["mb_recording"].encode()))
    tags.add(id3.POPM(email="Windows Media Player 9 Series", rating=196, count=3))
    tags.add(id3.COMM(encoding=code, lang="eng", desc="iTunNORM", text=" 00000A2B"))
    tags.add(id3.COMM(encoding=code, lang="eng", desc="", text=of["comment"]))
    tags.add(id3.USLT(encoding=code, lang="eng", desc="", text=of["lyrics"]))


def atoms(tags, of):
    text = {
        "\xa9nam": "title", "\xa9ART": "artists", "\xa9alb": "album", "aART": "album_artists", "\xa9wrt": "composers", "\xa9gen": "genres",
        "\xa9day": "date", "\xa9cmt": "comment", "\xa9grp": "grouping", "\xa9wrk": "work", "\xa9mvn": "movement", "cprt": "copyright",
        "sonm": "sort_title", "soar": "sort_artist", "soal": "sort_album", "soaa": "sort_album_artist", "soco": "sort_composer",
        "\xa9lyr": "lyrics",
    }
    for atom, name in text.items():
        tags[atom] = of[name] if isinstance(of[name], list) else [of[name]]
    free = {atom: of[name] for name, (_, _, atom) in FREE.items() if atom}
    free.update(gains(of), CONDUCTOR=of["conductor"], iTunNORM=" 00000A2B")
    for name, value in free.items():
        values = value if isinstance(value, list) else [value]
        tags["----:com.apple.iTunes:" + name] = [mp4.MP4FreeForm(one.encode()) for one in values]
    tags["trkn"], tags["disk"] = [(of["track_no"], of["track_total"])], [(of["disc_no"], of["disc_total"])]
    tags["\xa9mvi"], tags["\xa9mvc"] = [int(of["movement_no"])], [int(of["movement_total"])]
    tags["cpil"], tags["tmpo"], tags["rate"] = True, [int(of["bpm"])], [str(of["rating"])]


def items(tags, of):
    names = dict(PLAIN, date="Year", album_artists="Album Artist")
    for name, key in names.items():
        tags[key] = of[name]
    for name, (key, _, _) in FREE.items():
        tags[key] = of[name]
    for key, value in gains(of).items():
        tags[key] = value
    tags["Track"], tags["Disc"] = "%d/%d" % (of["track_no"], of["track_total"]), "%d/%d" % (of["disc_no"], of["disc_total"])
    tags["Compilation"], tags["Rating"], tags["Lyrics"] = "1", str(of["rating"]), of["lyrics"]


def attributes(tags, of):
    names = {
        "title": "Title", "artists": "Author", "album": "WM/AlbumTitle", "album_artists": "WM/AlbumArtist", "composers": "WM/Composer",
        "genres": "WM/Genre", "date": "WM/Year", "original_date": "WM/OriginalReleaseTime", "bpm": "WM/BeatsPerMinute",
        "comment": "Description", "grouping": "WM/ContentGroupDescription", "conductor": "WM/Conductor", "lyricist": "WM/Writer",
        "label": "WM/Publisher", "copyright": "Copyright", "isrc": "WM/ISRC", "mood": "WM/Mood", "disc_subtitle": "WM/SetSubTitle",
        "sort_title": "WM/TitleSortOrder", "sort_artist": "WM/ArtistSortOrder", "sort_album": "WM/AlbumSortOrder",
        "sort_album_artist": "WM/AlbumArtistSortOrder", "sort_composer": "WM/ComposerSortOrder", "work": "WM/Work", "lyrics": "WM/Lyrics",
        "mb_recording": "MusicBrainz/Track Id", "mb_track": "MusicBrainz/Release Track Id", "mb_release": "MusicBrainz/Album Id",
        "mb_release_group": "MusicBrainz/Release Group Id", "mb_artists": "MusicBrainz/Artist Id",
        "mb_album_artists": "MusicBrainz/Album Artist Id",
    }
    for name, key in names.items():
        tags[key] = of[name]
    for key, value in gains(of).items():
        tags[key] = value
    tags["WM/TrackNumber"], tags["WM/PartOfSet"] = "%d/%d" % (of["track_no"], of["track_total"]), "%d/%d" % (of["disc_no"], of["disc_total"])
    tags["WM/IsCompilation"], tags["WM/SharedUserRating"] = asf.ASFBoolAttribute(True), asf.ASFDWordAttribute(75)


def write(path, kind, of):
    if kind in ("id3v2.4", "id3v2.3", "aac"):
        tags = id3.ID3()
        frames(tags, of, 3 if kind == "id3v2.3" else 4)
        if kind == "id3v2.3":
            tags.update_to_v23()
        tags.save(path, v1=0, v2_version=3 if kind == "id3v2.3" else 4, v23_sep=None)
    elif kind == "id3v1":
        tags = id3.ID3()
        tags.update({frame.HashKey: frame for frame in [
            id3.TIT2(encoding=0, text=of["title"]), id3.TPE1(encoding=0, text=of["artists"][0]), id3.TALB(encoding=0, text=of["album"]),
            id3.TDRC(encoding=0, text=of["date"][:4]), id3.TCON(encoding=0, text=of["genres"][0]),
            id3.TRCK(encoding=0, text=str(of["track_no"]))]})
        tags.save(path, v1=2)
        tags.delete(path, delete_v1=False, delete_v2=True)
    elif kind in ("wav", "aiff"):
        file = wave.WAVE(path) if kind == "wav" else aiff.AIFF(path)
        file.add_tags()
        frames(file.tags, of, 4)
        file.save()
    else:
        make, fill = {
            "flac": (flac.FLAC, comments), "ogg": (oggvorbis.OggVorbis, comments), "opus": (oggopus.OggOpus, comments),
            "m4a": (mp4.MP4, atoms), "wv": (wavpack.WavPack, items), "ape": (apev2.APEv2, items), "wma": (asf.ASF, attributes),
        }[kind]
        file = make() if kind == "ape" else make(path)
        if kind != "ape" and file.tags is None:
            file.add_tags()
        tags = file if kind == "ape" else file.tags
        fill(tags, of)
        if fill is comments:
            loud(tags, of, kind == "opus")
        file.save(path)


def main():
    task = json.load(sys.stdin)
    for path, kind in task["files"].items():
        write(path, kind, task["fields"])


main()
