//! KPIs by id: builds a request from Python's options, counts records, returns a result.

mod catalogue;
mod comparison;
mod contacts;
mod request;
mod scores;
mod surveys;
mod tickets;
mod trust;

pub(crate) use self::catalogue::{attribute, columns, definitions, visible_text};
pub(crate) use self::comparison::compare;
pub(crate) use self::contacts::of_contacts;
pub(crate) use self::scores::{of_reasons, of_scores};
pub(crate) use self::surveys::{of_counts, of_invitations};
pub(crate) use self::tickets::{ReplayedTickets, known_policy, of_tickets};
pub(crate) use self::trust::{Representativeness, WeightedRating, representativeness, weighted};
