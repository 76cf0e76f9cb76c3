//! The device authorization grant (RFC 8628), the device's side.

use std::time::Duration;

use tokio::time::{Instant, sleep, sleep_until};

use super::http::{Authorization, PairError, Poll, Server};
use super::{Pairing, show};
use crate::auth::DeviceKey;

/// The server counts from when it hears us: a little later is never too early.
const MARGIN: Duration = Duration::from_millis(100);
/// What `slow_down` adds to the interval (section 3.5).
const SLOW_DOWN: Duration = Duration::from_secs(5);
/// Bounds on what a server may ask for.
const INTERVAL_SECONDS: std::ops::RangeInclusive<u64> = 1..=60;
const LIFETIME_SECONDS: std::ops::RangeInclusive<u64> = 10..=3600;

/// Asks for codes and shows them, until the owner confirms one.
pub async fn pair(server: &Server, key: &DeviceKey, name: &str) -> Result<Pairing, PairError> {
    loop {
        let authorization = blocking(server, {
            let (key, name) = (key.clone(), name.to_owned());
            move |server| server.authorize(&key, &name)
        })
        .await?;
        show::show(&authorization.verification_uri_complete, &authorization.user_code);
        if let Some(pairing) = wait(server, authorization).await? {
            return Ok(pairing);
        }
        tracing::info!("the code has expired; here is a new one");
    }
}

/// Polls until the code is confirmed; `None` when it has expired.
async fn wait(server: &Server, authorization: Authorization) -> Result<Option<Pairing>, PairError> {
    let clamp = |seconds: u64, range: std::ops::RangeInclusive<u64>| Duration::from_secs(seconds.clamp(*range.start(), *range.end()));
    let mut interval = clamp(authorization.interval, INTERVAL_SECONDS) + MARGIN;
    let expires = Instant::now() + clamp(authorization.expires_in, LIFETIME_SECONDS);
    loop {
        if Instant::now() + interval >= expires {
            sleep_until(expires).await;
            return Ok(None);
        }
        sleep(interval).await;
        let device_code = authorization.device_code.clone();
        match blocking(server, move |server| server.poll(&device_code)).await {
            Ok(Poll::Paired(pairing)) => return Ok(Some(pairing)),
            Ok(Poll::Pending) => {}
            Ok(Poll::SlowDown) => interval += SLOW_DOWN,
            Ok(Poll::Expired) => return Ok(None),
            // The server may be restarting: the code is still good (section 3.5 asks to back off).
            Err(PairError::Unreachable { cause, .. }) => {
                tracing::warn!(%cause, "the server does not answer; asking again");
                interval = (interval * 2).min(Duration::from_secs(*INTERVAL_SECONDS.end()));
            }
            Err(other) => return Err(other),
        }
    }
}

async fn blocking<T: Send + 'static>(
    server: &Server,
    ask: impl FnOnce(Server) -> Result<T, PairError> + Send + 'static,
) -> Result<T, PairError> {
    let server = server.clone();
    tokio::task::spawn_blocking(move || ask(server)).await.expect("asking the server does not panic")
}
