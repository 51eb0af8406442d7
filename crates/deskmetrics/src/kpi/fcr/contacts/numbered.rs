//! Contacts of customers who are known by number, as columns know them: no name is looked at until somebody asks for it.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::Contact;
use crate::Ratio;
use crate::ticket::CustomerId;

/// The names of customers who are known by number, such as those of a column.
pub trait CustomerNames: fmt::Debug + Send + Sync {
    /// One more than the highest number.
    fn limit(&self) -> usize;

    /// The name behind a number; different numbers have different names.
    fn name(&self, customer: u32) -> Option<Cow<'_, str>>;
}

/// Contacts in the order in which they were noted.
#[derive(Debug, Clone)]
pub(super) struct Numbered {
    names: Arc<dyn CustomerNames>,
    /// Shared, since whoever asks takes a copy first.
    contacts: Arc<Vec<Numbers>>,
    /// The latest few, before they join the others: those take time to see that nobody shares them.
    latest: Vec<Numbers>,
}

/// As many contacts as are kept apart.
const FEW: usize = 1024;

/// A [`Contact`] in numbers.
#[derive(Debug, Clone, Copy)]
struct Numbers {
    customer: u32,
    judged: bool,
    failed: bool,
    created: i64,
    until: i64,
}

impl Numbered {
    pub(super) fn new(names: &Arc<dyn CustomerNames>) -> Self {
        Self { names: Arc::clone(names), contacts: Arc::default(), latest: Vec::new() }
    }

    pub(super) fn is_by(&self, names: &Arc<dyn CustomerNames>) -> bool {
        Arc::ptr_eq(&self.names, names)
    }

    pub(super) fn is_like(&self, other: &Self) -> bool {
        self.is_by(&other.names)
    }

    #[inline]
    pub(super) fn note(&mut self, customer: u32, contact: &Contact) {
        if self.latest.len() >= FEW {
            self.join();
        }
        self.latest.push(Numbers {
            customer,
            judged: contact.judged_until.is_some(),
            failed: contact.failed,
            created: contact.created,
            until: contact.judged_until.unwrap_or(i64::MIN),
        });
    }

    /// Lets the latest join the others.
    #[cold]
    fn join(&mut self) -> &mut Vec<Numbers> {
        let contacts = Arc::make_mut(&mut self.contacts);
        contacts.append(&mut self.latest);
        contacts
    }

    /// All in the order in which they were noted.
    fn iter(&self) -> impl DoubleEndedIterator<Item = &Numbers> {
        self.contacts.iter().chain(&self.latest)
    }

    pub(super) fn extend(&mut self, other: &Self) {
        self.join().extend(other.iter());
    }

    /// The same by name.
    pub(super) fn named(&self) -> BTreeMap<CustomerId, Vec<Contact>> {
        let mut named: BTreeMap<CustomerId, Vec<Contact>> = BTreeMap::new();
        for contacts in self.by_customer().chunk_by(|one, other| one.customer == other.customer) {
            let name = contacts.first().and_then(|contact| self.names.name(contact.customer));
            if let Some(name) = name {
                named.entry(name.as_ref().into()).or_default().extend(contacts.iter().map(Numbers::contact));
            }
        }
        named
    }

    fn by_customer(&self) -> Vec<Numbers> {
        let mut contacts: Vec<Numbers> = self.iter().copied().collect();
        contacts.sort_unstable_by_key(|contact| (contact.customer, contact.created));
        contacts
    }

    /// Lets each contact fail that another one in `whole` speaks against.
    pub(super) fn look_at(&mut self, whole: &Self) {
        let all = whole.by_customer();
        for contact in self.join().iter_mut().filter(|contact| contact.judged) {
            let later = all.partition_point(|other| {
                (other.customer, other.created) <= (contact.customer, contact.created)
            });
            contact.failed |= all
                .get(later)
                .is_some_and(|next| next.customer == contact.customer && next.created <= contact.until);
        }
    }

    /// Contacts not followed by another of the same customer, among those judged.
    pub(super) fn resolved_at_first(&self) -> Ratio {
        let limit = self.names.limit();
        let many = self.contacts.len() + self.latest.len() >= limit / 8;
        // From the last one on, the customer's next contact is the one met before.
        if many && self.iter().is_sorted_by_key(|contact| contact.created) {
            let mut next = vec![Next::NONE; limit];
            let mut judge = |contact: &Numbers| Some(next.get_mut(contact.customer as usize)?.judge(contact));
            return self.iter().rev().filter_map(|contact| judge(contact)?).collect();
        }
        let (mut customer, mut next) = (0, Next::NONE);
        let judge = |contact: &Numbers| {
            if customer != contact.customer {
                (customer, next) = (contact.customer, Next::NONE);
            }
            next.judge(contact)
        };
        self.by_customer().iter().rev().filter_map(judge).collect()
    }
}

impl Numbers {
    fn contact(&self) -> Contact {
        Contact {
            created: self.created,
            judged_until: self.judged.then_some(self.until),
            failed: self.failed,
            category: None,
        }
    }
}

/// The contacts of a customer that come next.
#[derive(Debug, Clone, Copy)]
struct Next {
    soonest: i64,
    /// The first one later than that.
    after: i64,
}

impl Next {
    /// No contact is ever that late.
    const NONE: Self = Self { soonest: i64::MAX, after: i64::MAX };

    /// Takes the contact before those so far (or at the instant of the soonest), and judges it if it is judged.
    #[inline]
    fn judge(&mut self, contact: &Numbers) -> Option<bool> {
        if contact.created < self.soonest {
            *self = Self { soonest: contact.created, after: self.soonest };
        }
        contact.judged.then_some(!contact.failed && self.after > contact.until)
    }
}
