use std::io;
use std::path::{Path, PathBuf};

use gstreamer::glib;

/// Why the sample library could not be composed.
#[derive(Debug, thiserror::Error)]
pub enum ComposeError {
    #[error("GStreamer does not start: {0}")]
    Start(glib::Error),
    #[error("GStreamer has no element `{element}`: install the package {package}")]
    MissingElement { element: &'static str, package: &'static str },
    #[error("GStreamer could not make {path}: {detail}")]
    Pipeline { path: PathBuf, detail: String },
    #[error("cannot write the sample library at {path}: {source}")]
    Io { path: PathBuf, source: io::Error },
    #[error("cannot tag {path}: {detail}")]
    Tags { path: PathBuf, detail: String },
    #[error("cannot draw a cover: {0}")]
    Cover(image::ImageError),
}

impl ComposeError {
    pub(super) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        |source| Self::Io { path, source }
    }

    pub(super) fn pipeline(path: &Path, detail: impl ToString) -> Self {
        Self::Pipeline { path: path.to_owned(), detail: detail.to_string() }
    }
}
