//! A file read forwards in large portions.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

/// Bytes read at once: few calls, little memory.
const PORTION: usize = 256 * 1024;
/// The same for who wants a file's beginning: a scan does of every file.
const FEW: usize = 16 * 1024;

/// Bytes of the longest file that is read through when it is opened: about what a network share gives within the 5 s that an opening may take.
const THROUGH_BYTES_MAX: u64 = 200 << 20;

pub struct Window {
    pub file: File,
    /// Bytes of the file.
    pub size: u64,
    bytes: Vec<u8>,
    /// Where `bytes` begin in the file.
    from: u64,
    /// Bytes read at once.
    portion: usize,
}

impl Window {
    pub fn new(file: File) -> io::Result<Self> {
        let size = file.metadata()?.len();
        Ok(Self { file, size, bytes: Vec::new(), from: 0, portion: PORTION })
    }

    /// For who does not read on.
    pub fn of_few(file: File) -> io::Result<Self> {
        Ok(Self { portion: FEW, ..Self::new(file)? })
    }

    /// The bytes from `at` on that are at hand: at least `least`, fewer only at the end of the file.
    pub fn look(&mut self, at: u64, least: usize) -> io::Result<&[u8]> {
        let room = usize::try_from(self.size.saturating_sub(at)).unwrap_or(usize::MAX);
        let least = least.min(room);
        let held = self.from..self.from + self.bytes.len() as u64;
        if at < held.start || at + least as u64 > held.end {
            self.bytes.resize(room.min(least.max(self.portion)), 0);
            self.from = at;
            if let Err(error) = self.file.read_exact_at(&mut self.bytes, at) {
                self.bytes.clear();
                return Err(error);
            }
        }
        let start = usize::try_from(at - self.from).unwrap_or(usize::MAX);
        Ok(self.bytes.get(start..).unwrap_or_default())
    }

    /// Whether it is short enough to be read through when it is opened.
    pub fn is_short(&self) -> bool {
        self.size <= THROUGH_BYTES_MAX
    }

    /// Lets go of what was read: nothing is held between requests.
    pub fn forget(&mut self) {
        self.bytes = Vec::new();
    }
}
