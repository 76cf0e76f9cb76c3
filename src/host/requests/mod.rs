//! What a player may ask, each in its file.

mod catalogue;
mod extras;
mod files;
mod listening;
mod media;
mod purge;

use std::sync::Arc;

use bytes::Bytes;
use serde::Serialize;
use tokio::sync::Semaphore;

pub use files::Files;

use super::access::Libraries;
use super::library::{Library, LibraryError};
use super::media::{Chunks, Encoding, Engine};
use super::report::Report;
use crate::auth::{Claims, Standing};
use crate::protocol::{ErrorBody, ErrorCode, Reply, ReplyHeader, Request};
use crate::types::{Clock, UserId};

/// A reply, ready to be sent.
#[derive(Debug)]
pub struct Answer {
    pub header: ReplyHeader,
    pub body: Body,
    /// A catalogue reply packs well; media does not.
    pub catalogue: bool,
}

/// What follows a reply's header.
#[derive(Debug)]
pub enum Body {
    Whole(Bytes),
    /// Being made. An error cuts the reply.
    Chunks(Chunks),
}

impl Answer {
    fn ok(reply: Reply, body: Bytes) -> Self {
        let length = u64::try_from(body.len()).ok();
        Self { header: ReplyHeader::Ok { length, encoding: None, reply }, body: Body::Whole(body), catalogue: false }
    }

    /// A body whose length is not known yet.
    fn streamed(reply: Reply, chunks: Chunks) -> Self {
        Self { header: ReplyHeader::Ok { length: None, encoding: None, reply }, body: Body::Chunks(chunks), catalogue: false }
    }

    fn catalogue(reply: Reply, body: Bytes) -> Self {
        Self { catalogue: true, ..Self::ok(reply, body) }
    }

    pub fn error(error: ErrorBody) -> Self {
        Self { header: error.into(), body: Body::Whole(Bytes::new()), catalogue: false }
    }
}

/// What requests are answered from. Cheap to clone.
#[derive(Clone)]
pub struct Handler {
    /// What the host is called, for people.
    pub name: Arc<str>,
    /// As whoever asks may see it; the owner's until it is known who that is.
    pub library: Library,
    pub libraries: Libraries,
    pub engine: Engine,
    pub report: Report,
    /// The folders that files may be played from.
    pub files: Files,
    pub clock: Arc<dyn Clock>,
    /// Room for those who wait for a change; they do no work, and count for nothing else.
    pub waiting: Arc<Semaphore>,
}

impl Handler {
    /// Does what a request that was let in asks.
    pub async fn handle(&self, claims: &Claims, request: Request) -> Result<Answer, ErrorBody> {
        let handler = Self { library: self.libraries.of(claims.standing).clone(), ..self.clone() };
        handler.answer(claims, request).await
    }

    async fn answer(&self, claims: &Claims, request: Request) -> Result<Answer, ErrorBody> {
        match request {
            Request::Purge { .. } | Request::Unpurge { .. } if claims.standing != Standing::Owner => {
                Err(ErrorBody::new(ErrorCode::BadRequest, "Only the owner of this host can do that."))
            }
            Request::Status {} => self.status(claims.standing).await,
            Request::Browse(browse) => self.browse(listener(claims)?, browse).await,
            Request::Facets(facets) => self.facets(listener(claims)?, facets).await,
            Request::Tracks { ids } => self.tracks(listener(claims)?, ids).await,
            Request::Purge { tracks } => self.purge(tracks).await,
            Request::Unpurge { at_ms } => self.unpurge(at_ms).await,
            Request::Art { art, size } => self.art(art, size).await,
            Request::Init { track, rendition, stream } => self.init(claims.sid, track, Encoding { stream, rendition }).await,
            Request::Segment { track, rendition, index, stream, ahead_ms } => {
                self.segment(claims.sid, track, Encoding { stream, rendition }, index, ahead_ms).await
            }
            Request::Details { track } => self.details(claims.sid, track).await,
            Request::Subtitle { track, id } => self.subtitle(claims.sid, track, id).await,
            Request::Preview { track } => self.preview(claims.sid, track).await,
            Request::Info { track } => self.info(track).await,
            Request::Lyrics { track } => self.lyrics(track).await,
            Request::Waveform { track } => self.waveform(track).await,
            Request::Played { reports } => self.played(listener(claims)?, reports).await,
            Request::Rate { tracks, rating } => self.rate(listener(claims)?, tracks, rating).await,
            Request::Love { tracks, loved } => self.love(listener(claims)?, tracks, loved).await,
            Request::Resume { track, position_ms } => self.resume(listener(claims)?, track, position_ms).await,
            Request::Reset { tracks, what } => self.reset(listener(claims)?, tracks, what).await,
            Request::Changes { since, wait_ms } => self.changes(claims, since, wait_ms).await,
        }
    }

    /// Runs a question to the library where it may block.
    async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Library) -> Result<T, LibraryError> + Send + 'static,
    ) -> Result<T, ErrorBody> {
        let library = self.library.clone();
        let answer = tokio::task::spawn_blocking(move || question(&library)).await;
        match answer {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(LibraryError::Refused(why))) => Err(ErrorBody::new(ErrorCode::BadRequest, why)),
            Ok(Err(error)) => {
                tracing::error!(%error, "the library failed");
                Err(internal())
            }
            Err(error) => {
                tracing::error!(%error, "a question to the library broke off");
                Err(internal())
            }
        }
    }
}

/// Who asks: what is played and loved is their own.
fn listener(claims: &Claims) -> Result<UserId, ErrorBody> {
    claims.user().ok_or_else(|| ErrorBody::new(ErrorCode::BadRequest, "The ticket names no listener."))
}

fn internal() -> ErrorBody {
    ErrorBody::new(ErrorCode::Internal, "The host's library failed. Its log says more.")
}

fn json(page: &impl Serialize) -> Bytes {
    Bytes::from(serde_json::to_vec(page).expect("a page of the library serialises"))
}
