//! Hard limits of the wire: a peer that passes one is cut off, whatever it wanted.

use std::time::Duration;

use super::seal::REQUEST_OVERHEAD;

/// Longest auth header frame, bytes.
pub const AUTH_BYTES_MAX: usize = 4 * 1024;
/// Longest request frame, bytes.
pub const REQUEST_BYTES_MAX: usize = 16 * 1024;
/// Longest whole request: both frames with their length prefixes.
pub const WHOLE_REQUEST_BYTES_MAX: usize = AUTH_BYTES_MAX + REQUEST_BYTES_MAX + 8;
/// Longest request as a relay takes it: sealed.
pub const RELAY_REQUEST_BYTES_MAX: usize = WHOLE_REQUEST_BYTES_MAX + REQUEST_OVERHEAD;
/// Longest reply header frame, bytes.
pub const REPLY_HEADER_BYTES_MAX: usize = 256 * 1024;
/// Longest frame of the tunnel's own (hello, welcome, notices, stream openings), bytes.
pub const TUNNEL_FRAME_BYTES_MAX: usize = 16 * 1024;
/// Rows of one browse page.
pub const BROWSE_ROWS_MAX: u16 = 500;
/// Bytes of a search text.
pub const SEARCH_BYTES_MAX: usize = 256;
/// Values that may be selected in one column of the browser.
pub const SELECTED_VALUES_MAX: usize = 200;
/// Tracks that are rated, loved or reset at once: as many as a request frame holds.
pub const MARKED_TRACKS_MAX: usize = 400;
/// Reports of what was heard in one request: as many as its frame holds.
pub const PLAY_REPORTS_MAX: usize = 64;
/// How long a host waits for a change to tell, milliseconds: less than any timeout on the way.
pub const CHANGES_WAIT_MS_MAX: u32 = 25_000;
/// Tracks that one answer about changes names; of more it says only that there were many.
pub const CHANGED_TRACKS_MAX: usize = 1_000;
/// Bytes of a subtitle's id.
pub const SUBTITLE_ID_BYTES_MAX: usize = 64;
/// How long a peer may take to finish its request.
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a reply may stand still, neither given nor taken a byte, before its stream is reset.
pub const REPLY_IDLE_TIMEOUT: Duration = Duration::from_secs(60);
/// How long a ticket lives.
pub const TICKET_LIFETIME: Duration = Duration::from_secs(120);
/// How far two clocks may differ after correction.
pub const CLOCK_GRACE: Duration = Duration::from_secs(5);
