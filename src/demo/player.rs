//! A player without a browser: asks the host for its library over the relay, to know that a browser could.

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::http::Client;
use crate::auth::{DeviceKey, b64, proof};
use crate::protocol::limits::{AUTH_BYTES_MAX, REPLY_HEADER_BYTES_MAX, REQUEST_BYTES_MAX};
use crate::protocol::{AuthHeader, Browse, FrameDecoder, PROTOCOL_VERSION, Reply, ReplyHeader, Request, Selection, SortKey, frame};
use crate::types::random;

/// How many tracks the host shows to a player.
pub fn tracks(client: &mut Client, host_id: &str) -> Result<u64> {
    let key = DeviceKey::from_seed(&random::bytes());
    let body = json!({ "host_id": host_id, "player_key": key.public().to_string() }).to_string();
    let session = client.post("/api/v1/sessions", "application/json", body.as_bytes())?.ok("opening a play session")?;
    let session: Value = serde_json::from_slice(&session)?;
    let ticket = session["ticket"].as_str().context("the session has no ticket")?;
    let path = format!("/api/v1/hosts/{host_id}/relay");
    let reply = client.post(&path, "application/octet-stream", &request_bytes(&key, ticket)?)?.ok("asking the host")?;
    read_total(&reply)
}

fn request_bytes(key: &DeviceKey, ticket: &str) -> Result<Vec<u8>> {
    let browse = Browse {
        selection: Selection::default(),
        sort: SortKey::Title,
        descending: false,
        files: false,
        together: false,
        offset: 0,
        limit: 1,
    };
    let request = serde_json::to_vec(&Request::Browse(browse))?;
    let nonce: [u8; 16] = random::bytes();
    let auth = AuthHeader {
        v: PROTOCOL_VERSION,
        ticket: ticket.to_owned(),
        key: key.public().to_string(),
        nonce: b64::encode(&nonce),
        proof: b64::encode(&key.sign(&proof::message(&nonce, ticket, &request))),
    };
    let mut bytes = frame::encode_json(&auth, AUTH_BYTES_MAX)?;
    bytes.extend(frame::encode(&request, REQUEST_BYTES_MAX)?);
    Ok(bytes)
}

fn read_total(reply: &[u8]) -> Result<u64> {
    let mut decoder = FrameDecoder::default();
    decoder.push(reply);
    let header = decoder.next_frame(REPLY_HEADER_BYTES_MAX)?.context("the reply has no header")?;
    match serde_json::from_slice(&header)? {
        ReplyHeader::Ok { reply: Reply::Browse { total, .. }, .. } => Ok(total),
        ReplyHeader::Ok { .. } => bail!("the host answered something else"),
        ReplyHeader::Error { error } => bail!("the host refused: {error}"),
    }
}
