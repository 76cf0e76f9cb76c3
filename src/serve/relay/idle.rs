//! Browsers that take nothing of their answer: the host's work for them ends.

use std::cell::{Cell, RefCell};
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures_util::Stream;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until};

type Answer = Pin<Box<dyn Stream<Item = io::Result<Bytes>>>>;

/// An answer that is dropped, and so ends in an error, when nobody asks for its next piece for `limit` after the last.
/// Waiting for the host does not count: a piece has been asked for then.
pub struct Watched {
    shared: Rc<Shared>,
    watch: JoinHandle<()>,
}

struct Shared {
    /// `None` when it was dropped.
    answer: RefCell<Option<Answer>>,
    /// Since when the browser has had a piece and asked for no other.
    idle_since: Cell<Option<Instant>>,
}

impl Watched {
    /// To be called on a thread of the website.
    pub fn new(answer: impl Stream<Item = io::Result<Bytes>> + 'static, limit: Duration) -> Self {
        let answer: Answer = Box::pin(answer);
        let shared = Rc::new(Shared { answer: RefCell::new(Some(answer)), idle_since: Cell::new(Some(Instant::now())) });
        let watch = actix_web::rt::spawn(watch(Rc::clone(&shared), limit));
        Self { shared, watch }
    }
}

async fn watch(shared: Rc<Shared>, limit: Duration) {
    loop {
        let due = shared.idle_since.get().unwrap_or_else(Instant::now) + limit;
        if due <= Instant::now() {
            metrics::counter!("iroam_relay_failures_total", "code" => "idle_reader").increment(1);
            shared.answer.take();
            return;
        }
        sleep_until(due).await;
    }
}

impl Stream for Watched {
    type Item = io::Result<Bytes>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut answer = self.shared.answer.borrow_mut();
        let Some(asked) = answer.as_mut() else {
            return Poll::Ready(Some(Err(io::Error::new(io::ErrorKind::TimedOut, "the browser took nothing of the answer"))));
        };
        let polled = asked.as_mut().poll_next(context);
        self.shared.idle_since.set(polled.is_ready().then(Instant::now));
        polled
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.watch.abort();
    }
}
