//! Why a page is not shown, as a page.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};

use super::{error, notice};
use crate::serve::http::error::ApiError;
use crate::store::StoreError;

#[derive(Debug, thiserror::Error)]
pub enum PageProblem {
    #[error("the host belongs to someone else")]
    OwnedByAnother,
    #[error(transparent)]
    Other(#[from] ApiError),
}

impl From<StoreError> for PageProblem {
    fn from(error: StoreError) -> Self {
        Self::Other(error.into())
    }
}

impl ResponseError for PageProblem {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::OwnedByAnother => StatusCode::CONFLICT,
            Self::Other(error) => error.status_code(),
        }
    }

    fn error_response(&self) -> HttpResponse {
        match self {
            Self::OwnedByAnother => notice(
                self.status_code(),
                "This host belongs to someone else",
                "It is paired with another account. Its present owner must remove it there first; then pair it again.",
            ),
            Self::Other(problem) => error(problem),
        }
    }
}
