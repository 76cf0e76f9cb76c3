//! The owner's playlists, as the server keeps them.

use serde::Deserialize;
use uuid::Uuid;

use super::sending::Door;
use crate::host::pairing::ApiError;
use crate::protocol::Rules;
use crate::types::{HostId, TrackId};

/// Pages of one listing: the server has 100,000 playlists a user and 100,000 items a list.
const PAGES_MAX: usize = 1_000;

/// A playlist; what of it is of no use here is left out.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Kept {
    pub(super) id: String,
    pub(super) kind: String,
    pub(super) name: String,
    #[serde(default)]
    pub(super) parent: Option<String>,
    #[serde(default)]
    pub(super) rules: Option<Rules>,
    #[serde(default)]
    pub(super) origin: Option<String>,
    #[serde(default)]
    pub(super) deleted_at: Option<serde_json::Value>,
}

#[derive(Debug, Deserialize)]
struct Page {
    #[serde(default)]
    more: bool,
    /// What was answered before is to be forgotten.
    #[serde(default)]
    whole: bool,
    /// To ask with the next time.
    next: String,
    playlists: Vec<Kept>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct KeptItem {
    pub(super) host_id: HostId,
    pub(super) track_id: TrackId,
    pub(super) title: String,
    #[serde(default)]
    pub(super) artist: Option<String>,
    #[serde(default)]
    pub(super) album: Option<String>,
    #[serde(default)]
    pub(super) duration_ms: Option<u64>,
}

#[derive(Debug, Deserialize)]
struct ItemPage {
    items: Vec<KeptItem>,
    #[serde(default)]
    next: Option<serde_json::Value>,
}

/// All of them, deleted ones too.
pub(super) fn playlists(door: &Door<'_>) -> Result<Vec<Kept>, ApiError> {
    let mut all: Vec<Kept> = Vec::new();
    let mut since = "0".to_owned();
    for _ in 0..PAGES_MAX {
        let page: Page = door.server.get(door.pairing, &format!("/api/v1/host/playlists/export?since={since}"))?;
        if page.whole {
            all.clear();
        }
        all.extend(page.playlists);
        since = page.next;
        if !page.more {
            break;
        }
    }
    // One that changed meanwhile came twice: the later one counts.
    let mut seen = std::collections::HashSet::new();
    all.reverse();
    all.retain(|list| seen.insert(list.id.clone()));
    all.reverse();
    Ok(all)
}

/// What is in one of them.
pub(super) fn items(door: &Door<'_>, list: &Kept) -> Result<Vec<KeptItem>, ApiError> {
    let Ok(id) = Uuid::parse_str(&list.id) else { return Ok(Vec::new()) };
    let mut all = Vec::new();
    let mut after = String::new();
    for _ in 0..PAGES_MAX {
        let page: ItemPage = door.server.get(door.pairing, &format!("/api/v1/host/playlists/{id}/items?limit=1000{after}"))?;
        all.extend(page.items);
        match page.next {
            Some(serde_json::Value::String(next)) if next.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')) => {
                after = format!("&after={next}");
            }
            Some(serde_json::Value::Number(next)) => after = format!("&after={next}"),
            _ => break,
        }
    }
    Ok(all)
}
