//! The relay driver: a request that came over the tunnel.

use std::future::Future;

use bytes::Bytes;

use crate::host::session::{RequestStream, StreamError};
use crate::net::{NetError, RelayStream};
use crate::protocol::tunnel::Encoding;

impl From<NetError> for StreamError {
    fn from(error: NetError) -> Self {
        match error {
            NetError::Closed(_) | NetError::StreamReset => Self::Gone,
            NetError::TimedOut(_) => Self::Broken("The request was not finished in time.".to_owned()),
            other => Self::Broken(format!("The request is broken: {other}.")),
        }
    }
}

impl RequestStream for RelayStream {
    fn accepts_zstd(&self) -> bool {
        self.accept_encodings.contains(&Encoding::Zstd)
    }

    async fn read_frame(&mut self, limit: usize) -> Result<Vec<u8>, StreamError> {
        Ok(Self::read_frame(self, limit).await?)
    }

    async fn expect_end(&mut self) -> Result<(), StreamError> {
        Ok(Self::expect_end(self).await?)
    }

    async fn begin(&mut self, encoding: Encoding) -> Result<(), StreamError> {
        Ok(self.accept(encoding).await?)
    }

    async fn write(&mut self, bytes: Bytes) -> Result<(), StreamError> {
        Ok(Self::write(self, bytes).await?)
    }

    fn finish(&mut self) {
        Self::finish(self);
    }

    fn stopped(&self) -> impl Future<Output = ()> + Send + 'static {
        Self::stopped(self)
    }
}
