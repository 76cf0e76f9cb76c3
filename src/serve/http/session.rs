//! Who a browser is: its session cookie.

use std::future::{Ready, ready};
use std::time::Duration;

use actix_web::cookie::time::Duration as CookieAge;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest};

use super::error::ApiError;
use crate::auth::token::{self, TokenHash, TokenKind};
use crate::serve::database;
use crate::serve::state::State;
use crate::store::{StoreError, User};
use crate::types::{Secret, UnixMs, UserId, random};

/// A session ends this long after it was last used.
const LIFETIME: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// A session in use is extended at most this often: not every request should write.
const EXTEND_EVERY: Duration = Duration::from_secs(60 * 60);

/// A signed-in browser.
#[derive(Clone)]
pub struct SignedIn {
    pub user: User,
    pub token: TokenHash,
    /// The cookie anew, when the session has just been extended: the browser keeps it as long as we do.
    pub renewed: Option<Cookie<'static>>,
}

/// `__Host-` binds the cookie to this very origin; browsers refuse that prefix without https.
fn cookie_name(state: &State) -> &'static str {
    if state.public_url.is_https() { "__Host-iroam_session" } else { "iroam_session" }
}

fn cookie(state: &State, value: &Secret<String>, lifetime: Duration) -> Cookie<'static> {
    Cookie::build(cookie_name(state), value.expose().clone())
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(state.public_url.is_https())
        .max_age(CookieAge::seconds(lifetime.as_secs().try_into().unwrap_or(0)))
        .finish()
}

fn presented(request: &HttpRequest, state: &State) -> Option<(TokenHash, Secret<String>)> {
    let cookie = request.cookie(cookie_name(state))?;
    Some((token::hash(TokenKind::WebSession, cookie.value())?, Secret::new(cookie.value().to_owned())))
}

/// Who the request's cookie says it is.
pub async fn current(request: &HttpRequest, state: &State) -> Result<Option<SignedIn>, StoreError> {
    let Some((token, presented)) = presented(request, state) else { return Ok(None) };
    let now = state.now();
    let Some((user, expires_at)) = look_up(state, token, now).await? else { return Ok(None) };
    let extended = now.plus(LIFETIME);
    let is_due = extended.since_ms(expires_at) > i64::try_from(EXTEND_EVERY.as_millis()).unwrap_or(i64::MAX);
    let is_extended = is_due && extend(state, token, extended).await?;
    let renewed = is_extended.then(|| cookie(state, &presented, LIFETIME));
    Ok(Some(SignedIn { user, token, renewed }))
}

/// Whose session it is. While the database is away, what it said a moment ago counts.
async fn look_up(state: &State, token: TokenHash, now: UnixMs) -> Result<Option<(User, UnixMs)>, StoreError> {
    let remembered = &state.remembered.sessions;
    match database::if_there(state, state.store.web_session(token, now)).await {
        Ok(found) => {
            remembered.note(token, found.as_ref(), now);
            Ok(found)
        }
        Err(error) if error.is_temporary() => {
            remembered.recall(&token, now).filter(|(_, expires_at)| *expires_at > now).map(Some).ok_or(error)
        }
        Err(error) => Err(error),
    }
}

/// False when it cannot be done now: the next request tries again.
async fn extend(state: &State, token: TokenHash, until: UnixMs) -> Result<bool, StoreError> {
    match database::if_there(state, state.store.extend_web_session(token, until)).await {
        Ok(()) => Ok(true),
        Err(error) if error.is_temporary() => Ok(false),
        Err(error) => Err(error),
    }
}

/// Ends the session: its token is worth nothing from now on.
pub async fn end(state: &State, token: TokenHash) -> Result<(), StoreError> {
    state.remembered.sessions.forget(&token);
    state.store.remove_web_session(token).await
}

/// Signs the browser in under a new token; what it was before is ended.
pub async fn begin(request: &HttpRequest, state: &State, user: UserId) -> Result<Cookie<'static>, StoreError> {
    let token = token::make(TokenKind::WebSession, random::bytes());
    let hash = token::hash(TokenKind::WebSession, token.expose()).expect("a token just made has its hash");
    let now = state.now();
    let before = presented(request, state).map(|(hash, _)| hash);
    if let Some(before) = &before {
        state.remembered.sessions.forget(before);
    }
    state.store.add_web_session(hash, user, before, now, now.plus(LIFETIME)).await?;
    Ok(cookie(state, &token, LIFETIME))
}

/// The cookie that takes the browser's away.
pub fn ended(state: &State) -> Cookie<'static> {
    cookie(state, &Secret::new(String::new()), Duration::ZERO)
}

/// Put there by [`super::admission`]; a route without admission is closed to everybody.
impl FromRequest for SignedIn {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(request.extensions().get::<Self>().cloned().ok_or(ApiError::SignedOut))
    }
}
