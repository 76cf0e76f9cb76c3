//! The host's answer on its way to the browser. The next piece is read from the tunnel only when the last one has been taken,
//! and a browser that goes away drops this, and so does one that takes nothing for long: the tunnel stream is reset and the host stops.

use std::io;
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::header::{CONTENT_ENCODING, VARY};
use bytes::Bytes;
use futures_util::Stream;
use futures_util::stream::unfold;

use super::idle::Watched;
use super::slots::RelaySlot;
use super::unpack::Unpacker;
use crate::net::RelayReply;
use crate::protocol::tunnel::Encoding;
use crate::serve::http::error::ApiError;

pub fn stream(reply: RelayReply, slot: RelaySlot, takes_zstd: bool, idle_reader: Duration) -> Result<HttpResponse, ApiError> {
    let is_packed = reply.encoding == Encoding::Zstd;
    let mut response = HttpResponse::Ok();
    response.content_type("application/octet-stream").insert_header((VARY, "Accept-Encoding"));
    let arriving = Arriving { reply, slot };
    if !is_packed {
        return Ok(response.streaming(Watched::new(as_it_is(arriving), idle_reader)));
    }
    if takes_zstd {
        return Ok(response.insert_header((CONTENT_ENCODING, "zstd")).streaming(Watched::new(as_it_is(arriving), idle_reader)));
    }
    let unpacker = Unpacker::new().map_err(|_| ApiError::Busy)?;
    Ok(response.streaming(Watched::new(unpacked(arriving, unpacker), idle_reader)))
}

struct Arriving {
    reply: RelayReply,
    slot: RelaySlot,
}

impl Arriving {
    async fn chunk(&mut self) -> io::Result<Option<Bytes>> {
        let chunk = self.reply.chunk().await.map_err(|error| {
            // The status line is long gone: all that is left is to cut the answer, and the player asks again.
            metrics::counter!("iroam_relay_failures_total", "code" => "cut").increment(1);
            io::Error::other(error)
        })?;
        if let Some(chunk) = &chunk {
            self.slot.count_bytes(chunk.len());
        }
        Ok(chunk)
    }
}

fn as_it_is(arriving: Arriving) -> impl Stream<Item = io::Result<Bytes>> {
    unfold(Some(arriving), |arriving| async {
        let mut arriving = arriving?;
        match arriving.chunk().await {
            Ok(Some(chunk)) => Some((Ok(chunk), Some(arriving))),
            Ok(None) => None,
            Err(error) => Some((Err(error), None)),
        }
    })
}

fn unpacked(arriving: Arriving, unpacker: Unpacker) -> impl Stream<Item = io::Result<Bytes>> {
    unfold(Some((arriving, unpacker)), |both| async {
        let (mut arriving, mut unpacker) = both?;
        match next_unpacked(&mut arriving, &mut unpacker).await {
            Ok(Some(bytes)) => Some((Ok(bytes), Some((arriving, unpacker)))),
            Ok(None) => None,
            Err(error) => Some((Err(error), None)),
        }
    })
}

async fn next_unpacked(arriving: &mut Arriving, unpacker: &mut Unpacker) -> io::Result<Option<Bytes>> {
    loop {
        if let Some(bytes) = unpacker.pull()? {
            return Ok(Some(bytes));
        }
        match arriving.chunk().await? {
            Some(chunk) => unpacker.push(chunk),
            None => return unpacker.finish().map(|()| None),
        }
    }
}
