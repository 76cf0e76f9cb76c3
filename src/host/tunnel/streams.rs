//! Serves one tunnel while it lasts.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::relay::SealedStream;
use crate::host::prekeys::Prekeys;
use crate::host::session::{Session, refuse};
use crate::net::{Closed, HostTunnel, OpeningStream};
use crate::protocol::tunnel::{CloseCode, Notice, Report};
use crate::protocol::{ErrorBody, ErrorCode};
use crate::types::HostId;

/// Requests worked on at a time; the tunnel lets a few more in, to be told so.
const REQUESTS_MAX: usize = 64;
/// Before a report that was not taken is made again.
const REPORT_PAUSE: Duration = Duration::from_secs(5);
/// How long one more waits for a place: many that come at once, and only want to wait for a change, give theirs back in no time.
const PLACE_PATIENCE: Duration = Duration::from_secs(1);

/// Serves until the tunnel ends; closes it on `shutdown`. Requests under way end with the tunnel.
pub(super) async fn serve(
    tunnel: &HostTunnel,
    session: &Session,
    prekeys: &Arc<Prekeys>,
    host: HostId,
    shutdown: &CancellationToken,
) -> Closed {
    let room = Arc::new(Semaphore::new(REQUESTS_MAX));
    let mut renewing = pin!(renew(tunnel, session, prekeys));
    loop {
        tokio::select! {
            stream = tunnel.accept() => match stream {
                Ok(stream) => begin(stream, session, prekeys, &room),
                Err(closed) => return closed,
            },
            () = &mut renewing => unreachable!("keys are renewed as long as there is a tunnel"),
            notice = tunnel.next_notice() => match notice {
                Ok(Notice::TicketKeys { ticket_keys }) => session.gate.set_keys(host, &ticket_keys),
                // The connection's own end says more than that of its notices.
                Err(_) => return tunnel.closed().await,
            },
            () = shutdown.cancelled() => {
                tunnel.close(CloseCode::GoingAway, "the host is shutting down").await;
                return tunnel.closed().await;
            }
        }
    }
}

/// Tells serve of each new prekey, again until it takes it. Never ends.
async fn renew(tunnel: &HostTunnel, session: &Session, prekeys: &Prekeys) {
    loop {
        sleep(prekeys.due_in(session.gate.moment())).await;
        let report = Report::Prekey { prekey: prekeys.current(session.gate.moment()) };
        while tunnel.report(&report).await.is_err() {
            sleep(REPORT_PAUSE).await;
        }
    }
}

fn begin(stream: OpeningStream, session: &Session, prekeys: &Arc<Prekeys>, room: &Arc<Semaphore>) {
    let (session, prekeys, room) = (session.clone(), prekeys.clone(), room.clone());
    tokio::spawn(async move {
        let place = timeout(PLACE_PATIENCE, room.acquire_owned()).await;
        // An opening that does not parse leaves nothing to answer: the stream is reset.
        let Ok(stream) = stream.open().await else { return };
        let stream = SealedStream::new(stream, prekeys, session.gate.moment());
        match place {
            Ok(Ok(place)) => session.answer(stream, place).await,
            Ok(Err(_)) | Err(_) => refuse(stream, ErrorBody::new(ErrorCode::Busy, "The host has too much to do. Try again shortly.")).await,
        }
    });
}
