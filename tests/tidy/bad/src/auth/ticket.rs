use std::time::{Instant, SystemTime};
use std::{
    fs::File, //~ impure std::fs in a pure room: take it as an argument
    net::IpAddr, //~ impure std::net in a pure room: take it as an argument
};

pub fn sign() {
    let _ = SystemTime::now(); //~ impure SystemTime::now in a pure room: take it as an argument
    let _ = Instant::now(); //~ impure Instant::now in a pure room: take it as an argument
    let _ = crate::types::random::bytes::<16>(); //~ impure types::random in a pure room: take it as an argument
    std::process::exit(1); //~ impure std::process in a pure room: take it as an argument
}
