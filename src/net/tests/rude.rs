//! Peers with good keys and bad manners: each is cut off in bounded time, and costs nobody else anything.

use std::sync::Arc;

use bytes::Bytes;
use quinn::{Connection, Endpoint, TokioRuntime};

use super::*;
use crate::protocol::tunnel::Open;

/// A peer with good keys and bad manners.
async fn rude_connection(listener: &TunnelListener) -> (Endpoint, Connection) {
    let socket = std::net::UdpSocket::bind(LOOPBACK).expect("a free port");
    let endpoint = Endpoint::new(transport::endpoint_config(&host_key()), None, socket, Arc::new(TokioRuntime)).expect("an endpoint");
    let (config, _) = transport::client_config(&host_key(), server_key().public());
    let connection = endpoint.connect_with(config, listener.local_addr(), "x").expect("dials").await.expect("connects");
    (endpoint, connection)
}

/// What the listener says of a peer that opens the first stream with `bytes`, finished or not.
async fn greeted_with(listener: &TunnelListener, bytes: &[u8], finish: bool) -> NetError {
    let rude = async {
        let (endpoint, connection) = rude_connection(listener).await;
        let (mut send, recv) = connection.open_bi().await.expect("a stream");
        // The listener may hang up before all is written.
        let _ = send.write_all(bytes).await;
        if finish {
            let _ = send.finish();
        }
        let closed = connection.closed().await;
        drop((endpoint, send, recv));
        closed
    };
    let (error, closed) = tokio::join!(async { pending(listener).await.expect_err("no hello") }, rude);
    assert_eq!(Closed::from(closed).code, Some(CloseCode::Refused));
    error
}

#[tokio::test]
async fn broken_hellos_are_cut_off_and_the_listener_stays_healthy() {
    let listener = listener();
    let too_long = greeted_with(&listener, &u32::MAX.to_be_bytes(), false).await;
    assert!(matches!(too_long, NetError::Frame(FrameError::TooLong { .. })), "{too_long}");
    let empty = greeted_with(&listener, &[0; 4], false).await;
    assert!(matches!(empty, NetError::Frame(FrameError::Empty)), "{empty}");
    let unfinished = greeted_with(&listener, b"\0\0\0\x09{}", true).await;
    assert!(matches!(unfinished, NetError::Frame(FrameError::Unfinished { .. })), "{unfinished}");
    let nonsense = greeted_with(&listener, b"\0\0\0\x02[]", true).await;
    assert!(matches!(nonsense, NetError::BadMessage(_)), "{nonsense}");
    assert_healthy(&listener).await;
}

#[tokio::test]
async fn a_hello_that_never_ends_is_cut_off_and_holds_up_nobody() {
    let listener = listener();
    let slow = async {
        let (_endpoint, connection) = rude_connection(&listener).await;
        let (mut send, _recv) = connection.open_bi().await.expect("a stream");
        send.write_all(b"\0\0\0\x09{").await.expect("written");
        connection.closed().await
    };
    let serve = async {
        let arriving = listener.accept().await.expect("open");
        let (error, ()) = tokio::join!(arriving.handshake(), assert_healthy(&listener));
        error.expect_err("no hello")
    };
    let (closed, error) = tokio::join!(slow, serve);
    assert!(matches!(error, NetError::TimedOut(_)), "{error}");
    assert_eq!(Closed::from(closed).code, Some(CloseCode::Refused));
}

#[tokio::test]
async fn a_request_over_the_limit_is_told_and_the_tunnel_stays() {
    let listener = listener();
    let (tunnel, host) = pair(&listener).await;
    for length in [101, 30_000] {
        let refuse = async {
            let mut stream = host.accept().await.expect("a stream").open().await.expect("an opening");
            stream.read_request(100).await.expect_err("too long").to_string()
        };
        let (reply, said) = tokio::join!(tunnel.open_relay(Bytes::from(vec![7; length])), refuse);
        assert_eq!(said, "the other side sent a broken message: it is longer than 100 bytes");
        assert!(matches!(reply, Err(NetError::StreamReset)), "{reply:?}");
    }
    let ask = tunnel.open_relay(Bytes::from_static(b"ab"));
    let (reply, ()) = tokio::join!(async { read_all(ask.await.expect("answered")).await }, answer_one(&host));
    assert_eq!(reply.expect("whole"), b"ba");
}

#[tokio::test]
async fn an_answer_without_a_byte_is_no_answer() {
    let listener = listener();
    let (tunnel, host) = pair(&listener).await;
    let finish = async {
        let mut stream = host.accept().await.expect("a stream").open().await.expect("an opening");
        stream.read_request(100).await.expect("a request");
        stream.finish();
        stream.stopped().await;
    };
    let (reply, ()) = tokio::join!(tunnel.open_relay(Bytes::from_static(b"x")), finish);
    assert!(matches!(reply, Err(NetError::BadMessage(_))), "{reply:?}");
}

#[tokio::test]
async fn a_host_that_reports_nonsense_is_cut_off() {
    let listener = listener();
    let rude = async {
        let (endpoint, connection) = rude_connection(&listener).await;
        let (mut send, recv) = connection.open_bi().await.expect("a stream");
        stream::write_message(&mut send, &hello()).await.expect("written");
        send.write_all(b"\0\0\0\x02[]").await.expect("written");
        let closed = connection.closed().await;
        drop((endpoint, send, recv));
        closed
    };
    let serve = async {
        let tunnel = pending(&listener).await.expect("a good hello").welcome(welcome()).await.expect("welcomed");
        tunnel.next_report().await.expect_err("nonsense")
    };
    let (closed, heard) = tokio::join!(rude, serve);
    assert_eq!(Closed::from(closed).code, Some(CloseCode::GoingAway));
    assert!(heard.reason.contains("broken message"), "{heard:?}");
    assert_healthy(&listener).await;
}

#[tokio::test]
async fn a_request_that_never_ends_is_cut_off_and_holds_up_nobody() {
    let listener = listener();
    let (tunnel, host) = pair(&listener).await;
    let (mut send, _recv) = tunnel.connection().open_bi().await.expect("a stream");
    stream::write_message(&mut send, &Open::Relay {}).await.expect("written");
    send.write_all(b"half a request").await.expect("written");
    let mut endless = host.accept().await.expect("a stream").open().await.expect("an opening");
    let ask = tunnel.open_relay(Bytes::from_static(b"ab"));
    let honest = async { read_all(ask.await.expect("answered")).await.expect("whole") };
    let (cut_off, reply, ()) = tokio::join!(endless.read_request(100), honest, answer_one(&host));
    assert!(matches!(cut_off, Err(NetError::TimedOut(_))), "{cut_off:?}");
    assert_eq!(reply, b"ba");
}

/// As long as a test wants to wait for a peer that stands still.
const SHORT: Duration = Duration::from_millis(100);

#[tokio::test]
async fn a_host_that_stops_in_mid_reply_is_given_up_and_told() {
    let listener = listener();
    let (tunnel, host) = pair(&listener).await;
    let ask = async {
        let mut reply = tunnel.open_relay(Bytes::from_static(b"x")).await.expect("answered");
        reply.patience = SHORT;
        read_all(reply).await
    };
    let stall = async {
        let mut stream = host.accept().await.expect("a stream").open().await.expect("an opening");
        stream.write(Bytes::from_static(b"half")).await.expect("written");
        stream.stopped().await;
        stream.write(Bytes::from_static(b"late")).await
    };
    let (reply, late) = tokio::join!(ask, stall);
    assert!(matches!(reply, Err(NetError::TimedOut(_))), "{reply:?}");
    assert!(matches!(late, Err(NetError::StreamReset)), "{late:?}");
}

#[tokio::test]
async fn a_reader_that_takes_nothing_is_given_up_and_told() {
    let listener = listener();
    let (tunnel, host) = pair(&listener).await;
    let (given_up, was_given_up) = tokio::sync::oneshot::channel();
    let ask = async {
        let reply = tunnel.open_relay(Bytes::from_static(b"x")).await.expect("answered");
        was_given_up.await.expect("the host gives up");
        read_all(reply).await
    };
    let write = async {
        let mut stream = host.accept().await.expect("a stream").open().await.expect("an opening");
        stream.patience = SHORT;
        // More than the flow control of a stream lets out unread.
        let written = stream.write(Bytes::from(vec![7; 32 * 1024 * 1024])).await;
        drop(stream);
        given_up.send(()).expect("serve waits");
        written
    };
    let (reply, written) = tokio::join!(ask, write);
    assert!(matches!(written, Err(NetError::TimedOut(_))), "{written:?}");
    assert!(matches!(reply, Err(NetError::StreamReset)), "{reply:?}");
}

#[tokio::test]
async fn a_reader_that_is_slow_gets_the_whole_reply() {
    const LENGTH: usize = 8 * 1024 * 1024;
    let listener = listener();
    let (tunnel, host) = pair(&listener).await;
    let ask = async {
        let mut reply = tunnel.open_relay(Bytes::from_static(b"x")).await.expect("answered");
        let mut length = 0;
        while let Some(chunk) = reply.chunk().await.expect("whole") {
            length += chunk.len();
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        length
    };
    let write = async {
        let mut stream = host.accept().await.expect("a stream").open().await.expect("an opening");
        stream.write(Bytes::from(vec![7; LENGTH])).await.expect("taken bit by bit");
        stream.finish();
        stream.stopped().await;
    };
    let (length, ()) = tokio::join!(ask, write);
    assert_eq!(length, LENGTH);
}
