//! Keeps the tunnel to the server: dials, serves its streams, dials again.

mod backoff;
mod relay;
mod streams;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use super::data_dir::DataError;
use super::pairing::{PairError, Pairing, Server, TunnelEntry};
use super::prekeys::Prekeys;
use super::session::Session;
use crate::auth::DeviceKey;
use crate::net::{Closed, DIAL_TIMEOUT, DialError, HostTunnel};
use crate::protocol::tunnel::{CloseCode, Hello, RefusalCode, VERSIONS};
use backoff::Backoff;

/// How long the first dial of an address may take, 3 round trips of a mobile network: when it fails, the server is asked over HTTPS
/// whether its tunnel has moved, and one that has is found soon.
const FIRST_DIAL_TIMEOUT: Duration = Duration::from_secs(1);

/// Why there will be no tunnel any more.
#[derive(Debug, thiserror::Error)]
pub enum TunnelError {
    #[error("this host was removed from its account; start it again to pair it anew")]
    Removed,
    #[error("another host with the same identity has taken over: stop that one, or give this host a data folder of its own")]
    Replaced,
    #[error("the server speaks another version of the tunnel protocol: update iroam ({0})")]
    NoCommonVersion(String),
    #[error(transparent)]
    Data(#[from] DataError),
}

/// Everything the tunnel needs to know.
pub struct Keeper {
    pub data: PathBuf,
    pub name: String,
    pub key: DeviceKey,
    pub server: Server,
    pub session: Session,
    pub prekeys: Arc<Prekeys>,
    pub pairing: Pairing,
}

/// What to do after a dial or a tunnel has ended.
enum Next {
    Retry,
    /// The server's address or key may have changed: ask before the next dial.
    RefreshAndRetry,
    End(TunnelError),
}

impl Keeper {
    /// Runs until `shutdown`, or until there is no use in dialling again.
    pub async fn run(mut self, shutdown: CancellationToken) -> Result<(), TunnelError> {
        let mut backoff = Backoff::default();
        loop {
            tokio::select! {
                ended = self.once_and_wait(&mut backoff, &shutdown) => ended?,
                () = shutdown.cancelled() => return Ok(()),
            }
            if shutdown.is_cancelled() {
                return Ok(());
            }
        }
    }

    /// One tunnel, and the time before the next dial.
    async fn once_and_wait(&mut self, backoff: &mut Backoff, shutdown: &CancellationToken) -> Result<(), TunnelError> {
        match self.once(backoff, shutdown).await {
            _ if shutdown.is_cancelled() => return Ok(()),
            Next::End(TunnelError::Removed) => return Err(self.forget()),
            Next::End(error) => return Err(error),
            Next::RefreshAndRetry if self.refresh().await? => *backoff = Backoff::default(),
            Next::RefreshAndRetry | Next::Retry => {}
        }
        sleep(backoff.next()).await;
        Ok(())
    }

    /// One tunnel, from its dial to its end.
    async fn once(&mut self, backoff: &mut Backoff, shutdown: &CancellationToken) -> Next {
        let tunnel = match self.dial(if backoff.failures() == 0 { FIRST_DIAL_TIMEOUT } else { DIAL_TIMEOUT }).await {
            Ok(tunnel) => tunnel,
            Err(error) => {
                backoff.failed();
                tracing::warn!(%error, "no tunnel");
                return after_dial(error);
            }
        };
        let welcome = tunnel.welcome();
        self.session.gate.open(self.pairing.host_id, welcome.server_time_ms, &welcome.ticket_keys);
        tracing::info!(host_id = %self.pairing.host_id, server = %self.pairing.server, "connected");
        let began = Instant::now();
        let closed = streams::serve(&tunnel, &self.session, &self.prekeys, self.pairing.host_id, shutdown).await;
        backoff.ended(began.elapsed());
        if !shutdown.is_cancelled() {
            tracing::warn!(reason = %closed, "the tunnel ended");
        }
        after_close(&closed)
    }

    /// Dials every address that the server's name has, until one answers.
    async fn dial(&self, patience: Duration) -> Result<HostTunnel, DialError> {
        let TunnelEntry { address, .. } = &self.pairing.tunnel;
        let server_key = self.pairing.tunnel.public_key().expect("checked when the pairing was read");
        let addresses = tokio::net::lookup_host(address).await.map_err(|error| DialError::Unreachable(error.to_string()))?;
        let mut last = DialError::Unreachable("its name has no address".to_owned());
        for server in addresses {
            let prekey = self.prekeys.current(self.session.gate.moment());
            let hello = Hello { versions: VERSIONS, name: self.name.clone(), software: env!("CARGO_PKG_VERSION").to_owned(), prekey };
            match HostTunnel::connect_within(patience, server, server_key, &self.key, hello).await {
                Err(error @ (DialError::Unreachable(_) | DialError::TimedOut)) => last = error,
                other => return other,
            }
        }
        Err(last)
    }

    /// Asks over HTTPS where the tunnel is now, and returns whether it has moved. Only so may the server's key change.
    async fn refresh(&mut self) -> Result<bool, TunnelError> {
        let (server, pairing) = (self.server.clone(), self.pairing.clone());
        let asked = tokio::task::spawn_blocking(move || server.tunnel(&pairing)).await;
        match asked.expect("asking the server does not panic") {
            Ok(entry) if entry == self.pairing.tunnel => Ok(false),
            Ok(entry) => {
                if entry.key != self.pairing.tunnel.key {
                    tracing::warn!(old = %self.pairing.tunnel.key, new = %entry.key, "the server has a new tunnel key, told over HTTPS");
                }
                self.pairing.tunnel = entry;
                self.pairing.save(&self.data)?;
                Ok(true)
            }
            Err(PairError::Removed) => Err(self.forget()),
            Err(error) => {
                tracing::warn!(%error, "the server does not say where its tunnel is");
                Ok(false)
            }
        }
    }

    fn forget(&self) -> TunnelError {
        match Pairing::remove(&self.data) {
            Ok(()) => TunnelError::Removed,
            Err(error) => error.into(),
        }
    }
}

fn after_close(closed: &Closed) -> Next {
    match closed.code {
        Some(CloseCode::Revoked) => Next::End(TunnelError::Removed),
        Some(CloseCode::Replaced) => Next::End(TunnelError::Replaced),
        Some(CloseCode::GoingAway | CloseCode::Refused) | None => Next::Retry,
    }
}

fn after_dial(error: DialError) -> Next {
    match error {
        DialError::Closed(closed) => after_close(&closed),
        DialError::Refused { code: RefusalCode::NotPaired, .. } => Next::End(TunnelError::Removed),
        DialError::Refused { code: RefusalCode::NoCommonVersion, detail } => Next::End(TunnelError::NoCommonVersion(detail)),
        DialError::Refused { .. } => Next::Retry,
        // Nobody there, or somebody else: the server may have moved.
        DialError::WrongServerKey | DialError::TimedOut | DialError::Unreachable(_) | DialError::Protocol(_) => Next::RefreshAndRetry,
    }
}
