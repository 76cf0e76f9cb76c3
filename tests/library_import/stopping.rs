//! Ctrl-C in the middle of a file.

use std::fs::File;
use std::io::Write;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use iroam::protocol::Listened;

use crate::{Place, SONGS, library_of};

/// The file is a pipe, so that the import is in the middle of it when it is told to stop.
#[test]
fn an_import_that_is_stopped_keeps_nothing_of_its_file_and_says_so() {
    let mut place = Place::new();
    let xml = library_of(&mut place).xml();
    let path = place.home.data.with_file_name("Library.xml");
    assert!(Command::new("mkfifo").arg(&path).status().expect("it runs").success());
    let mut command = place.command(&place.home.data, "import");
    let running = command.arg(&path).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs");
    let mut pipe = File::options().write(true).open(&path).expect("it is being read");
    let (first, rest) = xml.split_at(xml.find("<key>Playlists</key>").expect("playlists"));
    pipe.write_all(first.as_bytes()).expect("written");
    assert!(Command::new("kill").args(["-INT", &running.id().to_string()]).status().expect("it runs").success());
    // White space goes on until nobody reads any more.
    while pipe.write_all(b"\n").is_ok() {
        sleep(Duration::from_millis(10));
    }
    let done = running.wait_with_output().expect("ends");
    let text = String::from_utf8_lossy(&done.stdout);
    assert_eq!(done.status.code(), Some(1), "{text}{}", String::from_utf8_lossy(&done.stderr));
    assert!(text.contains("not imported: it was stopped, and nothing of this file is kept") && text.contains("It was stopped"), "{text}");
    assert_eq!((place.listened(), place.keeper.lists().len()), (vec![Listened::default(); SONGS.len()], 0));

    std::fs::remove_file(&path).expect("removed");
    std::fs::write(&path, [first, rest].concat()).expect("written");
    place.run("import", &[path.to_str().expect("plain")]);
    place.check_everything("imported anew");
}
