//! Why a request fails, as a response.

use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use deskmetrics::replay::TrackError;
use deskmetrics::report::ReportError;
use deskmetrics::ticket::TicketId;

/// Why a request fails.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ServiceError {
    #[error("{0}")]
    Invalid(String),
    #[error("no ticket \"{0}\" was delivered")]
    NoTicket(TicketId),
    #[error(transparent)]
    Report(#[from] ReportError),
    #[error("database: {0}")]
    Database(#[from] rusqlite::Error),
    #[error("stored record: {0}")]
    Record(#[from] serde_json::Error),
    #[error(transparent)]
    Track(#[from] TrackError),
    #[error("the task ended early: {0}")]
    Task(#[from] tokio::task::JoinError),
}

impl From<JsonRejection> for ServiceError {
    fn from(rejection: JsonRejection) -> Self {
        Self::Invalid(rejection.body_text())
    }
}

impl From<QueryRejection> for ServiceError {
    fn from(rejection: QueryRejection) -> Self {
        Self::Invalid(rejection.body_text())
    }
}

impl IntoResponse for ServiceError {
    fn into_response(self) -> Response {
        let status = match &self {
            Self::Invalid(_) | Self::Report(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::NoTicket(_) => StatusCode::NOT_FOUND,
            Self::Database(_) | Self::Record(_) | Self::Track(_) | Self::Task(_) => {
                eprintln!("{self}");
                StatusCode::INTERNAL_SERVER_ERROR
            }
        };
        (status, Json(serde_json::json!({ "error": self.to_string() }))).into_response()
    }
}
