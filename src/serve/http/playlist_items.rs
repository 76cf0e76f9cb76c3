//! What is in a playlist.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::error::{ApiError, ErrorEnvelope};
use super::playlists::refused;
use super::session::SignedIn;
use crate::serve::state::State;
use crate::store::{After, Item, ItemsPage, NewItem, Playlist, Refused};
use crate::types::{HostId, ItemId, PlaylistId, TrackId, UserId, showable};

/// Items of one request.
const AT_ONCE: usize = 2_000;
const PAGE: i64 = 500;
const PAGE_MAX: i64 = 1_000;
/// A position is never longer.
const CURSOR_BYTES_MAX: usize = 1_000;

#[derive(Serialize, ToSchema)]
pub struct ItemView {
    id: Uuid,
    host_id: Uuid,
    track_id: Uuid,
    /// As it was when the item was added; so are the other texts.
    title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    artist: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    album: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    duration_ms: Option<i64>,
    added_at: i64,
}

impl From<Item> for ItemView {
    fn from(item: Item) -> Self {
        Self {
            id: item.id.0,
            host_id: item.host.0,
            track_id: item.track.0,
            title: item.title,
            artist: item.artist,
            album: item.album,
            duration_ms: item.duration_ms,
            added_at: item.added_at.0,
        }
    }
}

#[derive(Serialize, ToSchema)]
pub struct ItemsView {
    /// Another one than the page before had: begin anew.
    items_version: i64,
    items: Vec<ItemView>,
    /// `after` of the next page.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

impl From<ItemsPage> for ItemsView {
    fn from(page: ItemsPage) -> Self {
        Self { items_version: page.items_version, items: page.items.into_iter().map(ItemView::from).collect(), next: page.next }
    }
}

#[derive(Serialize, ToSchema)]
pub struct ItemsChanged {
    items_version: i64,
    /// How many items.
    changed: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PageAsked {
    #[serde(default)]
    after: String,
    limit: Option<i64>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddItems {
    items: Vec<NewItemView>,
    /// Behind this item; null: first; absent: last.
    #[serde(default, deserialize_with = "place")]
    #[schema(value_type = Option<Uuid>)]
    after: Option<Option<Uuid>>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewItemView {
    /// Of the caller's making.
    id: Uuid,
    host_id: Uuid,
    track_id: Uuid,
    title: String,
    artist: Option<String>,
    album: Option<String>,
    duration_ms: Option<u32>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MoveItems {
    items: Vec<Uuid>,
    /// Behind this item; null: first; absent: last.
    #[serde(default, deserialize_with = "place")]
    #[schema(value_type = Option<Uuid>)]
    after: Option<Option<Uuid>>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SomeItems {
    items: Vec<Uuid>,
}

fn place<'de, D: Deserializer<'de>>(value: D) -> Result<Option<Option<Uuid>>, D::Error> {
    Option::deserialize(value).map(Some)
}

fn after(asked: Option<Option<Uuid>>) -> After {
    match asked {
        None => After::All,
        Some(None) => After::Nothing,
        Some(Some(item)) => After::Item(ItemId(item)),
    }
}

fn not_too_many(count: usize) -> Result<(), ApiError> {
    if count <= AT_ONCE { Ok(()) } else { Err(ApiError::BadRequest(format!("at most {AT_ONCE} items in one request"))) }
}

fn ids(items: Vec<Uuid>) -> Result<Vec<ItemId>, ApiError> {
    not_too_many(items.len())?;
    Ok(items.into_iter().map(ItemId).collect())
}

/// What a track is called, where a list needs something to show.
pub fn title(raw: &str) -> String {
    showable::line(raw).unwrap_or_else(|| "Untitled".to_owned())
}

/// A page of a list that this user has.
pub async fn page(state: &State, owner: UserId, id: Uuid, asked: PageAsked) -> Result<ItemsView, ApiError> {
    let limit = asked.limit.unwrap_or(PAGE);
    let is_position = asked.after.len() <= CURSOR_BYTES_MAX && asked.after.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !(1..=PAGE_MAX).contains(&limit) || !is_position {
        return Err(ApiError::BadRequest(format!("limit is 1 to {PAGE_MAX}, and after is the page before's next")));
    }
    let page = state.store.playlist_items(owner, PlaylistId(id), asked.after, limit).await?;
    Ok(page.ok_or(ApiError::NotFound)?.into())
}

fn answer(outcome: Result<(Playlist, i64), Refused>) -> HttpResponse {
    match outcome {
        Ok((list, changed)) => HttpResponse::Ok().json(ItemsChanged { items_version: list.items_version, changed }),
        Err(why) => refused(why),
    }
}

/// A page of a list's items, in their order
#[utoipa::path(get, path = "/api/v1/playlists/{playlist_id}/items", params(("playlist_id" = Uuid, Path),
    ("after" = Option<String>, Query, description = "`next` of the page before"), ("limit" = Option<i64>, Query, description = "1 to 1000; 500")), responses(
    (status = 200, body = ItemsView), (status = 400, body = ErrorEnvelope), (status = 401, body = ErrorEnvelope), (status = 404, body = ErrorEnvelope),
    (status = 503, body = ErrorEnvelope),
))]
pub async fn list(
    state: web::Data<State>,
    signed_in: SignedIn,
    id: web::Path<Uuid>,
    asked: web::Query<PageAsked>,
) -> Result<web::Json<ItemsView>, ApiError> {
    Ok(web::Json(page(&state, signed_in.user.id, id.into_inner(), asked.into_inner()).await?))
}

/// Add items to a list; those whose ids it had before are left out
#[utoipa::path(post, path = "/api/v1/playlists/{playlist_id}/items", params(("playlist_id" = Uuid, Path)), request_body = AddItems, responses(
    (status = 200, body = ItemsChanged), (status = 400, body = ErrorEnvelope), (status = 401, body = ErrorEnvelope), (status = 404, body = ErrorEnvelope),
    (status = 409, body = ErrorEnvelope), (status = 503, body = ErrorEnvelope),
))]
pub async fn add(
    state: web::Data<State>,
    signed_in: SignedIn,
    id: web::Path<Uuid>,
    body: web::Json<AddItems>,
) -> Result<HttpResponse, ApiError> {
    let asked = body.into_inner();
    not_too_many(asked.items.len())?;
    let items = asked.items.into_iter().map(|item| NewItem {
        id: ItemId(item.id),
        host: HostId(item.host_id),
        track: TrackId(item.track_id),
        title: title(&item.title),
        artist: item.artist.as_deref().and_then(showable::line),
        album: item.album.as_deref().and_then(showable::line),
        duration_ms: item.duration_ms.map(i64::from),
    });
    let list = PlaylistId(id.into_inner());
    let outcome = state.store.add_playlist_items(signed_in.user.id, list, items.collect(), after(asked.after), state.now());
    Ok(answer(outcome.await?))
}

/// Move items within their list, in the order given
#[utoipa::path(post, path = "/api/v1/playlists/{playlist_id}/items/move", params(("playlist_id" = Uuid, Path)), request_body = MoveItems, responses(
    (status = 200, body = ItemsChanged), (status = 400, body = ErrorEnvelope), (status = 401, body = ErrorEnvelope), (status = 404, body = ErrorEnvelope),
    (status = 409, body = ErrorEnvelope), (status = 503, body = ErrorEnvelope),
))]
pub async fn move_some(
    state: web::Data<State>,
    signed_in: SignedIn,
    id: web::Path<Uuid>,
    body: web::Json<MoveItems>,
) -> Result<HttpResponse, ApiError> {
    let asked = body.into_inner();
    let (list, items) = (PlaylistId(id.into_inner()), ids(asked.items)?);
    Ok(answer(state.store.move_playlist_items(signed_in.user.id, list, items, after(asked.after), state.now()).await?))
}

/// Remove items from a list; they can be restored for 30 days
#[utoipa::path(post, path = "/api/v1/playlists/{playlist_id}/items/remove", params(("playlist_id" = Uuid, Path)), request_body = SomeItems, responses(
    (status = 200, body = ItemsChanged), (status = 400, body = ErrorEnvelope), (status = 401, body = ErrorEnvelope), (status = 404, body = ErrorEnvelope),
    (status = 503, body = ErrorEnvelope),
))]
pub async fn remove(
    state: web::Data<State>,
    signed_in: SignedIn,
    id: web::Path<Uuid>,
    body: web::Json<SomeItems>,
) -> Result<HttpResponse, ApiError> {
    let (list, items) = (PlaylistId(id.into_inner()), ids(body.into_inner().items)?);
    Ok(answer(state.store.remove_playlist_items(signed_in.user.id, list, items, state.now()).await?))
}

/// Put removed items back to where they were
#[utoipa::path(post, path = "/api/v1/playlists/{playlist_id}/items/restore", params(("playlist_id" = Uuid, Path)), request_body = SomeItems, responses(
    (status = 200, body = ItemsChanged), (status = 400, body = ErrorEnvelope), (status = 401, body = ErrorEnvelope), (status = 404, body = ErrorEnvelope),
    (status = 409, body = ErrorEnvelope), (status = 503, body = ErrorEnvelope),
))]
pub async fn restore(
    state: web::Data<State>,
    signed_in: SignedIn,
    id: web::Path<Uuid>,
    body: web::Json<SomeItems>,
) -> Result<HttpResponse, ApiError> {
    let (list, items) = (PlaylistId(id.into_inner()), ids(body.into_inner().items)?);
    Ok(answer(state.store.restore_playlist_items(signed_in.user.id, list, items, state.now()).await?))
}
