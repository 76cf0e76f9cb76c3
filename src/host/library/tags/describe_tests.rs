use super::*;

const ROOT: &str = "/music";

fn of(path: &str, tags: &[(Key, &str)]) -> Described {
    let mut fields = Fields::default();
    for (key, text) in tags {
        fields.push(*key, text);
    }
    described(&Path::new(ROOT).join(path), Some(Path::new(ROOT)), MediaKind::Audio, &fields)
}

fn album(path: &str, tags: &[(Key, &str)]) -> AlbumTag {
    of(path, tags).album.expect("an album")
}

#[test]
fn what_makes_tracks_one_album() {
    let sea = (Key::Album, "Sea");
    let id = |path: &str, tags: &[(Key, &str)]| album(path, tags).id;
    // By whose it is, in any folder and spelling.
    assert_eq!(id("a/1.mp3", &[sea, (Key::AlbumArtist, "Ada")]), id("b/2.mp3", &[(Key::Album, "SEA"), (Key::AlbumArtist, "ada")]));
    assert_ne!(id("a/1.mp3", &[sea, (Key::AlbumArtist, "Ada")]), id("a/2.mp3", &[sea, (Key::AlbumArtist, "Bob")]));
    // By its folder, whoever plays, its discs together.
    assert_eq!(id("a/CD1/1.mp3", &[sea, (Key::Artist, "Ada")]), id("a/CD 2/1.mp3", &[sea, (Key::Artist, "Bob")]));
    assert_ne!(id("a/1.mp3", &[(Key::Album, "Greatest Hits")]), id("b/1.mp3", &[(Key::Album, "Greatest Hits")]));
    // By the release's id.
    let release = (Key::MbRelease, "9d5b9c4b-7a3c-4b7e-8f8e-3d2f5c6b7a8d");
    assert_eq!(id("a/1.mp3", &[sea, release]), id("b/1.mp3", &[(Key::Album, "Sea (disc 2)"), release]));
    // By names, for those without tags.
    assert_eq!(id("Ada/Sea/CD1/01 - Blue.mp3", &[]), id("x/2.mp3", &[(Key::AlbumArtist, "Ada"), sea]));
}

#[test]
fn a_sampler_is_of_various_artists() {
    let sampler = [(Key::Album, "Sea"), (Key::Artist, "Ada"), (Key::Compilation, "1")];
    assert_eq!(album("a/1.mp3", &sampler).artist.as_deref(), Some(VARIOUS));
    assert_eq!(album("a/1.mp3", &sampler[..2]).artist.as_deref(), Some("Ada"));
}

#[test]
fn names_are_never_parted() {
    for name in ["Simon & Garfunkel", "AC/DC", "Ada feat. Bob", "Earth, Wind & Fire", "Ada; Bob"] {
        assert_eq!(of("a.mp3", &[(Key::Artist, name)]).artists, [name]);
    }
    assert_eq!(of("a.mp3", &[(Key::Artist, "Ada feat. Bob"), (Key::Artists, "Ada\0Bob")]).artists, ["Ada", "Bob"]);
}

#[test]
fn hostile_texts_are_made_fit_to_show() {
    let hostile = of("a.mp3", &[(Key::Title, "\u{202e}<script>alert(1)</script>\u{7}\u{0}\u{2066}"), (Key::Artist, "\u{202e}\u{0}")]);
    assert_eq!(hostile.title, "<script>alert(1)</script>", "text, and shown as text");
    assert!(hostile.artists.is_empty());
    assert_eq!(of("\u{202e}gpj.mp3", &[]).title, "gpj");
}

#[test]
fn a_grouping_becomes_a_work_beside_another() {
    assert_eq!(of("a.mp3", &[(Key::ContentGroup, "Op. 1")]).more.grouping.as_deref(), Some("Op. 1"));
    let both = of("a.mp3", &[(Key::ContentGroup, "Op. 1"), (Key::Grouping, "Best")]).more;
    assert_eq!((both.work.as_deref(), both.grouping.as_deref()), (Some("Op. 1"), Some("Best")));
}

#[test]
fn what_is_tagged_is_not_guessed() {
    let song = of("Ada/Sea/03 - Blue.mp3", &[(Key::Title, "Teal")]);
    assert_eq!((song.title.as_str(), song.artists.len(), song.album, song.track_no), ("Teal", 0, None, None));
    assert_eq!(of("Ada/Sea/03 - Blue.mp3", &[(Key::Album, "Sky")]).title, "03 - Blue");
    let untagged = of("Ada/Sea (1999)/03 - Blue.mp3", &[]);
    assert_eq!((untagged.year, untagged.track_no, untagged.artists), (Some(1999), Some(3), vec!["Ada".to_owned()]));
}
