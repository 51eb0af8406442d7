//! Chapters: the design, use in a service, coming from other tools, and a comparison.

#[doc = include_str!("../docs/guide/design.md")]
pub mod design {}

#[cfg(feature = "bytes")]
#[doc = include_str!("../docs/guide/service.md")]
pub mod service {}

#[doc = include_str!("../docs/guide/coming_from.md")]
pub mod coming_from {}

#[doc = include_str!("../docs/guide/comparison.md")]
pub mod comparison {}
