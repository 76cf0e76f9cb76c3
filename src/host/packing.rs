//! Packing what packs well: pages of the catalogue, not media. It comes before the sealing, after which nothing packs.

use std::io::{self, Write};

use bytes::Bytes;
use flate2::Compression;
use flate2::write::DeflateEncoder;

use super::requests::{Answer, Body};
use crate::protocol::{BodyEncoding, ReplyHeader};

/// A shorter body gains nothing by it, bytes.
const BYTES_MIN: usize = 1024;
/// Fast, and a quarter of the size for a page of tracks.
const DEFLATE_LEVEL: u32 = 4;
const ZSTD_LEVEL: i32 = 3;

/// The answer, its body packed if that is worth it, in the best way that whoever asked takes.
pub fn pack(answer: Answer, accepted: &[String]) -> Answer {
    let Answer { header: ReplyHeader::Ok { reply, .. }, body: Body::Whole(body), catalogue: true } = &answer else { return answer };
    let taken = BodyEncoding::ALL.into_iter().find(|encoding| accepted.iter().any(|name| name == encoding.name()));
    let Some(encoding) = taken.filter(|_| body.len() >= BYTES_MIN) else { return answer };
    let packed = packed(body, encoding).expect("memory takes what is written");
    let header = ReplyHeader::Ok { length: u64::try_from(packed.len()).ok(), encoding: Some(encoding), reply: reply.clone() };
    Answer { header, body: Body::Whole(Bytes::from(packed)), catalogue: true }
}

fn packed(body: &[u8], encoding: BodyEncoding) -> io::Result<Vec<u8>> {
    match encoding {
        BodyEncoding::Zstd => zstd::bulk::compress(body, ZSTD_LEVEL),
        BodyEncoding::DeflateRaw => {
            let mut encoder = DeflateEncoder::new(Vec::with_capacity(body.len() / 3), Compression::new(DEFLATE_LEVEL));
            encoder.write_all(body)?;
            encoder.finish()
        }
    }
}
