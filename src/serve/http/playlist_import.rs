//! Playlists as a paired host takes them over from another program, and back.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::error::{ApiError, ErrorEnvelope};
use super::paired_host::PairedHost;
use super::playlist_items::{ItemsView, PageAsked, page, title};
use super::playlists::{ChangesView, Kind, Since, changes, name, rules};
use crate::protocol::Rules;
use crate::serve::state::State;
use crate::store::{Existing, Imported, ImportedItem, Outcome, PlaylistKind, Taken};
use crate::types::{HostId, PlaylistId, TrackId, random, showable};

/// Of one request.
const PLAYLISTS_AT_ONCE: usize = 1_000;
const ITEMS_AT_ONCE: usize = 5_000;
const ORIGIN_BYTES_MAX: usize = 200;

/// What becomes of playlists that an earlier import made.
#[derive(Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExistingView {
    /// They stay as their owner has them now.
    #[default]
    Keep,
    /// They get the items that they never had; what is in the trash is refused.
    Add,
    /// They become what is imported.
    Replace,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportPlaylists {
    #[serde(default)]
    existing: ExistingView,
    playlists: Vec<ImportedView>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportedView {
    /// Which playlist of what it is: the same each time.
    origin: String,
    kind: Kind,
    name: String,
    parent_origin: Option<String>,
    description: Option<String>,
    #[schema(value_type = Option<Object>)]
    rules: Option<Rules>,
    host_id: Option<Uuid>,
    #[serde(default)]
    items: Vec<ImportedItemView>,
    /// How many of its items came in earlier pieces.
    #[serde(default)]
    from: u32,
    /// More of its items follow in another piece.
    #[serde(default)]
    more: bool,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportedItemView {
    track_id: Uuid,
    /// How often the track stood in the list before.
    #[serde(default)]
    nth: u32,
    title: String,
    artist: Option<String>,
    album: Option<String>,
    duration_ms: Option<u32>,
    /// Absent: the host that asks.
    host_id: Option<Uuid>,
}

#[derive(Serialize, ToSchema)]
pub struct ImportedPlaylists {
    playlists: Vec<TakenView>,
}

#[derive(Serialize, ToSchema)]
pub struct TakenView {
    origin: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<Uuid>,
    /// `made`, `updated`, `unchanged` or `refused`.
    outcome: &'static str,
    items_added: i64,
    /// Why it was refused, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'static str>,
}

impl From<Taken> for TakenView {
    fn from(taken: Taken) -> Self {
        let (outcome, detail) = match taken.outcome {
            Outcome::Made => ("made", None),
            Outcome::Updated => ("updated", None),
            Outcome::Unchanged => ("unchanged", None),
            Outcome::Refused(why) => ("refused", Some(why)),
        };
        Self { origin: taken.origin, id: taken.id.map(|id| id.0), outcome, items_added: taken.items_added, detail }
    }
}

fn origin(raw: String) -> Result<String, ApiError> {
    let is_fit = !raw.is_empty() && raw.len() <= ORIGIN_BYTES_MAX && !raw.chars().any(char::is_control);
    if is_fit { Ok(raw) } else { Err(ApiError::BadRequest(format!("an origin is 1 to {ORIGIN_BYTES_MAX} bytes of plain text"))) }
}

fn imported(state: &State, host: HostId, one: ImportedView) -> Result<Imported, ApiError> {
    let kind = PlaylistKind::from(one.kind);
    let items = one.items.into_iter().map(|item| ImportedItem {
        host: item.host_id.map_or(host, HostId),
        track: TrackId(item.track_id),
        nth: item.nth,
        title: title(&item.title),
        artist: item.artist.as_deref().and_then(showable::line),
        album: item.album.as_deref().and_then(showable::line),
        duration_ms: item.duration_ms.map(i64::from),
    });
    Ok(Imported {
        origin: origin(one.origin)?,
        new_id: PlaylistId::new(state.now(), random::bytes()),
        kind,
        name: name(&one.name)?,
        parent_origin: one.parent_origin.map(origin).transpose()?,
        description: one.description.as_deref().and_then(showable::line),
        rules: rules(kind, one.rules.as_ref())?,
        host: (kind == PlaylistKind::Smart).then(|| one.host_id.map_or(host, HostId)),
        items: items.collect(),
        is_rest: one.from > 0,
        more: one.more,
    })
}

/// Take playlists over for the host's owner; the same again changes nothing
#[utoipa::path(put, path = "/api/v1/host/playlists/import", request_body = ImportPlaylists, responses(
    (status = 200, body = ImportedPlaylists), (status = 400, body = ErrorEnvelope), (status = 401, body = ErrorEnvelope), (status = 503, body = ErrorEnvelope),
))]
pub async fn import(
    state: web::Data<State>,
    host: PairedHost,
    body: web::Json<ImportPlaylists>,
) -> Result<web::Json<ImportedPlaylists>, ApiError> {
    let asked = body.into_inner();
    let items: usize = asked.playlists.iter().map(|one| one.items.len()).sum();
    if asked.playlists.len() > PLAYLISTS_AT_ONCE || items > ITEMS_AT_ONCE {
        return Err(ApiError::BadRequest(format!("at most {PLAYLISTS_AT_ONCE} playlists and {ITEMS_AT_ONCE} items in one request")));
    }
    let existing = match asked.existing {
        ExistingView::Keep => Existing::Keep,
        ExistingView::Add => Existing::Add,
        ExistingView::Replace => Existing::Replace,
    };
    let all = asked.playlists.into_iter().map(|one| imported(&state, host.0.id, one)).collect::<Result<Vec<_>, _>>()?;
    let taken = state.store.import_playlists(host.0.owner, existing, all, state.now()).await?;
    Ok(web::Json(ImportedPlaylists { playlists: taken.into_iter().map(TakenView::from).collect() }))
}

/// The owner's playlists that changed since; all of them without `since`
#[utoipa::path(get, path = "/api/v1/host/playlists/export", params(("since" = Option<String>, Query, description = "`next` of the answer before")), responses(
    (status = 200, body = ChangesView), (status = 304, description = "Nothing changed since If-None-Match"), (status = 400, body = ErrorEnvelope),
    (status = 401, body = ErrorEnvelope), (status = 503, body = ErrorEnvelope),
))]
pub async fn export(
    state: web::Data<State>,
    host: PairedHost,
    request: HttpRequest,
    since: web::Query<Since>,
) -> Result<HttpResponse, ApiError> {
    changes(&state, host.0.owner, &request, &since).await
}

/// A page of the items of one of the owner's lists
#[utoipa::path(get, path = "/api/v1/host/playlists/{playlist_id}/items", params(("playlist_id" = Uuid, Path),
    ("after" = Option<String>, Query, description = "`next` of the page before"), ("limit" = Option<i64>, Query, description = "1 to 1000; 500")), responses(
    (status = 200, body = ItemsView), (status = 400, body = ErrorEnvelope), (status = 401, body = ErrorEnvelope), (status = 404, body = ErrorEnvelope),
    (status = 503, body = ErrorEnvelope),
))]
pub async fn items(
    state: web::Data<State>,
    host: PairedHost,
    id: web::Path<Uuid>,
    asked: web::Query<PageAsked>,
) -> Result<web::Json<ItemsView>, ApiError> {
    Ok(web::Json(page(&state, host.0.owner, id.into_inner(), asked.into_inner()).await?))
}
