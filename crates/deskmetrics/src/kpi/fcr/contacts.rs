//! Who came when: what is needed to find repeat contacts across tickets.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::ticket::CustomerId;
use crate::{Merge, Ratio};

/// One ticket, as seen from its customer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Contact {
    /// When the customer came, in microseconds.
    pub(super) created: i64,
    /// Until when the customer must stay away for the ticket to count as resolved; `None` when it is not judged.
    pub(super) judged_until: Option<i64>,
    /// What is known of the ticket itself says it was not resolved: the customer reopened it in that time, say.
    pub(super) failed: bool,
    /// What it was about, where that matters.
    pub(super) category: Option<Box<str>>,
}

/// The contacts of each customer, in ascending order once sorted.
#[derive(Debug, Clone, Default, Eq, Serialize, Deserialize)]
#[serde(into = "BTreeMap<CustomerId, Vec<Contact>>", from = "BTreeMap<CustomerId, Vec<Contact>>")]
pub(super) struct Contacts(BTreeMap<CustomerId, Vec<Contact>>);

impl Contacts {
    pub(super) fn note(&mut self, customer: CustomerId, contact: Contact) {
        self.0.entry(customer).or_default().push(contact);
    }

    /// Adds the contacts that `whole` has of the same customers, not to be judged. Seeing a contact twice changes
    /// nothing: only later ones speak against it.
    pub(super) fn look_at(&mut self, whole: &Self) {
        for (customer, contacts) in &mut self.0 {
            let seen = whole.0.get(customer).into_iter().flatten();
            contacts.extend(seen.map(|contact| Contact { judged_until: None, ..contact.clone() }));
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Contacts not followed by another of the same customer (and category), among those judged.
    pub(super) fn resolved_at_first(&self) -> Ratio {
        self.0.values().flat_map(|contacts| verdicts(contacts)).collect()
    }

    fn sorted(&self) -> BTreeMap<CustomerId, Vec<Contact>> {
        let mut customers = self.0.clone();
        for contacts in customers.values_mut() {
            contacts.sort_unstable();
        }
        customers
    }
}

fn verdicts(contacts: &[Contact]) -> Vec<bool> {
    let mut arrivals: Vec<(Option<&str>, i64)> =
        contacts.iter().map(|contact| (contact.category.as_deref(), contact.created)).collect();
    arrivals.sort_unstable();
    let judged = contacts.iter().filter_map(|contact| contact.judged_until.map(|until| (contact, until)));
    judged
        .map(|(contact, until)| {
            let category = contact.category.as_deref();
            let next = arrivals.partition_point(|arrival| *arrival <= (category, contact.created));
            let another = arrivals
                .get(next)
                .is_some_and(|arrival| *arrival <= (category, until) && arrival.0 == category);
            !contact.failed && !another
        })
        .collect()
}

impl Merge for Contacts {
    fn merge(&mut self, other: Self) {
        for (customer, contacts) in other.0 {
            self.0.entry(customer).or_default().extend(contacts);
        }
    }
}

/// Equal when the same contacts were noted, in whatever order.
impl PartialEq for Contacts {
    fn eq(&self, other: &Self) -> bool {
        self.sorted() == other.sorted()
    }
}

impl From<Contacts> for BTreeMap<CustomerId, Vec<Contact>> {
    fn from(contacts: Contacts) -> Self {
        contacts.sorted()
    }
}

impl From<BTreeMap<CustomerId, Vec<Contact>>> for Contacts {
    fn from(customers: BTreeMap<CustomerId, Vec<Contact>>) -> Self {
        Self(customers)
    }
}
