//! Bytes that may lie: read by place, in pieces whose size we choose.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

/// A file, or what a test takes for one.
pub(super) trait Source {
    fn len(&self) -> u64;

    /// Fewer bytes than asked for only at the end.
    fn read(&self, at: u64, into: &mut [u8]) -> io::Result<usize>;
}

/// A file of so many bytes.
pub(super) struct Opened<'a> {
    pub(super) file: &'a File,
    pub(super) len: u64,
}

impl Source for Opened<'_> {
    fn len(&self) -> u64 {
        self.len
    }

    fn read(&self, at: u64, mut into: &mut [u8]) -> io::Result<usize> {
        let mut done = 0;
        while !into.is_empty() {
            match self.file.read_at(into, at + done as u64) {
                Ok(0) => break,
                Ok(count) => {
                    done += count;
                    into = &mut into[count..];
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(done)
    }
}

#[cfg(test)]
impl Source for &[u8] {
    fn len(&self) -> u64 {
        <[u8]>::len(self) as u64
    }

    fn read(&self, at: u64, into: &mut [u8]) -> io::Result<usize> {
        let rest = usize::try_from(at).ok().and_then(|at| self.get(at..)).unwrap_or_default();
        let count = rest.len().min(into.len());
        into[..count].copy_from_slice(&rest[..count]);
        Ok(count)
    }
}

/// Why a container was not read.
#[derive(Debug)]
pub(super) enum Stop {
    /// Its bytes are not those of such a container.
    NotIt,
    Io(io::Error),
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

pub(super) type Parsed<T> = Result<T, Stop>;

/// Exactly `N` bytes.
pub(super) fn take<const N: usize>(source: &dyn Source, at: u64) -> Parsed<[u8; N]> {
    let mut bytes = [0; N];
    if source.read(at, &mut bytes)? == N { Ok(bytes) } else { Err(Stop::NotIt) }
}

/// As many of `count` bytes as there are.
pub(super) fn some(source: &dyn Source, at: u64, count: u64) -> Parsed<Vec<u8>> {
    let count = count.min(source.len().saturating_sub(at));
    let mut bytes = vec![0; usize::try_from(count).map_err(|_| Stop::NotIt)?];
    let read = source.read(at, &mut bytes)?;
    bytes.truncate(read);
    Ok(bytes)
}

/// Bytes from `start` up to `end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: u64,
    pub(super) end: u64,
}

impl Span {
    /// `length` bytes from `start`, none of them at or after `end`.
    pub(super) fn within(start: u64, length: u64, end: u64) -> Self {
        let start = start.min(end);
        Self { start, end: start.saturating_add(length).min(end) }
    }

    pub(super) fn len(self) -> u64 {
        self.end.saturating_sub(self.start)
    }
}
