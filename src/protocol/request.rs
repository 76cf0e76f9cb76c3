//! What a player asks of a host.

use serde::{Deserialize, Serialize};

use super::art::ArtSize;
use super::error::{ErrorBody, ErrorCode};
use super::frame::{self, FrameError};
use super::limits::{AUTH_BYTES_MAX, BROWSE_ROWS_MAX, CHANGES_WAIT_MS_MAX, REQUEST_BYTES_MAX, SUBTITLE_ID_BYTES_MAX};
use super::listening::{Forget, PlayReport, check_marked, check_rating, check_reports};
use super::media::Rendition;
use super::selection::{Browse, Facets};
use crate::types::{ArtId, TrackId};

/// The first frame of a request: who asks. Binary fields are base64url without padding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuthHeader {
    /// Protocol version.
    pub v: u16,
    /// PASETO v4.public.
    pub ticket: String,
    /// The player's Ed25519 public key, 32 bytes.
    pub key: String,
    /// 16 random bytes, fresh for every request.
    pub nonce: String,
    /// Ed25519 signature, 64 bytes, over [`crate::auth::proof::message`].
    pub proof: String,
    /// How the body may be packed, besides not at all. One that is not known here is passed over.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accept: Vec<String>,
}

/// The second frame of a request: what is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "op", rename_all = "snake_case", deny_unknown_fields)]
pub enum Request {
    Status {},
    Browse(Browse),
    /// What a column of the browser lists.
    Facets(Facets),
    /// Rows of these tracks, in this order: a playlist's, say. Those that are not known are left out.
    Tracks {
        ids: Vec<TrackId>,
    },
    /// Takes tracks out of the library whose files have vanished, all such without `tracks`; those named also if their disk is away. The
    /// owner's alone.
    Purge {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tracks: Option<Vec<TrackId>>,
    },
    /// Undoes a purge, by when it was; without that all which can be undone.
    Unpurge {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at_ms: Option<i64>,
    },
    Art {
        art: ArtId,
        #[serde(default, skip_serializing_if = "is_default")]
        size: ArtSize,
    },
    Init {
        track: TrackId,
        rendition: Rendition,
        /// Which of the file's sounds, or pictures, counted from 0.
        #[serde(default)]
        stream: u8,
    },
    Segment {
        track: TrackId,
        rendition: Rendition,
        index: u32,
        #[serde(default)]
        stream: u8,
        /// What the player has left to play before it needs this one; `None` when it is only to have it at hand.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ahead_ms: Option<u32>,
    },
    /// Streams, subtitles and chapters.
    Details {
        track: TrackId,
    },
    /// One subtitle, as WebVTT. `id` is from the details.
    Subtitle {
        track: TrackId,
        id: String,
    },
    /// Small pictures from all over a video.
    Preview {
        track: TrackId,
    },
    /// A track's file and all its tags.
    Info {
        track: TrackId,
    },
    /// What is sung, from the file or from one beside it.
    Lyrics {
        track: TrackId,
    },
    /// How loud a track is over its length.
    Waveform {
        track: TrackId,
    },
    /// What was heard, at most [`super::limits::PLAY_REPORTS_MAX`] tracks. The host decides what is a play and what a skip.
    Played {
        reports: Vec<PlayReport>,
    },
    /// The listener's stars, 20 for each; 0 is none.
    Rate {
        tracks: Vec<TrackId>,
        rating: u8,
    },
    Love {
        tracks: Vec<TrackId>,
        loved: bool,
    },
    /// Where the listener is in a long track or a video.
    Resume {
        track: TrackId,
        position_ms: u64,
    },
    Reset {
        tracks: Vec<TrackId>,
        what: Forget,
    },
    /// What changed after the version `since`, as soon as something has; `since` absent asks for the version alone.
    Changes {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        since: Option<u64>,
        /// How long to wait for a change, at most [`super::limits::CHANGES_WAIT_MS_MAX`].
        #[serde(default)]
        wait_ms: u32,
    },
}

impl Request {
    /// Reads and checks a request frame.
    pub fn parse(payload: &[u8]) -> Result<Self, ErrorBody> {
        let request: Self = serde_json::from_slice(payload).map_err(|error| bad(format!("the request does not parse: {error}")))?;
        match &request {
            Self::Browse(browse) => browse.check()?,
            Self::Facets(facets) => facets.check()?,
            Self::Purge { tracks: Some(ids) } | Self::Tracks { ids } if ids.len() > usize::from(BROWSE_ROWS_MAX) => {
                return Err(bad(format!("at most {BROWSE_ROWS_MAX} tracks at once")));
            }
            Self::Subtitle { id, .. } if id.len() > SUBTITLE_ID_BYTES_MAX => return Err(bad("there is no such subtitle".to_owned())),
            Self::Played { reports } => check_reports(reports)?,
            Self::Rate { tracks, rating } => check_marked(tracks).and(check_rating(*rating))?,
            Self::Love { tracks, .. } | Self::Reset { tracks, .. } => check_marked(tracks)?,
            Self::Changes { wait_ms, .. } if *wait_ms > CHANGES_WAIT_MS_MAX => {
                return Err(bad(format!("a change is waited for {CHANGES_WAIT_MS_MAX} ms at most")));
            }
            _ => {}
        }
        Ok(request)
    }

    /// Whether it asks for no work, but for an answer some time.
    pub fn only_waits(&self) -> bool {
        matches!(self, Self::Changes { .. })
    }
}

/// The payloads of a whole request's two frames: who asks, and what.
pub fn split(wire: &[u8]) -> Result<(&[u8], &[u8]), FrameError> {
    let (auth, rest) = frame::take(wire, AUTH_BYTES_MAX)?;
    let (request, rest) = frame::take(rest, REQUEST_BYTES_MAX)?;
    if rest.is_empty() { Ok((auth, request)) } else { Err(FrameError::Trailing) }
}

impl AuthHeader {
    pub fn parse(payload: &[u8]) -> Result<Self, ErrorBody> {
        serde_json::from_slice(payload).map_err(|error| bad(format!("the auth header does not parse: {error}")))
    }
}

fn is_default(size: &ArtSize) -> bool {
    *size == ArtSize::default()
}

fn bad(detail: String) -> ErrorBody {
    ErrorBody::new(ErrorCode::BadRequest, detail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::limits::{MARKED_TRACKS_MAX, PLAY_REPORTS_MAX, REQUEST_BYTES_MAX};
    use crate::protocol::{MediaKind, Selection, SortKey};
    use proptest::prelude::*;

    #[test]
    fn refuses_unknown_fields_and_ops() {
        for text in [
            r#"{"op":"format_disk"}"#,
            r#"{"op":"status","sudo":true}"#,
            r#"{"op":"browse","sort":"title","offset":0,"limit":0}"#,
            r#"{"op":"played","reports":[]}"#,
            r#"{"op":"love","tracks":[],"loved":true}"#,
            r#"{"op":"rate","tracks":["0190163d-8694-7a30-8a5a-4f3b0c1d2e3f"],"rating":101}"#,
            r#"{"op":"rate","tracks":["0190163d-8694-7a30-8a5a-4f3b0c1d2e3f"],"rating":-1}"#,
            r#"{"op":"changes","wait_ms":25001}"#,
            r#"{"op":"art","art":"0000000000000000000000000000000000000000000000000000000000000000","size":61}"#,
            "[]",
            "",
        ] {
            assert_eq!(Request::parse(text.as_bytes()).map_err(|e| e.code), Err(ErrorCode::BadRequest), "{text}");
        }
    }

    #[test]
    fn as_many_tracks_as_are_allowed_fit_a_request_frame() {
        let tracks = vec![TrackId(uuid::Uuid::max()); MARKED_TRACKS_MAX];
        let reset = Request::Reset { tracks, what: Forget::Rating };
        let report = PlayReport {
            track: TrackId(uuid::Uuid::max()),
            event: uuid::Uuid::max(),
            at_ms: i64::MIN,
            heard_ms: u64::MAX,
            of_ms: u64::MAX,
            ended: false,
        };
        for request in [reset, Request::Played { reports: vec![report; PLAY_REPORTS_MAX] }] {
            let wire = serde_json::to_vec(&request).expect("serialises");
            assert!(wire.len() <= REQUEST_BYTES_MAX, "{}", wire.len());
            assert_eq!(Request::parse(&wire), Ok(request));
        }
    }

    fn any_request() -> impl Strategy<Value = Request> {
        let track = any::<u128>().prop_map(|bits| TrackId(uuid::Uuid::from_u128(bits))).boxed();
        let rendition = prop::sample::select(Rendition::ALL.to_vec());
        let sort = prop::sample::select(vec![SortKey::Title, SortKey::Artist, SortKey::Album, SortKey::Duration, SortKey::Added]);
        prop_oneof![
            Just(Request::Status {}),
            (sort, prop::option::of(".{0,60}"), any::<bool>(), any::<u32>(), 1u16..=500).prop_map(
                |(sort, search, descending, offset, limit)| {
                    let selection = Selection { kind: Some(MediaKind::Audio), search, ..Selection::default() };
                    Request::Browse(Browse { selection, sort, descending, files: false, together: false, offset, limit })
                }
            ),
            (any::<[u8; 32]>(), prop::sample::select(ArtSize::ALL.to_vec()))
                .prop_map(|(digest, size)| Request::Art { art: ArtId::from_digest(digest), size }),
            (track.clone(), "[a-z0-9-]{1,64}").prop_map(|(track, id)| Request::Subtitle { track, id }),
            (track, rendition, any::<u32>(), any::<u8>(), prop::option::of(any::<u32>()))
                .prop_map(|(track, rendition, index, stream, ahead_ms)| Request::Segment { track, rendition, index, stream, ahead_ms }),
        ]
    }

    proptest! {
        #[test]
        fn requests_read_back(request in any_request()) {
            let wire = serde_json::to_vec(&request).expect("serialises");
            prop_assert_eq!(Request::parse(&wire), Ok(request));
        }

        #[test]
        fn any_text_parses_or_is_refused(text in ".{0,200}") {
            let _ = Request::parse(text.as_bytes());
            let _ = AuthHeader::parse(text.as_bytes());
        }
    }
}
