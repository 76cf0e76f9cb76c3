//! Any bytes are refused as a sealed request and as a sealed reply, whatever they begin like.
#![no_main]

use iroam::protocol::seal::player::seal;
use iroam::protocol::seal::{Prekey, SealedRequest};
use iroam::types::{HostId, UnixMs};
use libfuzzer_sys::fuzz_target;

// the first byte says how many bytes of an honest message are kept before the others
fuzz_target!(|data: &[u8]| {
    let Some((&kept, wild)) = data.split_first() else { return };
    let (key, host) = (Prekey::from_seed(&[1; 32]), HostId::new(UnixMs(1), [2; 10]));
    let (honest, mut opener) = seal(b"a request", 3, key.public(), host, [3; 32]).expect("sealed");
    let begun = |honest: &[u8]| [&honest[..usize::from(kept).min(honest.len())], wild].concat();
    let request = begun(&honest);
    if let Ok(sealed) = SealedRequest::parse(&request) {
        assert!(sealed.open(&key, host, [4; 16]).is_err() || request == honest);
    }
    let opened = SealedRequest::parse(&honest).and_then(|sealed| sealed.open(&key, host, [4; 16])).expect("honest");
    let mut sealer = opened.reply;
    let mut reply = sealer.head();
    sealer.push(b"a reply", &mut reply);
    sealer.last(&mut reply);
    let (wire, mut out) = (begun(&reply), Vec::new());
    let read = opener.push(&wire, &mut out).and_then(|()| opener.finish(&mut out));
    assert!(read.is_err() || wire == reply);
    assert!(b"a reply".starts_with(&out));
});
