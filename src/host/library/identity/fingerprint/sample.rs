//! What of a stream is hashed: all of a short one, windows of a long one.

use sha2::{Digest, Sha256};

use super::Fingerprint;
use super::source::{Parsed, Source, Span};

/// How much of a long stream is looked at.
#[derive(Clone, Copy, Debug)]
pub(super) enum Windows {
    /// Coded sound differs everywhere when it differs at all: its beginning, middle and end tell. Three seeks of a spinning disk.
    Coded,
    /// Samples as they are may be silence in any place: tracks of one recording, say, which are all equally long.
    Plain,
}

impl Windows {
    /// Bytes of a window, and how many there are.
    fn shape(self) -> (u64, u64) {
        match self {
            Self::Coded => (16 * 1024, 3),
            Self::Plain => (4 * 1024, 24),
        }
    }
}

/// What a file's coded bytes are.
#[derive(Debug)]
pub(super) struct Stream {
    /// Of the container: equal bytes in another one are another stream.
    pub(super) kind: &'static str,
    /// Hashed as a whole; the reader of the container keeps it short.
    pub(super) facts: Vec<u8>,
    /// Coded bytes, in their order, each within the file.
    pub(super) spans: Vec<Span>,
    pub(super) windows: Windows,
}

impl Stream {
    pub(super) fn coded(kind: &'static str, spans: Vec<Span>) -> Self {
        Self { kind, facts: Vec::new(), spans, windows: Windows::Coded }
    }

    pub(super) fn told(kind: &'static str, facts: Vec<u8>) -> Self {
        Self { kind, facts, spans: Vec::new(), windows: Windows::Coded }
    }

    pub(super) fn fingerprint(&self, source: &dyn Source) -> Parsed<Fingerprint> {
        let total: u64 = self.spans.iter().map(|span| span.len()).fold(0, u64::saturating_add);
        let mut digest = Sha256::new();
        digest.update(b"iroam stream 1\0");
        for part in [self.kind.as_bytes(), &self.facts] {
            digest.update((part.len() as u64).to_be_bytes());
            digest.update(part);
        }
        digest.update(total.to_be_bytes());
        for window in windows(total, self.windows) {
            self.hash(source, window, &mut digest)?;
        }
        let digest: [u8; 32] = digest.finalize().into();
        let mut short = [0; 16];
        short.copy_from_slice(&digest[..16]);
        Ok(Fingerprint(short))
    }

    /// The bytes of a window, which is counted over the spans as if they were one.
    fn hash(&self, source: &dyn Source, window: Span, digest: &mut Sha256) -> Parsed<()> {
        let mut buffer = [0; 16 * 1024];
        let mut before = 0_u64;
        for span in &self.spans {
            let end = before.saturating_add(span.len());
            let mut at = window.start.max(before);
            while at < window.end.min(end) {
                let count = (window.end.min(end) - at).min(buffer.len() as u64) as usize;
                let read = source.read(span.start + (at - before), &mut buffer[..count])?;
                digest.update(&buffer[..read]);
                at += count as u64;
            }
            before = end;
            if before >= window.end {
                break;
            }
        }
        Ok(())
    }
}

/// Windows over a stream of `total` bytes: the first at its beginning, the last at its end, the others evenly between.
pub(super) fn windows(total: u64, windows: Windows) -> Vec<Span> {
    let (size, count) = windows.shape();
    if total <= size * count {
        return vec![Span { start: 0, end: total }];
    }
    let place = |k: u64| (u128::from(total - size) * u128::from(k) / u128::from(count - 1)) as u64;
    (0..count).map(|k| Span { start: place(k), end: place(k) + size }).collect()
}
