//! Hosts that connect: who they are, whether they may, and what they are told.

use std::sync::Arc;

use tokio::sync::Semaphore;

use super::database;
use super::state::State;
use crate::net::{Arriving, Closed, NetError, Pending, Tunnel, TunnelListener};
use crate::protocol::seal::PublicPrekey;
use crate::protocol::tunnel::{CloseCode, RefusalCode, Report, TicketKey, VERSIONS, Welcome};
use crate::store::{Host, StoreError};

/// Handshakes at once; more wait their turn in the listener.
const HANDSHAKES_MAX: usize = 64;

#[derive(Debug, thiserror::Error)]
enum ArrivalError {
    #[error(transparent)]
    Net(#[from] NetError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Takes hosts in until the listener is closed.
pub async fn accept(state: Arc<State>, listener: Arc<TunnelListener>) {
    let handshakes = Arc::new(Semaphore::new(HANDSHAKES_MAX));
    while let Some(arriving) = listener.accept().await {
        let Ok(slot) = Arc::clone(&handshakes).acquire_owned().await else { return };
        let state = Arc::clone(&state);
        tokio::spawn(async move {
            let address = arriving.remote_address();
            let welcomed = welcome(&state, arriving).await;
            drop(slot);
            match welcomed {
                Ok(Some((host, tunnel, prekey))) => stay(&state, host, tunnel, prekey).await,
                Ok(None) => {}
                Err(error) => tracing::info!(%address, "a host did not connect: {error}"),
            }
        });
    }
}

/// `None` when the host was refused, and told why.
async fn welcome(state: &State, arriving: Arriving) -> Result<Option<(Host, Tunnel, PublicPrekey)>, ArrivalError> {
    let pending = arriving.handshake().await?;
    if !pending.hello().prekey.is_well_formed() {
        refuse(pending, RefusalCode::BadHello, "the prekey is no prekey: update iroam".to_owned()).await;
        return Ok(None);
    }
    let Some(version) = VERSIONS.negotiate(pending.hello().versions) else {
        let detail = format!("this server speaks the tunnel's versions {} to {}: update iroam", VERSIONS.min, VERSIONS.max);
        refuse(pending, RefusalCode::NoCommonVersion, detail).await;
        return Ok(None);
    };
    let Some(host) = state.store.host_by_key(pending.peer_key()).await? else {
        refuse(pending, RefusalCode::NotPaired, "this host is not paired with this server".to_owned()).await;
        return Ok(None);
    };
    let welcome = Welcome {
        version,
        host_id: host.id,
        server_time_ms: state.now(),
        ticket_keys: vec![TicketKey { kid: state.tickets.kid().to_owned(), key: state.tickets.public().to_string() }],
    };
    let prekey = pending.hello().prekey.clone();
    let tunnel = pending.welcome(welcome).await?;
    Ok(Some((host, tunnel, prekey)))
}

async fn refuse(pending: Pending, code: RefusalCode, detail: String) {
    tracing::info!(address = %pending.remote_address(), key = %pending.peer_key(), "refused a host: {detail}");
    metrics::counter!("iroam_tunnels_refused_total").increment(1);
    pending.refuse(code, detail).await;
}

/// Keeps the host registered until its tunnel ends.
async fn stay(state: &State, host: Host, tunnel: Tunnel, prekey: PublicPrekey) {
    state.tunnels.put(host.id, tunnel.clone(), prekey);
    // Its owner may have removed it between the look-up and now.
    let turned_away = match state.store.host(host.id).await {
        Ok(Some(_)) => None,
        Ok(None) => Some((CloseCode::Revoked, "the owner removed this host")),
        // The host must come again, and not take this for its removal, after which it would forget its pairing.
        Err(error) => {
            database::report(&error);
            Some((CloseCode::GoingAway, "the server cannot look this host up now"))
        }
    };
    if let Some((code, reason)) = turned_away {
        state.tunnels.remove(host.id, &tunnel);
        tunnel.close(code, reason);
        return;
    }
    tracing::info!(host = %host.id, address = %tunnel.remote_address(), "host online");
    note_seen(state, &host).await;
    let closed = hear(state, &host, &tunnel).await;
    if state.tunnels.remove(host.id, &tunnel) {
        note_seen(state, &host).await;
    }
    tracing::info!(host = %host.id, "host offline: {}", closed.reason);
}

/// Takes what the host tells of itself until its tunnel ends.
async fn hear(state: &State, host: &Host, tunnel: &Tunnel) -> Closed {
    loop {
        match tunnel.next_report().await {
            Ok(Report::Prekey { prekey }) if prekey.is_well_formed() => state.tunnels.set_prekey(host.id, tunnel, prekey),
            Ok(Report::Prekey { .. }) => tunnel.close(CloseCode::Refused, "the prekey is no prekey"),
            // The connection's own end says more than that of its reports.
            Err(_) => return tunnel.closed().await,
        }
    }
}

async fn note_seen(state: &State, host: &Host) {
    if let Err(error) = state.store.note_hosts_seen(vec![host.id], state.now()).await {
        tracing::warn!(host = %host.id, "could not note when the host was seen: {error}");
    }
}
