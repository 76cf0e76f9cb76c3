//! Who may ask: every request shows a ticket of this host's server, and proves the key that the ticket names.

use std::sync::{Mutex, OnceLock, PoisonError, RwLock};

use super::clock::{ServerClock, uptime};
use super::prekeys::Moment;
use crate::auth::replay::Verdict;
use crate::auth::token::same;
use crate::auth::{Claims, DevicePublicKey, ReplayGuard, TicketError, TicketVerifier, b64, proof};
use crate::protocol::limits::CLOCK_GRACE;
use crate::protocol::tunnel::TicketKey;
use crate::protocol::{AuthHeader, ErrorBody, ErrorCode, PROTOCOL_VERSION};
use crate::types::{HostId, UnixMs};

/// Requests remembered until their tickets are dead, about 30 MB when full: 1,600 requests a second for two minutes.
const REPLAY_CAPACITY: usize = 200_000;

pub struct Gate {
    clock: ServerClock,
    /// Server time of the first welcome. What was asked before it, this gate does not remember: an earlier run of the host does not
    /// pass its memory on, so a ticket from before opens nothing, or a request of that time could be made again.
    since: OnceLock<UnixMs>,
    verifier: RwLock<TicketVerifier>,
    replay: Mutex<ReplayGuard>,
}

impl Gate {
    /// Lets nobody in before [`Gate::open`].
    pub fn new(host: HostId, clock: ServerClock) -> Self {
        let verifier = RwLock::new(TicketVerifier::new(host, Vec::new(), CLOCK_GRACE));
        Self { clock, since: OnceLock::new(), verifier, replay: Mutex::new(ReplayGuard::new(REPLAY_CAPACITY)) }
    }

    /// The server has welcomed the host, at `server_time` by its clock, and signs tickets with `keys`.
    pub fn open(&self, host: HostId, server_time: UnixMs, keys: &[TicketKey]) {
        self.clock.set(server_time);
        self.since.get_or_init(|| server_time);
        self.set_keys(host, keys);
    }

    /// From now on tickets are signed by these keys and no others. One that is no key is left out.
    pub fn set_keys(&self, host: HostId, keys: &[TicketKey]) {
        let usable = keys.iter().filter_map(|key| Some((key.kid.clone(), DevicePublicKey::parse(&key.key).ok()?))).collect();
        let verifier = TicketVerifier::new(host, usable, CLOCK_GRACE);
        *self.verifier.write().unwrap_or_else(PoisonError::into_inner) = verifier;
    }

    /// Server time, or this machine's own before the first welcome; and how long the machine runs.
    pub fn moment(&self) -> Moment {
        Moment { now: self.clock.now(), uptime: uptime() }
    }

    /// Checks one request, `request` being its frame's payload; a request passes once.
    pub fn check(&self, auth: &AuthHeader, request: &[u8]) -> Result<Claims, ErrorBody> {
        if auth.v != PROTOCOL_VERSION {
            let detail = format!("This host speaks version {PROTOCOL_VERSION} of the protocol, not {}. Update it or the player.", auth.v);
            return Err(ErrorBody::new(ErrorCode::UnsupportedVersion, detail));
        }
        let now = self.clock.now();
        let verified = self.verifier.read().unwrap_or_else(PoisonError::into_inner).verify(&auth.ticket, now);
        let claims = verified.map_err(ticket_error)?;
        // No grace: both times are the server's own. The player renews an expired ticket at once, and asks again.
        if self.since.get().is_none_or(|since| claims.iat_ms < *since) {
            return Err(ErrorBody::new(
                ErrorCode::TicketExpired,
                "The ticket is from before this host was started. Ask the server for a new one.",
            ));
        }
        let nonce = check_proof(auth, &claims, request).ok_or_else(proof_error)?;
        let forget_at = claims.exp_ms.plus(CLOCK_GRACE);
        let verdict = self.replay.lock().unwrap_or_else(PoisonError::into_inner).check(claims.jti, nonce, forget_at, now);
        match verdict {
            Verdict::Fresh => Ok(claims),
            Verdict::Replayed => Err(ErrorBody::new(ErrorCode::Replayed, "This very request was made before. Ask with a fresh nonce.")),
            Verdict::Full => Err(ErrorBody::new(ErrorCode::Busy, "The host has more requests than it can remember. Try again shortly.")),
        }
    }
}

/// The request's nonce, if the key is the ticket's and signed this request with it.
fn check_proof(auth: &AuthHeader, claims: &Claims, request: &[u8]) -> Option<[u8; 16]> {
    let key = DevicePublicKey::parse(&auth.key).ok()?;
    if !same(proof::thumbprint(&key).as_bytes(), claims.cnf.as_bytes()) {
        return None;
    }
    let nonce = b64::decode::<16>(&auth.nonce)?;
    let signature = b64::decode::<64>(&auth.proof)?;
    key.verify(&proof::message(&nonce, &auth.ticket, request), &signature).then_some(nonce)
}

fn proof_error() -> ErrorBody {
    ErrorBody::new(ErrorCode::ProofInvalid, "The request is not signed by the player that the ticket was given to.")
}

fn ticket_error(error: TicketError) -> ErrorBody {
    let (code, detail) = match error {
        TicketError::Invalid => (ErrorCode::TicketInvalid, "The ticket is not one of this host's server. Ask the server for one."),
        TicketError::Expired => (ErrorCode::TicketExpired, "The ticket has expired. Ask the server for a new one."),
        TicketError::NotYetValid => (ErrorCode::TicketInvalid, "The ticket is from the future: the clock of server or host is wrong."),
        TicketError::WrongHost => (ErrorCode::TicketWrongHost, "The ticket is for another host."),
    };
    ErrorBody::new(code, detail)
}
