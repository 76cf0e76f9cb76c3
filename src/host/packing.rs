//! Packing what packs well: pages of the catalogue, not media.

use std::io::Write;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::DeflateEncoder;

use super::requests::{Answer, Body};
use crate::protocol::{BodyEncoding, ReplyHeader};

/// A shorter body gains nothing by it, bytes.
const BYTES_MIN: usize = 1024;
/// Fast, and a quarter of the size for a page of tracks.
const LEVEL: u32 = 4;

/// The answer, its body packed if that is worth it and whoever asked takes it. It comes before the sealing, after which nothing packs.
pub fn pack(answer: Answer, accepted: &[String]) -> Answer {
    let encoding = BodyEncoding::DeflateRaw;
    let Answer { header: ReplyHeader::Ok { reply, .. }, body: Body::Whole(body), catalogue: true } = &answer else { return answer };
    if body.len() < BYTES_MIN || !accepted.iter().any(|name| name == encoding.name()) {
        return answer;
    }
    let mut encoder = DeflateEncoder::new(Vec::with_capacity(body.len() / 3), Compression::new(LEVEL));
    let packed = encoder.write_all(body).and_then(|()| encoder.finish()).expect("memory takes what is written");
    let header = ReplyHeader::Ok { length: u64::try_from(packed.len()).ok(), encoding: Some(encoding), reply: reply.clone() };
    Answer { header, body: Body::Whole(Bytes::from(packed)), catalogue: true }
}
