//! The small runtime of one connection.

use std::future::Future;
use std::io;

use tokio::runtime::{Builder, Runtime};

/// Runs futures on the thread that calls. Ends without waiting for a name that is still being looked up.
pub struct Driver(Option<Runtime>);

impl Driver {
    pub fn new() -> io::Result<Self> {
        Ok(Self(Some(Builder::new_current_thread().enable_all().build()?)))
    }

    pub fn block_on<F: Future>(&self, future: F) -> F::Output {
        self.0.as_ref().expect("there until dropped").block_on(future)
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}
