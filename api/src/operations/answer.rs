//! Answers: what accepted commands and reads look like, with their headers.

use commands::Revision;
use poem_openapi::types::{ParseFromJSON, ToJSON};
use poem_openapi::{ApiResponse, Object};
use serde::Serialize;

use super::accepted::Accepted;
use crate::payload::{Answer, Json};
use crate::preconditions::{etag, etag_with};

/// A command that made something.
#[derive(ApiResponse)]
pub(super) enum Created<T: Answer> {
    /// It is made and durable. A retry under the same key gets the same answer.
    #[oai(status = 201)]
    Created(
        Json<T>,
        /// The revision, for `If-Match`.
        #[oai(header = "ETag")]
        String,
        /// The address of what was made.
        #[oai(header = "Location")]
        String,
        /// Present when the command was accepted by an earlier request with this key.
        #[oai(header = "Idempotent-Replayed")]
        Option<bool>,
    ),
}

/// A command that changed something.
#[derive(ApiResponse)]
pub(super) enum Changed<T: Answer> {
    /// It is changed and durable. A retry under the same key gets the same answer.
    #[oai(status = 200)]
    Changed(
        Json<T>,
        /// The revision, for `If-Match`.
        #[oai(header = "ETag")]
        String,
        /// Present when the command was accepted by an earlier request with this key.
        #[oai(header = "Idempotent-Replayed")]
        Option<bool>,
    ),
}

/// A command that concerns nothing with a revision of its own.
#[derive(ApiResponse)]
pub(super) enum Done<T: Answer> {
    /// It is done and durable. A retry under the same key gets the same answer.
    #[oai(status = 200)]
    Done(
        Json<T>,
        /// Present when the command was accepted by an earlier request with this key.
        #[oai(header = "Idempotent-Replayed")]
        Option<bool>,
    ),
}

/// One thing that was read.
#[derive(ApiResponse)]
pub(super) enum Found<T: Answer> {
    /// It is here.
    #[oai(status = 200)]
    Found(
        Json<T>,
        /// The revision, for `If-Match`, and what else the answer depends on, for `If-None-Match`.
        #[oai(header = "ETag")]
        String,
    ),
}

/// A page of a list.
#[derive(Debug, Object, Serialize)]
pub(super) struct List<T: ParseFromJSON + ToJSON> {
    /// The rows, in a stable order.
    pub(super) data: Vec<T>,
    /// What to send as `cursor` for the rows after these; null when there are none.
    pub(super) next_cursor: Option<String>,
}

/// A page of a list, with the number of rows of the whole list.
#[derive(Debug, Object, Serialize)]
pub(super) struct CountedList<T: ParseFromJSON + ToJSON> {
    /// The rows, in a stable order.
    pub(super) data: Vec<T>,
    /// What to send as `cursor` for the rows after these; null when there are none.
    pub(super) next_cursor: Option<String>,
    /// How many rows all pages have together.
    pub(super) count: u64,
}

impl<T: Answer> Created<T> {
    /// `address` is that of what was made, as a path from the root of the service.
    pub(super) fn by(accepted: &Accepted, revision: Revision, address: String, body: T) -> Self {
        let replayed = accepted.receipt.replayed.then_some(true);
        Self::Created(Json(body), etag(revision.get()), address, replayed)
    }
}

impl<T: Answer> Changed<T> {
    pub(super) fn by(accepted: &Accepted, revision: Revision, body: T) -> Self {
        Self::Changed(Json(body), etag(revision.get()), accepted.receipt.replayed.then_some(true))
    }
}

impl<T: Answer> Done<T> {
    pub(super) fn by(accepted: &Accepted, body: T) -> Self {
        Self::Done(Json(body), accepted.receipt.replayed.then_some(true))
    }
}

impl<T: Answer> Found<T> {
    pub(super) fn at(revision: Revision, body: T) -> Self {
        Self::with(revision, "", body)
    }

    /// The same where the answer also depends on `rest`, which changes without a revision.
    pub(super) fn with(revision: Revision, rest: &str, body: T) -> Self {
        Self::Found(Json(body), etag_with(revision.get(), rest))
    }
}
