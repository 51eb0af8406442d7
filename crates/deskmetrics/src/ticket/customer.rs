//! Customers by number.

use std::borrow::Cow;
use std::fmt;

/// The names of customers who are known by number, such as those of a column.
pub trait CustomerNames: fmt::Debug + Send + Sync {
    /// One more than the highest number.
    fn limit(&self) -> usize;

    /// The name behind a number; different numbers have different names.
    fn name(&self, customer: u32) -> Option<Cow<'_, str>>;
}
