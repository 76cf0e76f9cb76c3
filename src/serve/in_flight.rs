//! Counts answers that are not finished, so that a stop can wait for them.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll};

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::web::Bytes;
use tokio::sync::Notify;

use super::http::bodies::Kept;

#[derive(Default)]
pub struct InFlight {
    count: AtomicUsize,
    emptied: Notify,
    stopping: AtomicBool,
}

impl InFlight {
    pub fn enter(self: &Arc<Self>) -> Answering {
        self.count.fetch_add(1, Ordering::SeqCst);
        Answering(Arc::clone(self))
    }

    /// From now on connections are closed after their answer.
    pub fn begin_stop(&self) {
        self.stopping.store(true, Ordering::SeqCst);
    }

    pub fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::SeqCst)
    }

    /// Waits until nothing is being answered.
    pub async fn emptied(&self) {
        loop {
            let emptied = self.emptied.notified();
            if self.count.load(Ordering::SeqCst) == 0 {
                return;
            }
            emptied.await;
        }
    }
}

/// One answer, from its request to its last byte.
pub struct Answering(Arc<InFlight>);

impl Drop for Answering {
    fn drop(&mut self) {
        if self.0.count.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.0.emptied.notify_waiters();
        }
    }
}

/// A body that counts as being answered for as long as it is sent.
pub struct CountedBody {
    body: BoxBody,
    _answering: Answering,
    /// What came with the request is let go when its answer is out.
    _payload: Option<Kept>,
}

impl CountedBody {
    pub fn new(body: BoxBody, answering: Answering, payload: Option<Kept>) -> Self {
        Self { body, _answering: answering, _payload: payload }
    }
}

impl MessageBody for CountedBody {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.get_mut().body).poll_next(context)
    }
}
