//! Drafts of descriptions: what tables contain, inferred from names and values.
//!
//! A draft decides what names and values make certain. Everything else is a [`DraftQuestion`].
#![warn(clippy::indexing_slicing)]

mod answer;
mod assign;
mod attribute;
mod event;
mod form;
mod kind;
mod label;
mod likely;
mod role;
mod scale;
mod seen;
mod tables;
mod toml;

pub use form::{ColumnDraft, Draft, DraftQuestion, TableDraft};
pub use tables::TableDrafts;
