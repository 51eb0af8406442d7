//! Contacts per customer, to find repeat contacts across tickets.

mod contact;
mod numbered;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::ticket::{CustomerId, CustomerNames};
use crate::{Merge, Ratio};
pub(super) use contact::Contact;
use numbered::Numbered;

/// The contacts of each customer, in ascending order once sorted.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(into = "BTreeMap<CustomerId, Vec<Contact>>", from = "BTreeMap<CustomerId, Vec<Contact>>")]
pub(super) struct Contacts {
    named: BTreeMap<CustomerId, Vec<Contact>>,
    /// Contacts of customers who are known by number, all by the same numbers.
    numbered: Option<Numbered>,
}

impl Contacts {
    pub(super) fn note(&mut self, customer: CustomerId, contact: Contact) {
        self.named.entry(customer).or_default().push(contact);
    }

    /// Notes a contact of a customer known by number; what it was about does not matter.
    pub(super) fn note_numbered(&mut self, customer: u32, names: &Arc<dyn CustomerNames>, contact: Contact) {
        match &mut self.numbered {
            Some(numbered) if numbered.is_by(names) => numbered.note(customer, &contact),
            Some(_) => {
                if let Some(name) = names.name(customer) {
                    self.note(name.as_ref().into(), contact);
                }
            }
            none => none.insert(Numbered::new(names)).note(customer, &contact),
        }
    }

    /// Adds the contacts that `whole` has of the same customers, not to be judged. Adding a contact twice changes
    /// nothing, because only later contacts count against a contact.
    pub(super) fn resolve_with(&mut self, whole: &Self) {
        if let (true, true, Some(mine), Some(all)) =
            (self.named.is_empty(), whole.named.is_empty(), &mut self.numbered, &whole.numbered)
            && mine.is_like(all)
        {
            return mine.resolve_with(all);
        }
        if let Some(numbered) = self.numbered.take() {
            self.add_named(numbered.named());
        }
        let spelled = whole.numbered.as_ref().map(Numbered::named);
        for (customer, contacts) in &mut self.named {
            let seen = whole.named.get(customer).into_iter().flatten();
            let also = spelled.as_ref().and_then(|spelled| spelled.get(customer)).into_iter().flatten();
            contacts
                .extend(seen.chain(also).map(|contact| Contact { judged_until: None, ..contact.clone() }));
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.named.is_empty() && self.numbered.is_none()
    }

    /// Contacts not followed by another of the same customer (and category), among those judged.
    pub(super) fn resolved_at_first(&self) -> Ratio {
        let of_named = |named: &BTreeMap<CustomerId, Vec<Contact>>| {
            named.values().flat_map(|contacts| verdicts(contacts)).collect()
        };
        match &self.numbered {
            None => of_named(&self.named),
            Some(numbered) if self.named.is_empty() => numbered.resolved_at_first(),
            Some(_) => of_named(&self.sorted()),
        }
    }

    fn add_named(&mut self, named: BTreeMap<CustomerId, Vec<Contact>>) {
        for (customer, contacts) in named {
            self.named.entry(customer).or_default().extend(contacts);
        }
    }

    /// All by name.
    fn sorted(&self) -> BTreeMap<CustomerId, Vec<Contact>> {
        let mut all = Self { named: self.named.clone(), numbered: None };
        if let Some(numbered) = &self.numbered {
            all.add_named(numbered.named());
        }
        for contacts in all.named.values_mut() {
            contacts.sort_unstable();
        }
        all.named
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
        self.add_named(other.named);
        match (&mut self.numbered, other.numbered) {
            (_, None) => {}
            (Some(mine), Some(theirs)) if mine.is_like(&theirs) => mine.extend(&theirs),
            (Some(_), Some(theirs)) => self.add_named(theirs.named()),
            (none, theirs) => *none = theirs,
        }
    }
}

/// Equal when the same contacts were noted, in any order.
impl PartialEq for Contacts {
    fn eq(&self, other: &Self) -> bool {
        self.sorted() == other.sorted()
    }
}

impl Eq for Contacts {}

impl From<Contacts> for BTreeMap<CustomerId, Vec<Contact>> {
    fn from(contacts: Contacts) -> Self {
        contacts.sorted()
    }
}

impl From<BTreeMap<CustomerId, Vec<Contact>>> for Contacts {
    fn from(customers: BTreeMap<CustomerId, Vec<Contact>>) -> Self {
        Self { named: customers, numbered: None }
    }
}
