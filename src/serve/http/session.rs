//! Who a browser is: its session cookie, and the extractors that ask for one.

use std::time::Duration;

use actix_web::cookie::time::Duration as CookieAge;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, HttpResponse, HttpResponseBuilder, ResponseError, web};
use futures_util::future::LocalBoxFuture;

use super::error::ApiError;
use crate::auth::token::{self, TokenHash, TokenKind};
use crate::serve::pages;
use crate::serve::state::State;
use crate::store::{StoreError, User};
use crate::types::{Secret, UserId, random};

/// A session ends this long after it was last used.
const LIFETIME: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// A session in use is extended at most this often: not every request should write.
const EXTEND_EVERY: Duration = Duration::from_secs(60 * 60);

/// A signed-in browser. Without one the answer is 401.
pub struct SignedIn {
    pub user: User,
    pub token: TokenHash,
    presented: Secret<String>,
}

impl SignedIn {
    /// Sets the cookie anew, so that the browser keeps it as long as we do.
    pub fn keep(&self, state: &State, response: &mut HttpResponseBuilder) {
        response.cookie(cookie(state, &self.presented, LIFETIME));
    }
}

/// The same on a page: without a session the browser is sent to sign in, and back afterwards.
pub struct PageUser(pub SignedIn);

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
    let Some((user, expires_at)) = state.store.web_session(token, now).await? else { return Ok(None) };
    let extended = now.plus(LIFETIME);
    if extended.since_ms(expires_at) > i64::try_from(EXTEND_EVERY.as_millis()).unwrap_or(i64::MAX) {
        state.store.extend_web_session(token, extended).await?;
    }
    Ok(Some(SignedIn { user, token, presented }))
}

/// Signs the browser in under a new token; what it was before is ended.
pub async fn begin(request: &HttpRequest, state: &State, user: UserId) -> Result<Cookie<'static>, StoreError> {
    let token = token::make(TokenKind::WebSession, random::bytes());
    let hash = token::hash(TokenKind::WebSession, token.expose()).expect("a token just made has its hash");
    let now = state.now();
    let before = presented(request, state).map(|(hash, _)| hash);
    state.store.add_web_session(hash, user, before, now, now.plus(LIFETIME)).await?;
    Ok(cookie(state, &token, LIFETIME))
}

/// The cookie that takes the browser's away.
pub fn ended(state: &State) -> Cookie<'static> {
    cookie(state, &Secret::new(String::new()), Duration::ZERO)
}

fn state_of(request: &HttpRequest) -> web::Data<State> {
    request.app_data::<web::Data<State>>().expect("every application is made with its state").clone()
}

impl FromRequest for SignedIn {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { current(&request, &state_of(&request)).await?.ok_or(ApiError::SignedOut) })
    }
}

impl FromRequest for PageUser {
    type Error = PageRefusal;
    type Future = LocalBoxFuture<'static, Result<Self, PageRefusal>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let found = current(&request, &state_of(&request)).await.map_err(|error| PageRefusal::Failed(error.into()))?;
            found.map(PageUser).ok_or_else(|| PageRefusal::SignIn { next: pages::next::of(&request) })
        })
    }
}

/// Why a page is not shown.
#[derive(Debug, thiserror::Error)]
pub enum PageRefusal {
    #[error("sign in first")]
    SignIn { next: String },
    #[error("the host belongs to someone else")]
    OwnedByAnother,
    #[error(transparent)]
    Failed(#[from] ApiError),
}

impl ResponseError for PageRefusal {
    fn status_code(&self) -> actix_web::http::StatusCode {
        self.error_response().status()
    }

    fn error_response(&self) -> HttpResponse {
        match self {
            Self::SignIn { next } => pages::redirect(&pages::next::sign_in_path(next)),
            Self::OwnedByAnother => pages::activate::owned_by_another(),
            Self::Failed(error) => pages::error(error),
        }
    }
}

impl From<StoreError> for PageRefusal {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}
