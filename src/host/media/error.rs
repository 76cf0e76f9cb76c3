//! What can go wrong between a library item and its bytes.

use serde::{Deserialize, Serialize};

use crate::protocol::{ErrorBody, ErrorCode};

/// Every text is one plain sentence for people and names no path. Travels from worker to parent as JSON.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum MediaError {
    /// The track has no such rendition or segment.
    #[error("{what}")]
    NotFound { what: String },
    /// The file is not there, or can no longer be read.
    #[error("The file is not where the library found it. Was its drive taken off, or its folder moved?")]
    Gone,
    /// The file is there and is not as it was scanned.
    #[error("The file was changed since the library was scanned. It will be read again at the next scan.")]
    Changed,
    /// The file does not decode.
    #[error("{0}")]
    Unplayable(String),
    /// The file was not opened in time, because of what is in it or of a disk that is busy.
    #[error("This file takes too long to open.")]
    TooLong,
    /// A codec is not installed; the text names the package.
    #[error("{0}")]
    MissingPlugin(String),
    /// The drive does not answer: a network share whose server is away, or a disk that fails.
    #[error("The drive or network share with this file does not answer. Check that it is connected.")]
    Silent,
    /// The machine cannot encode one more video fast enough.
    #[error(
        "This PC is already converting as much video as it can. Stop another video, or choose a quality that this browser plays without converting."
    )]
    TooMuchVideo,
    /// Every worker is in use.
    #[error("The host plays for as many sessions as it can. Try again shortly.")]
    Busy,
    #[error("The host failed to make this piece of media: {0}.")]
    Internal(String),
}

impl MediaError {
    pub(crate) fn unplayable(text: &str) -> Self {
        Self::Unplayable(text.to_owned())
    }

    pub(crate) fn internal(text: impl std::fmt::Display) -> Self {
        Self::Internal(text.to_string())
    }

    /// Of a read from an open file within the length that it had: one that ends before was cut.
    pub(crate) fn read(error: &std::io::Error) -> Self {
        if error.kind() == std::io::ErrorKind::UnexpectedEof { Self::Changed } else { Self::Gone }
    }

    fn code(&self) -> ErrorCode {
        match self {
            Self::NotFound { .. } => ErrorCode::NotFound,
            Self::Gone | Self::Changed => ErrorCode::Gone,
            Self::Silent => ErrorCode::Away,
            Self::Unplayable(_) | Self::TooLong => ErrorCode::Unplayable,
            Self::MissingPlugin(_) => ErrorCode::MissingPlugin,
            Self::Busy | Self::TooMuchVideo => ErrorCode::Busy,
            Self::Internal(_) => ErrorCode::Internal,
        }
    }
}

impl From<MediaError> for ErrorBody {
    fn from(error: MediaError) -> Self {
        Self::new(error.code(), error.to_string())
    }
}
