//! What a file is and says: by its tags where that is enough, by a look into it where it is not.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use super::super::described::Described;
use super::super::identity::Fingerprint;
use super::super::tags::{self, Silent, Tagged};
use super::walk;
use crate::host::media::{MediaError, Prober, check_facts};
use crate::protocol::SourceMedia;

/// Why a file is not taken.
pub(super) struct Refusal {
    pub(super) reason: String,
    pub(super) kind: Refused,
}

/// What a refusal says of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// It is not there any more, or no file.
    Gone,
    /// It says nothing that is of use.
    Damaged,
    /// It could not be read just now, which says nothing of what is in it.
    Unread,
}

impl From<String> for Refusal {
    fn from(reason: String) -> Self {
        Self { reason, kind: Refused::Damaged }
    }
}

impl From<Silent> for Refusal {
    fn from(silent: Silent) -> Self {
        let kind = if matches!(silent, Silent::Damaged(_)) { Refused::Damaged } else { Refused::Unread };
        Self { reason: silent.to_string(), kind }
    }
}

impl From<MediaError> for Refusal {
    fn from(error: MediaError) -> Self {
        let is_damaged = matches!(error, MediaError::Unplayable(_) | MediaError::NotFound { .. });
        Self { reason: error.to_string(), kind: if is_damaged { Refused::Damaged } else { Refused::Unread } }
    }
}

/// Reads an open media file of `size` bytes in the media folder `root`, or says in a few words why not.
pub(super) fn read(path: &Path, file: &File, root: &Path, size: u64, prober: &mut Prober) -> Result<Tagged, Refusal> {
    if !tags::is_tagged(path) {
        return checked(look(path, root, size, file, prober)?);
    }
    match careful(|| tags::song(path, Some(root), file)) {
        Ok(song) => checked(song),
        Err(silent @ Silent::Unread(_)) => Err(silent.into()),
        // Pictures in a file that is named like a song, say.
        Err(Silent::Damaged(reason)) => match look(path, root, size, file, prober) {
            Ok(found) => checked(found),
            Err(error @ MediaError::MissingPlugin(_)) => Err(error.into()),
            Err(error) => Err(Refusal { reason, ..error.into() }),
        },
    }
}

/// What an open file is known by wherever it goes; `None` when damage keeps that from being told. A track whose file cannot be read just
/// now is not written without it: it would be another one after its next move.
pub(super) fn fingerprint(file: &File) -> Result<Option<Fingerprint>, Refusal> {
    Fingerprint::of(file).map(Some).or_else(|error| match Silent::of(&error) {
        Silent::Damaged(_) => Ok(None),
        unread @ Silent::Unread(_) => Err(unread.into()),
    })
}

/// By its headers or by GStreamer; tags are welcome but not needed.
fn look(path: &Path, root: &Path, size: u64, file: &File, prober: &mut Prober) -> Result<Tagged, MediaError> {
    let probed = prober.probe(path, size)?;
    let fields = careful(|| Ok(tags::tags_of(path, file))).unwrap_or_default();
    Ok(tags::tagged(path, Some(root), probed, fields))
}

fn checked(read: Tagged) -> Result<Tagged, Refusal> {
    let Described { source: SourceMedia { audio, video }, duration_ms, .. } = &read.described;
    check_facts(*duration_ms, audio.as_ref(), video.as_ref())?;
    Ok(read)
}

/// A parser that panics over a hostile file costs that file only.
fn careful<T>(read: impl FnOnce() -> Result<T, Silent>) -> Result<T, Silent> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| Err(Silent::damaged("its tags are damaged")))
}

/// Opens without waiting for anybody: a file that became a pipe or a device since it was listed is refused, not read.
pub(super) fn open(path: &Path) -> Result<File, Refusal> {
    let flags = libc::O_NONBLOCK | libc::O_NOFOLLOW;
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path).map_err(|error| unread("it cannot be opened", &error))?;
    let kind = file.metadata().map_err(|error| unread("it cannot be read", &error))?.file_type();
    let special = || Refusal { reason: format!("it is {}, not a file", walk::special(kind)), kind: Refused::Gone };
    if kind.is_file() { Ok(file) } else { Err(special()) }
}

fn unread(what: &str, error: &io::Error) -> Refusal {
    let is_gone = error.kind() == io::ErrorKind::NotFound || error.raw_os_error() == Some(libc::ELOOP);
    Refusal { reason: format!("{what}: {}", error.kind()), kind: if is_gone { Refused::Gone } else { Refused::Unread } }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::media::WorkerConfig;

    #[test]
    fn a_file_whose_bytes_the_system_does_not_give_is_not_damaged() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut prober = Prober::new(WorkerConfig { exe: folder.path().join("none"), registry: folder.path().join("none") });
        for ending in ["mp3", "flac", "ogg", "opus", "m4a", "wav", "aiff", "aac", "ape", "wv", "mpc", "spx"] {
            let path = folder.path().join("song").with_extension(ending);
            std::fs::write(&path, [0; 4096]).expect("written");
            // Opened in such a way, each read of it fails.
            let file = OpenOptions::new().write(true).open(&path).expect("opened");
            let read = read(&path, &file, folder.path(), 4096, &mut prober);
            assert_eq!(read.err().map(|refusal| refusal.kind), Some(Refused::Unread), "{ending}");
            assert_eq!(fingerprint(&file).err().map(|refusal| refusal.kind), Some(Refused::Unread), "{ending}");
            let file = File::open(&path).expect("opened");
            assert!(fingerprint(&file).is_ok_and(|found| found.is_some()), "{ending}");
            assert!(matches!(tags::song(&path, None, &file), Err(Silent::Damaged(_))), "{ending}");
        }
    }

    #[test]
    fn a_file_that_cannot_be_read_now_is_neither_damaged_nor_gone() {
        let of = |code| unread("it cannot be opened", &io::Error::from_raw_os_error(code)).kind;
        assert_eq!([libc::EIO, libc::EACCES, libc::EMFILE].map(of), [Refused::Unread; 3]);
        assert_eq!([libc::ENOENT, libc::ELOOP].map(of), [Refused::Gone; 2]);
        let lacks = MediaError::MissingPlugin("Install it.".to_owned());
        let unread = [lacks, MediaError::Gone, MediaError::Silent, MediaError::TooLong, MediaError::Busy, MediaError::internal("x")];
        assert!(unread.into_iter().all(|error| Refusal::from(error).kind == Refused::Unread));
        assert_eq!(Refusal::from(MediaError::unplayable("x")).kind, Refused::Damaged);
    }
}
