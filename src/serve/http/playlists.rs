//! A user's playlists.

use actix_web::http::header::{ETAG, IF_NONE_MATCH};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::error::{ApiError, ErrorEnvelope};
use super::session::SignedIn;
use crate::protocol::Rules;
use crate::serve::state::State;
use crate::store::{Change, NewPlaylist, Playlist, PlaylistKind, Refused};
use crate::types::{HostId, PlaylistId, UserId, showable};

/// Playlists of one answer.
const PAGE: i64 = 1_000;
/// Bytes of a smart playlist's rules: they must fit into a request to the host.
const RULES_BYTES_MAX: usize = 12 * 1024;

#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Folder,
    List,
    Smart,
}

impl From<Kind> for PlaylistKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Folder => Self::Folder,
            Kind::List => Self::List,
            Kind::Smart => Self::Smart,
        }
    }
}

#[derive(Serialize, ToSchema)]
pub struct PlaylistView {
    id: Uuid,
    kind: &'static str,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    /// A smart playlist's, as hosts take them.
    #[serde(skip_serializing_if = "Option::is_none")]
    rules: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    host_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    origin: Option<String>,
    items: i64,
    duration_ms: i64,
    version: i64,
    items_version: i64,
    changed: i64,
    /// Unix milliseconds, as the others.
    created_at: i64,
    updated_at: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    deleted_at: Option<i64>,
}

impl From<Playlist> for PlaylistView {
    fn from(playlist: Playlist) -> Self {
        Self {
            id: playlist.id.0,
            kind: playlist.kind.name(),
            name: playlist.name,
            parent: playlist.parent.map(|parent| parent.0),
            description: playlist.description,
            rules: playlist.rules.and_then(|rules| serde_json::from_str(&rules).ok()),
            host_id: playlist.host.map(|host| host.0),
            origin: playlist.origin,
            items: playlist.items,
            duration_ms: playlist.duration_ms,
            version: playlist.version,
            items_version: playlist.items_version,
            changed: playlist.changed,
            created_at: playlist.created_at.0,
            updated_at: playlist.updated_at.0,
            deleted_at: playlist.deleted_at.map(|at| at.0),
        }
    }
}

/// What changed since the caller asked before.
#[derive(Serialize, ToSchema)]
pub struct ChangesView {
    version: i64,
    /// To ask with the next time.
    next: String,
    /// There are more: ask at once.
    more: bool,
    /// These are the first of all: what was kept is worth nothing.
    whole: bool,
    playlists: Vec<PlaylistView>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Since {
    since: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreatePlaylist {
    /// Of the caller's making.
    id: Uuid,
    kind: Kind,
    name: String,
    parent: Option<Uuid>,
    description: Option<String>,
    #[schema(value_type = Option<Object>)]
    rules: Option<Rules>,
    host_id: Option<Uuid>,
}

/// What is absent stays; null takes away.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangePlaylist {
    /// The one that the caller knows.
    version: i64,
    name: Option<String>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Uuid>)]
    parent: Option<Option<Uuid>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    description: Option<Option<String>>,
    #[schema(value_type = Option<Object>)]
    rules: Option<Rules>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Uuid>)]
    host_id: Option<Option<Uuid>>,
}

/// Tells null from nothing.
fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(value: D) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(value).map(Some)
}

/// A name that can be shown.
pub fn name(raw: &str) -> Result<String, ApiError> {
    showable::line(raw).ok_or_else(|| ApiError::BadRequest("a playlist needs a name".to_owned()))
}

/// Rules as they are kept: those, and only those, that a host evaluates, for a smart playlist.
pub fn rules(kind: PlaylistKind, rules: Option<&Rules>) -> Result<Option<String>, ApiError> {
    match (kind, rules) {
        (PlaylistKind::Smart, None) => Err(ApiError::BadRequest("a smart playlist needs its rules".to_owned())),
        (PlaylistKind::Smart, Some(rules)) => checked(rules).map(Some),
        (_, None) => Ok(None),
        (_, Some(_)) => Err(ApiError::BadRequest("only a smart playlist has rules".to_owned())),
    }
}

fn checked(rules: &Rules) -> Result<String, ApiError> {
    rules.check().map_err(|error| ApiError::BadRequest(error.detail))?;
    let text = serde_json::to_string(rules).map_err(|_| ApiError::Internal)?;
    if text.len() > RULES_BYTES_MAX {
        return Err(ApiError::BadRequest("there are too many rules".to_owned()));
    }
    Ok(text)
}

/// What became of a change, for its caller.
pub fn refused(refused: Refused) -> HttpResponse {
    use actix_web::ResponseError as _;
    let error = match refused {
        Refused::Changed(current) => {
            let error = ApiError::Conflict("it was changed meanwhile: look at it again");
            let item = json!([{ "code": error.code(), "detail": error.to_string() }]);
            return HttpResponse::Conflict().json(json!({ "errors": item, "current": PlaylistView::from(*current) }));
        }
        Refused::Unknown => ApiError::NotFound,
        Refused::NotOwn => ApiError::Conflict("this id is taken: make another"),
        Refused::NoSuchPlace => ApiError::Conflict("the item to put this behind is gone"),
        Refused::Wrong(why) => ApiError::BadRequest(why.to_owned()),
        Refused::Full(why) => ApiError::LimitReached(why),
    };
    error.error_response()
}

fn answer(outcome: Result<Playlist, Refused>) -> HttpResponse {
    match outcome {
        Ok(playlist) => HttpResponse::Ok().json(PlaylistView::from(playlist)),
        Err(why) => refused(why),
    }
}

/// What the user's playlists are now, for who knows them as of `since`.
pub async fn changes(state: &State, owner: UserId, request: &HttpRequest, since: &Since) -> Result<HttpResponse, ApiError> {
    let text = since.since.as_deref().unwrap_or("0");
    let (is_learning, number) = text.strip_prefix("all.").map_or((false, text), |number| (true, number));
    let since: i64 =
        number.parse().ok().filter(|since| *since >= 0).ok_or_else(|| ApiError::BadRequest("since is not one of ours".to_owned()))?;
    let known = request.headers().get(IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    if let Some(known) = known
        && known == etag(state.store.playlists_version(owner).await?)
    {
        return Ok(HttpResponse::NotModified().insert_header((ETAG, known)).finish());
    }
    let found = state.store.playlists_since(owner, since, is_learning, PAGE).await?;
    let last = found.playlists.last().map_or(since, |playlist| playlist.changed);
    let next = match (found.more, found.whole || is_learning) {
        (true, true) => format!("all.{last}"),
        (true, false) => last.to_string(),
        (false, _) => found.version.to_string(),
    };
    let mut response = HttpResponse::Ok();
    if !found.more {
        response.insert_header((ETAG, etag(found.version)));
    }
    let playlists = found.playlists.into_iter().map(PlaylistView::from).collect();
    Ok(response.json(ChangesView { version: found.version, next, more: found.more, whole: found.whole, playlists }))
}

fn etag(version: i64) -> String {
    format!("\"{version}\"")
}

/// Playlists that changed since, those in the trash too; all of them without `since`
#[utoipa::path(get, path = "/api/v1/playlists", params(("since" = Option<String>, Query, description = "`next` of the answer before")), responses(
    (status = 200, body = ChangesView), (status = 304, description = "Nothing changed since If-None-Match"), (status = 400, body = ErrorEnvelope),
    (status = 401, body = ErrorEnvelope), (status = 503, body = ErrorEnvelope),
))]
pub async fn list(
    state: web::Data<State>,
    signed_in: SignedIn,
    request: HttpRequest,
    since: web::Query<Since>,
) -> Result<HttpResponse, ApiError> {
    changes(&state, signed_in.user.id, &request, &since).await
}

/// Make a playlist; one that has this id already stays as it is
#[utoipa::path(post, path = "/api/v1/playlists", request_body = CreatePlaylist, responses(
    (status = 201, body = PlaylistView), (status = 200, body = PlaylistView), (status = 400, body = ErrorEnvelope),
    (status = 401, body = ErrorEnvelope), (status = 409, body = ErrorEnvelope), (status = 503, body = ErrorEnvelope),
))]
pub async fn create(state: web::Data<State>, signed_in: SignedIn, body: web::Json<CreatePlaylist>) -> Result<HttpResponse, ApiError> {
    let asked = body.into_inner();
    let kind = PlaylistKind::from(asked.kind);
    let new = NewPlaylist {
        id: PlaylistId(asked.id),
        kind,
        parent: asked.parent.map(PlaylistId),
        name: name(&asked.name)?,
        description: asked.description.as_deref().and_then(showable::line),
        rules: rules(kind, asked.rules.as_ref())?,
        host: asked.host_id.map(HostId),
        origin: None,
    };
    Ok(match state.store.create_playlist(signed_in.user.id, new, state.now()).await? {
        Ok((playlist, true)) => HttpResponse::Created().json(PlaylistView::from(playlist)),
        Ok((playlist, false)) => HttpResponse::Ok().json(PlaylistView::from(playlist)),
        Err(why) => refused(why),
    })
}

/// A playlist without its items
#[utoipa::path(get, path = "/api/v1/playlists/{playlist_id}", params(("playlist_id" = Uuid, Path)), responses(
    (status = 200, body = PlaylistView), (status = 401, body = ErrorEnvelope), (status = 404, body = ErrorEnvelope), (status = 503, body = ErrorEnvelope),
))]
pub async fn get(state: web::Data<State>, signed_in: SignedIn, id: web::Path<Uuid>) -> Result<web::Json<PlaylistView>, ApiError> {
    let found = state.store.playlist(signed_in.user.id, PlaylistId(id.into_inner())).await?;
    Ok(web::Json(found.ok_or(ApiError::NotFound)?.into()))
}

/// Rename, move or describe a playlist, or give it other rules
#[utoipa::path(patch, path = "/api/v1/playlists/{playlist_id}", params(("playlist_id" = Uuid, Path)), request_body = ChangePlaylist, responses(
    (status = 200, body = PlaylistView), (status = 400, body = ErrorEnvelope), (status = 401, body = ErrorEnvelope), (status = 404, body = ErrorEnvelope),
    (status = 409, body = ErrorEnvelope, description = "With `current`, the playlist as it is"), (status = 503, body = ErrorEnvelope),
))]
pub async fn change(
    state: web::Data<State>,
    signed_in: SignedIn,
    id: web::Path<Uuid>,
    body: web::Json<ChangePlaylist>,
) -> Result<HttpResponse, ApiError> {
    let asked = body.into_inner();
    let change = Change {
        name: asked.name.as_deref().map(name).transpose()?,
        parent: asked.parent.map(|parent| parent.map(PlaylistId)),
        description: asked.description.map(|text| text.as_deref().and_then(showable::line)),
        rules: asked.rules.as_ref().map(checked).transpose()?.map(Some),
        host: asked.host_id.map(|host| host.map(HostId)),
    };
    let outcome = state.store.change_playlist(signed_in.user.id, PlaylistId(id.into_inner()), asked.version, change, state.now());
    Ok(answer(outcome.await?))
}

/// Put a playlist into the trash, where it stays for 30 days
#[utoipa::path(delete, path = "/api/v1/playlists/{playlist_id}", params(("playlist_id" = Uuid, Path)), responses(
    (status = 200, body = PlaylistView), (status = 401, body = ErrorEnvelope), (status = 404, body = ErrorEnvelope), (status = 503, body = ErrorEnvelope),
))]
pub async fn delete(state: web::Data<State>, signed_in: SignedIn, id: web::Path<Uuid>) -> Result<HttpResponse, ApiError> {
    Ok(answer(state.store.delete_playlist(signed_in.user.id, PlaylistId(id.into_inner()), state.now()).await?))
}

/// Take a playlist out of the trash
#[utoipa::path(post, path = "/api/v1/playlists/{playlist_id}/restore", params(("playlist_id" = Uuid, Path)), responses(
    (status = 200, body = PlaylistView), (status = 401, body = ErrorEnvelope), (status = 404, body = ErrorEnvelope), (status = 503, body = ErrorEnvelope),
))]
pub async fn restore(state: web::Data<State>, signed_in: SignedIn, id: web::Path<Uuid>) -> Result<HttpResponse, ApiError> {
    Ok(answer(state.store.restore_playlist(signed_in.user.id, PlaylistId(id.into_inner()), state.now()).await?))
}
