//! Real endpoints on loopback. Peers with bad manners are in [`rude`].

mod rude;

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use bytes::Bytes;

use super::*;
use crate::auth::DeviceKey;
use crate::protocol::seal::PublicPrekey;
use crate::protocol::tunnel::{CloseCode, Hello, Notice, RefusalCode, Report, TicketKey, VERSIONS, Welcome};
use crate::types::{HostId, UnixMs};

const LOOPBACK: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

fn server_key() -> DeviceKey {
    DeviceKey::from_seed(&[1; 32])
}

fn host_key() -> DeviceKey {
    DeviceKey::from_seed(&[2; 32])
}

fn hello() -> Hello {
    let prekey = PublicPrekey { key: "k".to_owned(), not_after_ms: UnixMs(9), signature: "s".to_owned() };
    Hello { versions: VERSIONS, name: "attic".to_owned(), software: "test".to_owned(), prekey }
}

fn welcome() -> Welcome {
    Welcome { version: 1, host_id: HostId::new(UnixMs(1), [1; 10]), server_time_ms: UnixMs(5), ticket_keys: Vec::new() }
}

fn listener() -> TunnelListener {
    TunnelListener::bind(LOOPBACK, &server_key()).expect("a free port")
}

async fn dial(listener: &TunnelListener) -> Result<HostTunnel, DialError> {
    HostTunnel::connect(listener.local_addr(), server_key().public(), &host_key(), hello()).await
}

async fn pending(listener: &TunnelListener) -> Result<Pending, NetError> {
    listener.accept().await.expect("the listener is open").handshake().await
}

async fn pair(listener: &TunnelListener) -> (Tunnel, HostTunnel) {
    let serve = async { pending(listener).await.expect("a good hello").welcome(welcome()).await.expect("welcomed") };
    let (tunnel, host) = tokio::join!(serve, dial(listener));
    (tunnel, host.expect("connected"))
}

/// The listener still takes an honest host.
async fn assert_healthy(listener: &TunnelListener) {
    let (tunnel, host) = pair(listener).await;
    assert_eq!(tunnel.peer_key(), host_key().public());
    host.close(CloseCode::GoingAway, "done").await;
    assert_eq!(tunnel.closed().await.code, Some(CloseCode::GoingAway));
}

/// Answers one relayed request with its own bytes, the last first.
async fn answer_one(host: &HostTunnel) {
    let mut stream = host.accept().await.expect("a stream").open().await.expect("an opening");
    let mut request = stream.read_request(100).await.expect("a request");
    request.reverse();
    stream.write(Bytes::from(request)).await.expect("written");
    stream.finish();
    stream.stopped().await;
}

async fn read_all(mut reply: RelayReply) -> Result<Vec<u8>, NetError> {
    let mut all = Vec::new();
    while let Some(chunk) = reply.chunk().await? {
        all.extend_from_slice(&chunk);
    }
    Ok(all)
}

#[tokio::test]
async fn carries_a_request_and_its_reply_and_knows_both_keys() {
    let listener = listener();
    let (tunnel, host) = pair(&listener).await;
    assert_eq!(tunnel.peer_key(), host_key().public());
    assert_eq!(host.welcome(), &welcome());
    let ask = async { read_all(tunnel.open_relay(Bytes::from_static(b"bac")).await.expect("answered")).await };
    let (reply, ()) = tokio::join!(ask, answer_one(&host));
    assert_eq!(reply.expect("whole"), b"cab");
}

#[tokio::test]
async fn a_notice_reaches_the_host() {
    let listener = listener();
    let (tunnel, host) = pair(&listener).await;
    let notice = Notice::TicketKeys { ticket_keys: vec![TicketKey { kid: "k".to_owned(), key: "x".to_owned() }] };
    tunnel.notify(notice.clone()).await.expect("sent");
    assert_eq!(host.next_notice().await.expect("received"), notice);
}

#[tokio::test]
async fn a_report_reaches_serve() {
    let listener = listener();
    let (tunnel, host) = pair(&listener).await;
    let report = Report::Prekey { prekey: hello().prekey };
    for _ in 0..3 {
        host.report(&report).await.expect("sent");
    }
    for _ in 0..3 {
        assert_eq!(tunnel.next_report().await.expect("received"), report);
    }
}

#[tokio::test]
async fn refuses_a_server_with_another_key() {
    let listener = listener();
    let stranger = DeviceKey::from_seed(&[9; 32]).public();
    let key = host_key();
    let connect = HostTunnel::connect(listener.local_addr(), stranger, &key, hello());
    let (dialled, arrived) = tokio::join!(connect, pending(&listener));
    assert!(matches!(dialled, Err(DialError::WrongServerKey)), "{dialled:?}");
    assert!(arrived.is_err());
    assert_healthy(&listener).await;
}

#[tokio::test]
async fn a_refusal_says_why() {
    let listener = listener();
    let refuse = async { pending(&listener).await.expect("a good hello").refuse(RefusalCode::NotPaired, "who are you?").await };
    let (dialled, ()) = tokio::join!(dial(&listener), refuse);
    match dialled {
        Err(DialError::Refused { code, detail }) => assert_eq!((code, detail.as_str()), (RefusalCode::NotPaired, "who are you?")),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_close_code_reaches_the_host() {
    let listener = listener();
    let (tunnel, host) = pair(&listener).await;
    tunnel.close(CloseCode::Revoked, "removed");
    assert_eq!(host.closed().await, Closed { code: Some(CloseCode::Revoked), reason: "removed".to_owned() });
    assert!(host.accept().await.is_err());
}

#[tokio::test]
async fn a_port_in_use_is_told_apart() {
    let listener = listener();
    let again = TunnelListener::bind(listener.local_addr(), &server_key());
    assert!(matches!(again, Err(NetError::PortInUse { addr }) if addr == listener.local_addr()), "{again:?}");
}

#[tokio::test]
async fn a_dropped_reply_tells_the_host_to_stop() {
    let listener = listener();
    let (tunnel, host) = pair(&listener).await;
    let ask = async { drop(tunnel.open_relay(Bytes::from_static(b"x")).await.expect("answered")) };
    let answer = async {
        let mut stream = host.accept().await.expect("a stream").open().await.expect("an opening");
        stream.write(Bytes::from_static(b"first")).await.expect("written");
        stream.stopped().await;
        stream.write(Bytes::from_static(b"late")).await
    };
    let ((), late) = tokio::join!(ask, answer);
    assert!(matches!(late, Err(NetError::StreamReset)), "{late:?}");
}

#[tokio::test]
async fn half_a_reply_is_never_taken_for_a_whole_one() {
    let listener = listener();
    let (tunnel, host) = pair(&listener).await;
    // A reset overtakes what is under way: the half must have come before it.
    let (came, has_come) = tokio::sync::oneshot::channel();
    let ask = async {
        let mut reply = tunnel.open_relay(Bytes::from_static(b"x")).await.expect("answered");
        assert_eq!(reply.chunk().await.expect("half"), Some(Bytes::from_static(b"half")));
        came.send(()).expect("the host waits");
        read_all(reply).await
    };
    let answer = async {
        let mut stream = host.accept().await.expect("a stream").open().await.expect("an opening");
        stream.write(Bytes::from_static(b"half")).await.expect("written");
        has_come.await.expect("the half came");
    };
    let (reply, ()) = tokio::join!(ask, answer);
    assert!(matches!(reply, Err(NetError::StreamReset)), "{reply:?}");
}

#[tokio::test]
async fn a_host_that_leaves_mid_reply_is_an_error_at_serve() {
    let listener = listener();
    let (tunnel, host) = pair(&listener).await;
    let ask = tunnel.open_relay(Bytes::from_static(b"x"));
    let leave = async {
        let _stream = host.accept().await.expect("a stream").open().await.expect("an opening");
        host.close(CloseCode::GoingAway, "bye").await;
    };
    let (reply, ()) = tokio::join!(ask, leave);
    assert!(matches!(reply, Err(NetError::Closed(_))), "{reply:?}");
}

#[test]
fn a_restarted_server_is_noticed_at_the_next_keep_alive() {
    let runtime = || tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    let (first_life, ours) = (runtime(), runtime());
    let first = first_life.block_on(async { listener() });
    let addr = first.local_addr();
    let serve = first_life.spawn(async move { (pending(&first).await.expect("a good hello").welcome(welcome()).await, first) });
    let key = host_key();
    let host = ours.block_on(HostTunnel::connect(addr, server_key().public(), &key, hello())).expect("connected");
    let served = first_life.block_on(serve).expect("served");
    // As if killed: the socket goes without a word, and the same server starts anew on its port.
    first_life.shutdown_timeout(std::time::Duration::from_secs(5));
    drop(served);
    ours.block_on(async {
        let second = TunnelListener::bind(addr, &server_key()).expect("the port is free again");
        assert_eq!(host.closed().await.reason, "the other side has forgotten this tunnel");
        assert_healthy(&second).await;
    });
}
