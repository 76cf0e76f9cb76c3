//! One making of a segment, and all who listen to it.

use bytes::Bytes;
use tokio::sync::watch;

use super::child::Made;
use crate::host::media::error::MediaError;

/// The making's own end. Chunks are kept until the end, for listeners who join late and for the cache, so that a slow listener holds up
/// nobody else and no worker.
pub struct Making {
    progress: watch::Sender<Progress>,
}

#[derive(Default)]
struct Progress {
    of: u32,
    chunks: Vec<Bytes>,
    end: Option<Result<Made, MediaError>>,
}

/// What a listener learns first.
pub enum Begun {
    Whole(Made),
    /// In so many chunks, the first of which is there.
    Chunks(u32),
}

impl Making {
    pub fn new() -> Self {
        Self { progress: watch::Sender::default() }
    }

    pub fn listen(&self) -> Listener {
        Listener { progress: self.progress.subscribe(), heard: 0 }
    }

    pub fn is_wanted(&self) -> bool {
        self.progress.receiver_count() > 0
    }

    /// Waits until nobody listens. Somebody may again, later.
    pub async fn unwanted(&self) {
        self.progress.closed().await;
    }

    /// Takes chunk number `at` of `of`. One that was made before, by a worker that then died, must be the same again.
    pub fn chunk(&self, at: usize, of: u32, chunk: Bytes) -> Result<(), MediaError> {
        let mut result = Ok(());
        self.progress.send_if_modified(|progress| {
            let (known, fits) = (progress.chunks.get(at), progress.of == 0 || progress.of == of);
            match known {
                Some(known) if fits && *known == chunk => false,
                None if fits && at == progress.chunks.len() && at < of as usize => {
                    progress.of = of;
                    progress.chunks.push(chunk);
                    true
                }
                _ => {
                    result = Err(MediaError::internal("a worker's chunks do not fit together"));
                    false
                }
            }
        });
        result
    }

    /// All chunks end to end; `None` when some are missing.
    pub fn whole(&self) -> Option<Bytes> {
        let progress = self.progress.borrow();
        match progress.chunks.as_slice() {
            [only] if progress.of == 1 => Some(only.clone()),
            chunks if chunks.len() == progress.of as usize => Some(chunks.concat().into()),
            _ => None,
        }
    }

    /// Ends it for all who listen; once.
    pub fn end(&self, result: Result<Made, MediaError>) {
        self.progress.send_if_modified(|progress| {
            let first = progress.end.is_none();
            if first {
                progress.end = Some(result);
            }
            first
        });
    }
}

/// Somebody who waits for a segment; leaves when dropped.
#[derive(Debug)]
pub struct Listener {
    progress: watch::Receiver<Progress>,
    heard: usize,
}

impl std::fmt::Debug for Progress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} of {} chunks", self.chunks.len(), self.of)
    }
}

impl Listener {
    /// Waits for the first chunk, or for all when there is but one.
    pub async fn begun(&mut self) -> Result<Begun, MediaError> {
        let begun = |progress: &Progress| progress.end.is_some() || (progress.of > 1 && !progress.chunks.is_empty());
        let progress = self.progress.wait_for(begun).await.map_err(|_| gone())?;
        match &progress.end {
            Some(end) => end.clone().map(Begun::Whole),
            None => Ok(Begun::Chunks(progress.of)),
        }
    }

    /// The next chunk; `None` after the last, an error when the making failed on the way.
    pub async fn recv(&mut self) -> Option<Result<Bytes, MediaError>> {
        let heard = self.heard;
        let ready = |progress: &Progress| progress.end.is_some() || progress.chunks.len() > heard;
        let Ok(progress) = self.progress.wait_for(ready).await else { return Some(Err(gone())) };
        match (progress.chunks.get(heard), &progress.end) {
            (Some(chunk), _) => {
                self.heard += 1;
                Some(Ok(chunk.clone()))
            }
            (None, Some(Err(error))) => Some(Err(error.clone())),
            _ => None,
        }
    }

    pub async fn whole(mut self) -> Result<Made, MediaError> {
        let progress = self.progress.wait_for(|progress| progress.end.is_some()).await.map_err(|_| gone())?;
        progress.end.clone().unwrap_or_else(|| Err(gone()))
    }
}

fn gone() -> MediaError {
    MediaError::internal("the request was dropped")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::media::job::Head;

    #[tokio::test]
    async fn every_listener_gets_all_chunks_whenever_he_came() {
        let making = Making::new();
        let mut early = making.listen();
        making.chunk(0, 2, Bytes::from_static(b"ab")).expect("the first");
        assert!(matches!(early.begun().await, Ok(Begun::Chunks(2))));
        let mut late = making.listen();
        making.chunk(1, 2, Bytes::from_static(b"c")).expect("the second");
        let whole = making.whole().expect("all there");
        making.end(Ok(Made { head: Head::None, body: whole }));
        for listener in [&mut early, &mut late] {
            assert_eq!(listener.recv().await, Some(Ok(Bytes::from_static(b"ab"))));
            assert_eq!(listener.recv().await, Some(Ok(Bytes::from_static(b"c"))));
            assert_eq!(listener.recv().await, None);
        }
        assert_eq!(making.listen().whole().await.expect("made").body, "abc");
    }

    #[tokio::test]
    async fn chunks_made_again_must_be_the_same() {
        let making = Making::new();
        making.chunk(0, 3, Bytes::from_static(b"ab")).expect("the first");
        making.chunk(0, 3, Bytes::from_static(b"ab")).expect("the same again");
        for (at, of, bytes) in [(0, 3, "ax"), (0, 4, "ab"), (2, 3, "c"), (1, 2, "c")] {
            assert!(making.chunk(at, of, Bytes::from(bytes)).is_err(), "{at} {of} {bytes}");
        }
        assert_eq!(making.whole(), None);
    }

    #[tokio::test]
    async fn a_making_that_fails_midway_is_cut_for_its_listeners() {
        let making = Making::new();
        let mut listener = making.listen();
        making.chunk(0, 2, Bytes::from_static(b"ab")).expect("the first");
        making.end(Err(MediaError::Gone));
        assert_eq!(listener.recv().await, Some(Ok(Bytes::from_static(b"ab"))));
        assert_eq!(listener.recv().await, Some(Err(MediaError::Gone)));
        drop(listener);
        making.unwanted().await;
        assert!(!making.is_wanted());
    }
}
