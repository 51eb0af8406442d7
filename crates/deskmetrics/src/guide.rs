//! Chapters: the design, coming from other tools, and a comparison.

#[doc = include_str!("../docs/guide/design.md")]
pub mod design {}

#[doc = include_str!("../docs/guide/coming_from.md")]
pub mod coming_from {}

#[doc = include_str!("../docs/guide/comparison.md")]
pub mod comparison {}
