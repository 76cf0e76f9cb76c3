//! The sealing against the published vectors, against its own laws, and against who changes things on the way.

use hpke::{Deserializable as _, OpModeR, setup_receiver};
use proptest::prelude::*;
use serde_json::Value;

use super::context::{ChunkCipher, Receiver};
use super::player::{self, ReplyOpener};
use super::prekey::Kem;
use super::{CHUNK_BYTES_MAX, HEAD_BYTES, NONCE_BYTES, Prekey, SealError, SealedRequest, varint};
use crate::types::{HostId, UnixMs};

const SEED: [u8; 32] = [7; 32];
const NONCE: [u8; NONCE_BYTES] = [9; NONCE_BYTES];

fn vectors() -> Value {
    serde_json::from_str(include_str!("../../../tests/vectors/seal.json")).expect("JSON")
}

fn hex(vector: &Value, field: &str) -> Vec<u8> {
    let text = vector[field].as_str().unwrap_or_else(|| panic!("{field} in {vector}"));
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).expect("hex")).collect()
}

fn array<const N: usize>(vector: &Value, field: &str) -> [u8; N] {
    hex(vector, field).try_into().unwrap_or_else(|_| panic!("{field} has another length"))
}

fn host(n: u8) -> HostId {
    HostId::new(UnixMs(1_700_000_000_000), [n; 10])
}

fn prekey() -> Prekey {
    Prekey::from_seed(&[3; 32])
}

/// One exchange: what goes to the host, what comes back, and what opens that.
fn exchange(request: &[u8], replies: &[&[u8]]) -> (Vec<u8>, Vec<u8>, ReplyOpener) {
    let (wire, opener) = player::seal(request, 2, prekey().public(), host(1), SEED).expect("sealed");
    let opened = SealedRequest::parse(&wire).and_then(|sealed| sealed.open(&prekey(), host(1), NONCE)).expect("opens");
    assert_eq!(opened.request, request);
    let mut sealer = opened.reply;
    let mut reply = sealer.head();
    for plain in replies {
        sealer.push(plain, &mut reply);
    }
    sealer.last(&mut reply);
    (wire, reply, opener)
}

fn open_reply(mut opener: ReplyOpener, wire: &[u8], cut: usize) -> Result<Vec<u8>, SealError> {
    let mut out = Vec::new();
    for piece in wire.chunks(cut) {
        opener.push(piece, &mut out)?;
    }
    opener.finish(&mut out)?;
    Ok(out)
}

#[test]
fn opens_what_rfc_9180_sealed() {
    let vector = &vectors()["rfc_9180_a_1_1"];
    let enc = <Kem as hpke::Kem>::EncappedKey::from_bytes(&hex(vector, "enc")).expect("a key");
    let key = Prekey::from_private(&array(vector, "skRm")).expect("a key");
    assert_eq!(key.public().as_slice(), hex(vector, "pkRm"));
    let set_up = setup_receiver::<_, _, Kem>(&OpModeR::Base, key.private(), &enc, &hex(vector, "info"));
    let mut context: Receiver = set_up.expect("a context");
    for sealed in vector["encryptions"].as_array().expect("some") {
        assert_eq!(context.open(&hex(sealed, "ct"), &hex(sealed, "aad")).as_ref(), Ok(&hex(sealed, "pt")));
    }
    for export in vector["exports"].as_array().expect("some") {
        let mut out = [0; 32];
        context.export(&hex(export, "context"), &mut out).expect("exported");
        assert_eq!(out.as_slice(), hex(export, "value"));
    }
}

#[test]
fn seals_a_reply_as_chunked_oblivious_http_does() {
    let vector = &vectors()["chunked_ohttp_a"];
    let mut cipher = ChunkCipher::new(&array(vector, "secret"), &array(vector, "enc"), &array(vector, "response_nonce"));
    let mut wire = hex(vector, "response_nonce");
    let chunks = vector["chunks"].as_array().expect("some");
    for (at, chunk) in chunks.iter().enumerate() {
        let is_last = at + 1 == chunks.len();
        let plain = hex(chunk, "plain");
        varint::put(&mut wire, if is_last { 0 } else { plain.len() + super::TAG_BYTES });
        let start = wire.len();
        wire.extend_from_slice(&plain);
        cipher.seal(&mut wire, start, is_last);
    }
    assert_eq!(wire, hex(vector, "response"));
}

#[test]
fn an_exchange_is_that_of_the_shared_vector() {
    let vector = &vectors()["exchange"];
    let key = Prekey::from_private(&array(vector, "prekey_private")).expect("a key");
    assert_eq!(key.public().as_slice(), hex(vector, "prekey"));
    let host = HostId(vector["host"].as_str().expect("a host").parse().expect("a UUID"));
    let wire = hex(vector, "request_sealed");
    let sealed = SealedRequest::parse(&wire).expect("whole");
    assert_eq!(u64::from(sealed.urgency), vector["urgency"].as_u64().expect("a number"));
    let opened = sealed.open(&key, host, array(vector, "response_nonce")).expect("opens");
    assert_eq!(opened.request, hex(vector, "request"));
    let mut sealer = opened.reply;
    let mut reply = sealer.head();
    for piece in vector["reply_pieces"].as_array().expect("some") {
        sealer.push(&unhex(piece.as_str().expect("hex")), &mut reply);
    }
    sealer.last(&mut reply);
    assert_eq!(reply, hex(vector, "reply_sealed"));
}

fn unhex(text: &str) -> Vec<u8> {
    hex(&serde_json::json!({ "it": text }), "it")
}

#[test]
fn a_request_opens_for_its_host_and_key_only() {
    let (wire, _, _) = exchange(b"who asks, and what", &[]);
    let sealed = SealedRequest::parse(&wire).expect("whole");
    assert_eq!(sealed.prekey, prekey().id());
    assert_eq!(sealed.open(&prekey(), host(2), NONCE).map(|_| ()), Err(SealError::Broken));
    assert_eq!(sealed.open(&Prekey::from_seed(&[4; 32]), host(1), NONCE).map(|_| ()), Err(SealError::Broken));
}

#[test]
fn a_key_of_small_order_opens_nothing() {
    let (mut wire, _, _) = exchange(b"x", &[]);
    wire[HEAD_BYTES..HEAD_BYTES + 32].fill(0);
    let opened = SealedRequest::parse(&wire).expect("whole").open(&prekey(), host(1), NONCE);
    assert_eq!(opened.map(|_| ()), Err(SealError::Broken));
}

/// Where each chunk of a reply lies, its length before it.
fn chunks_of(reply: &[u8]) -> Vec<std::ops::Range<usize>> {
    let (mut at, mut chunks) = (1 + NONCE_BYTES, Vec::new());
    while at < reply.len() {
        let (length, prefix) = varint::take(&reply[at..]).expect("a length");
        let end = if length == 0 { reply.len() } else { at + prefix + length };
        chunks.push(at..end);
        at = end;
    }
    chunks
}

#[test]
fn chunks_that_are_missing_or_swapped_or_doubled_or_of_another_reply_are_refused() {
    let pieces: [&[u8]; 3] = [&[1; 100], &[2; 100], &[3; 100]];
    let reply_of = || exchange(b"x", &pieces);
    let (_, reply, _) = reply_of();
    let chunks = chunks_of(&reply);
    assert_eq!(chunks.len(), 4);
    let assemble = |order: &[usize]| {
        let mut wire = reply[..=NONCE_BYTES].to_vec();
        order.iter().for_each(|chunk| wire.extend_from_slice(&reply[chunks[*chunk].clone()]));
        wire
    };
    assert_eq!(open_reply(reply_of().2, &assemble(&[0, 1, 2, 3]), 7), Ok(pieces.concat()));
    for order in [&[0, 2, 1, 3][..], &[0, 0, 1, 2, 3], &[1, 2, 3], &[0, 1, 3], &[3]] {
        assert_eq!(open_reply(reply_of().2, &assemble(order), 7), Err(SealError::Broken), "{order:?}");
    }
    assert_eq!(open_reply(reply_of().2, &assemble(&[0, 1]), 7), Err(SealError::Cut));
    let (_, opener) = player::seal(b"x", 2, prekey().public(), host(1), [8; 32]).expect("sealed");
    assert_eq!(open_reply(opener, &reply, 7), Err(SealError::Broken), "a reply to another request");
}

#[test]
fn a_chunk_that_says_it_is_huge_is_refused_before_it_comes() {
    let (_, reply, mut opener) = exchange(b"x", &[b"y"]);
    let mut wire = reply[..=NONCE_BYTES].to_vec();
    varint::put(&mut wire, CHUNK_BYTES_MAX + 17);
    assert_eq!(opener.push(&wire, &mut Vec::new()), Err(SealError::TooLong));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_sealed_reads_back_however_it_is_cut(
        request in prop::collection::vec(any::<u8>(), 0..400),
        pieces in prop::collection::vec((any::<u8>(), prop_oneof![0usize..300, 65_000usize..140_000]), 0..4),
        cut in 1usize..70_000,
    ) {
        let pieces: Vec<Vec<u8>> = pieces.into_iter().map(|(byte, length)| vec![byte; length]).collect();
        let views: Vec<&[u8]> = pieces.iter().map(Vec::as_slice).collect();
        let (_, reply, opener) = exchange(&request, &views);
        prop_assert_eq!(open_reply(opener, &reply, cut), Ok(pieces.concat()));
    }

    #[test]
    fn one_flipped_bit_of_a_request_opens_nothing(at in any::<prop::sample::Index>(), bit in 0u8..8) {
        let (mut wire, _, _) = exchange(b"who asks, and what", &[]);
        let at = at.index(wire.len());
        wire[at] ^= 1 << bit;
        let opened = SealedRequest::parse(&wire).and_then(|sealed| sealed.open(&prekey(), host(1), NONCE));
        prop_assert!(opened.is_err());
    }

    #[test]
    fn one_flipped_bit_of_a_reply_is_refused(at in any::<prop::sample::Index>(), bit in 0u8..8, cut in 1usize..90) {
        let (_, mut reply, opener) = exchange(b"x", &[&[5; 70], &[6; 300]]);
        let at = at.index(reply.len());
        reply[at] ^= 1 << bit;
        prop_assert!(open_reply(opener, &reply, cut).is_err());
    }

    #[test]
    fn a_cut_reply_is_never_taken_for_a_whole_one(keep in any::<prop::sample::Index>(), cut in 1usize..90) {
        let (_, reply, opener) = exchange(b"x", &[&[5; 70], &[6; 300]]);
        prop_assert!(open_reply(opener, &reply[..keep.index(reply.len())], cut).is_err());
    }

    #[test]
    fn any_bytes_are_refused_and_never_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        if let Ok(sealed) = SealedRequest::parse(&bytes) {
            prop_assert!(sealed.open(&prekey(), host(1), NONCE).is_err());
        }
        let (_, _, opener) = exchange(b"x", &[]);
        prop_assert!(open_reply(opener, &bytes, 13).is_err());
    }
}
