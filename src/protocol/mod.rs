//! What travels between player, serve and host. Pure: bytes in, bytes out.
//! The wire is described in `src/ARCHITECTURE.md`; the shared vectors are in `tests/vectors/`.

pub mod art;
pub mod away;
pub mod details;
pub mod error;
pub mod frame;
pub mod limits;
pub mod listening;
pub mod media;
pub mod reply;
pub mod request;
pub mod rules;
pub mod scan;
pub mod selection;
pub mod tags;
pub mod tunnel;

pub use art::ArtSize;
pub use away::{Away, AwayFolder};
pub use details::{Chapter, Details, MediaStatus, MissingPart, PreviewHead, SoundStream, Subtitle};
pub use error::{ErrorBody, ErrorCode};
pub use frame::{FrameDecoder, FrameError};
pub use listening::{Forget, PlayReport};
pub use media::{Listened, Loudness, MediaKind, Rendition, Role, SourceAudio, SourceMedia, SourceVideo, Timeline, TrackFile, TrackRow};
pub use reply::{BrowsePage, ChangedTracks, FacetPage, FacetValue, Reply, ReplyHeader};
pub use request::{AuthHeader, Request};
pub use rules::Rules;
pub use scan::{ScanPhase, ScanStatus};
pub use selection::{Browse, Facet, FacetOrder, Facets, Only, Selection, SortKey};
pub use tags::{Lyrics, MoreTags, TrackInfo};

/// The version of the player-to-host protocol that this build speaks.
pub const PROTOCOL_VERSION: u16 = 1;
