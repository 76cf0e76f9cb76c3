//! Any bytes are a request or a refusal; a request that was accepted reads back as itself.
#![no_main]

use iroam::protocol::{AuthHeader, ErrorCode, Request};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    match Request::parse(data) {
        Ok(request) => {
            let wire = serde_json::to_vec(&request).expect("requests serialise");
            assert_eq!(Request::parse(&wire), Ok(request));
        }
        Err(error) => assert_eq!(error.code, ErrorCode::BadRequest),
    }
    if let Ok(header) = AuthHeader::parse(data) {
        let wire = serde_json::to_vec(&header).expect("headers serialise");
        assert_eq!(AuthHeader::parse(&wire), Ok(header));
    }
});
