//! A wire that can be cut at a chosen message.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::thread;

/// Where the next cut is.
#[derive(Clone, Default)]
pub struct Cut {
    /// What the client sends.
    pub at: &'static [u8],
    /// Whether the server still gets it; the client gets no answer in any case.
    pub reaches_server: bool,
    /// What the client is told last, as a pooler does: a fatal error with this SQLSTATE.
    pub sqlstate: Option<&'static str>,
}

/// Forwards to a server until it is told to cut. Later connections are whole again. Its threads end with their connections.
pub struct Proxy {
    port: u16,
    cut: Arc<Mutex<Option<Cut>>>,
    /// How many connections are closed as soon as they are made.
    refused: Arc<AtomicU32>,
}

impl Proxy {
    pub fn to(server: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("bound").port();
        let cut = Arc::new(Mutex::new(None));
        let (next, refused) = (Arc::clone(&cut), Arc::new(AtomicU32::new(0)));
        let refuse = Arc::clone(&refused);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                if refuse.fetch_update(Relaxed, Relaxed, |left| left.checked_sub(1)).is_ok() {
                    continue;
                }
                let Ok(server) = TcpStream::connect(("127.0.0.1", server)) else { continue };
                let cut = Arc::clone(&next);
                let (from_server, to_client) = (server.try_clone().expect("a handle"), client.try_clone().expect("a handle"));
                thread::spawn(move || forward(from_server, to_client));
                thread::spawn(move || forward_until_cut(client, server, &cut));
            }
        });
        Self { port, cut, refused }
    }

    /// The address by way of this proxy.
    pub fn url(&self, url: &str) -> String {
        let (before, database) = url.rsplit_once('/').expect("a database");
        let (user, _) = before.rsplit_once(':').expect("a port");
        format!("{user}:{}/{database}", self.port)
    }

    pub fn cut_once(&self, cut: Cut) {
        *self.cut.lock().expect("no panics") = Some(cut);
    }

    /// Closes the next connections at once, as a server does that is not yet there.
    pub fn refuse(&self, connections: u32) {
        self.refused.store(connections, Relaxed);
    }

    pub fn has_cut(&self) -> bool {
        self.cut.lock().expect("no panics").is_none()
    }
}

fn forward(mut from: TcpStream, mut to: TcpStream) {
    let _ = std::io::copy(&mut from, &mut to);
    let _ = to.shutdown(Shutdown::Both);
}

fn forward_until_cut(mut client: TcpStream, mut server: TcpStream, cut: &Mutex<Option<Cut>>) {
    let mut bytes = [0; 16 * 1024];
    while let Ok(n @ 1..) = client.read(&mut bytes) {
        let message = &bytes[..n];
        let found = cut.lock().expect("no panics").take_if(|cut| message.windows(cut.at.len()).any(|part| part == cut.at));
        if let Some(cut) = found {
            if let Some(code) = cut.sqlstate {
                let _ = client.write_all(&fatal(code));
            }
            // Nothing of the answer may get through.
            let _ = client.shutdown(Shutdown::Both);
            if cut.reaches_server {
                let _ = server.write_all(message);
            }
            break;
        }
        if server.write_all(message).is_err() {
            break;
        }
    }
    // What was sent is still read by the server; then it finds the end.
    let _ = server.shutdown(Shutdown::Write);
}

/// The server's message for an error that ends a session.
fn fatal(code: &str) -> Vec<u8> {
    let fields: Vec<u8> = ["SFATAL", "VFATAL", &format!("C{code}"), "Merror receiving data from server", ""]
        .map(|field| format!("{field}\0"))
        .concat()
        .into();
    let length = u32::try_from(fields.len() + 4).expect("a short message").to_be_bytes();
    [b"E", &length[..], &fields].concat()
}
