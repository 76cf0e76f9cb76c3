use tokio::io::AsyncRead; //~ foreign_crate tokio belongs to another room

pub fn read() {
    dbg!(1); //~ unfinished dbg!
    gstreamer::init(); //~ foreign_crate gstreamer belongs to another room
}

#[cfg(test)]
mod tests {
    fn later() {
        unimplemented!() //~ unfinished unimplemented!
    }
}

use crate::net::Stream; //~ forbidden_import protocol imports net
