//! The host's answer on its way to the browser. The next piece is read from the tunnel only when the last one has been taken,
//! and a browser that goes away drops this, and so does one that takes nothing for long: the tunnel stream is reset and the host stops.

use std::io;
use std::time::Duration;

use actix_web::HttpResponse;
use bytes::Bytes;
use futures_util::Stream;
use futures_util::stream::unfold;

use super::idle::Watched;
use super::slots::RelaySlot;
use crate::net::RelayReply;

pub fn stream(reply: RelayReply, slot: RelaySlot, idle_reader: Duration) -> HttpResponse {
    let arriving = Arriving { reply, slot };
    HttpResponse::Ok().content_type("application/octet-stream").streaming(Watched::new(pieces(arriving), idle_reader))
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

fn pieces(arriving: Arriving) -> impl Stream<Item = io::Result<Bytes>> {
    unfold(Some(arriving), |arriving| async {
        let mut arriving = arriving?;
        match arriving.chunk().await {
            Ok(Some(chunk)) => Some((Ok(chunk), Some(arriving))),
            Ok(None) => None,
            Err(error) => Some((Err(error), None)),
        }
    })
}
