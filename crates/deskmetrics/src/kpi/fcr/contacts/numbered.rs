//! Contacts of numbered customers; names are resolved on demand.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use super::contact::Contact;
use crate::Ratio;
use crate::ticket::{CustomerId, CustomerNames};

/// Contacts of customers by number.
#[derive(Debug, Clone)]
pub(super) struct Numbered {
    names: Arc<dyn CustomerNames>,
    /// Older contacts, in pieces that clones share.
    pieces: Vec<Arc<Vec<Numbers>>>,
    /// The latest contacts, not yet in a piece.
    latest: Vec<Numbers>,
    /// The contact times of each customer; computed when first required.
    arrivals: OnceLock<Arc<ContactArrivals>>,
    /// Whether all contacts with a repeat contact are marked as failed.
    judged: bool,
}

/// The size of a piece.
const FEW: usize = 1 << 13;

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
        Self {
            names: Arc::clone(names),
            pieces: Vec::new(),
            latest: Vec::new(),
            arrivals: OnceLock::new(),
            judged: false,
        }
    }

    pub(super) fn is_by(&self, names: &Arc<dyn CustomerNames>) -> bool {
        Arc::ptr_eq(&self.names, names)
    }

    pub(super) fn is_like(&self, other: &Self) -> bool {
        self.is_by(&other.names)
    }

    #[inline]
    pub(super) fn note(&mut self, customer: u32, contact: &Contact) {
        self.change();
        self.latest.push(Numbers {
            customer,
            judged: contact.judged_until.is_some(),
            failed: contact.failed,
            created: contact.created,
            until: contact.judged_until.unwrap_or(i64::MIN),
        });
        self.settle();
    }

    /// Discards the results computed so far.
    #[inline]
    fn change(&mut self) {
        self.arrivals.take();
        self.judged = false;
    }

    /// Moves the latest contacts to a piece, if there are enough.
    #[inline]
    fn settle(&mut self) {
        if self.latest.len() >= FEW {
            self.pieces.push(Arc::new(std::mem::take(&mut self.latest)));
        }
    }

    /// All, in any order.
    fn iter(&self) -> impl Iterator<Item = &Numbers> + Clone {
        self.pieces.iter().flat_map(|piece| piece.iter()).chain(&self.latest)
    }

    pub(super) fn extend(&mut self, other: &Self) {
        self.change();
        self.pieces.extend_from_slice(&other.pieces);
        self.latest.extend_from_slice(&other.latest);
        self.settle();
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

    /// Marks each contact as failed that has a repeat contact in `whole`.
    pub(super) fn resolve_with(&mut self, whole: &Self) {
        let arrivals = whole.arrivals();
        let mut all_known = true;
        let mut contacts = in_buckets(self.iter());
        for contact in &mut contacts {
            let (known, next) = arrivals.around(contact.customer, contact.created);
            contact.failed |= next.is_some_and(|next| next <= contact.until);
            all_known &= known;
        }
        self.latest.clear();
        self.pieces = vec![Arc::new(contacts)];
        self.judged = all_known;
    }

    /// Contacts not followed by another of the same customer, among those judged.
    pub(super) fn resolved_at_first(&self) -> Ratio {
        if self.judged {
            let judged = self.iter().filter(|contact| contact.judged);
            return judged.map(|contact| !contact.failed).collect();
        }
        let contacts = in_buckets(self.iter());
        let arrivals = self.arrivals.get_or_init(|| Arc::new(ContactArrivals::of(&contacts)));
        let stays_away = |contact: &Numbers| {
            arrivals.around(contact.customer, contact.created).1.is_none_or(|next| next > contact.until)
        };
        let judged = contacts.iter().filter(|contact| contact.judged);
        judged.map(|contact| !contact.failed && stays_away(contact)).collect()
    }

    fn arrivals(&self) -> &ContactArrivals {
        self.arrivals.get_or_init(|| Arc::new(ContactArrivals::of(&in_buckets(self.iter()))))
    }
}

impl Numbers {
    const NONE: Self = Self { customer: 0, judged: false, failed: false, created: 0, until: i64::MIN };

    fn contact(&self) -> Contact {
        Contact {
            created: self.created,
            judged_until: self.judged.then_some(self.until),
            failed: self.failed,
            category: None,
        }
    }
}

/// Customers of a bucket: few enough that the timestamps at which they came stay in the processor's cache.
const BUCKET_BITS: u32 = 11;

/// Buckets at most: as many as can be filled side by side.
const BUCKETS: usize = 1 << 12;

/// The contacts grouped by buckets of customers, so that consecutive look-ups are close in memory.
fn in_buckets<'c>(contacts: impl Iterator<Item = &'c Numbers> + Clone) -> Vec<Numbers> {
    let customers = contacts.clone().map(|contact| contact.customer as usize + 1).max().unwrap_or(0);
    let mut shift = BUCKET_BITS;
    while customers >> shift >= BUCKETS {
        shift += 1;
    }
    let bucket = |contact: &Numbers| contact.customer as usize >> shift;
    // Where each bucket begins; filling it moves that to where it ends.
    let mut places = vec![0; (customers >> shift) + 2];
    for contact in contacts.clone() {
        places[bucket(contact) + 1] += 1;
    }
    for number in 1..places.len() {
        places[number] += places[number - 1];
    }
    let mut ordered = vec![Numbers::NONE; places.last().copied().unwrap_or(0)];
    for contact in contacts {
        let place = &mut places[bucket(contact)];
        ordered[*place] = *contact;
        *place += 1;
    }
    ordered
}

/// Most customers have at most this many contacts.
const FEW_TIMES: usize = 16;

/// The contact times of each customer.
#[derive(Debug)]
struct ContactArrivals {
    /// By customer: where the timestamps of the next one begin.
    ends: Vec<usize>,
    /// Customer by customer, ascending.
    at: Vec<i64>,
}

impl ContactArrivals {
    /// From contacts [in buckets](in_buckets).
    fn of(contacts: &[Numbers]) -> Self {
        let customers = contacts.iter().map(|contact| contact.customer as usize + 1).max().unwrap_or(0);
        // Where the timestamps of each customer begin; filling them in moves that to where they end.
        let mut ends = vec![0; customers + 1];
        for contact in contacts {
            ends[contact.customer as usize + 1] += 1;
        }
        for customer in 1..ends.len() {
            ends[customer] += ends[customer - 1];
        }
        ends.pop();
        let mut at = vec![0; contacts.len()];
        for contact in contacts {
            let place = &mut ends[contact.customer as usize];
            at[*place] = contact.created;
            *place += 1;
        }
        let mut from = 0;
        for end in &ends {
            at[from..*end].sort_unstable();
            from = *end;
        }
        Self { ends, at }
    }

    /// Whether the customer came at a timestamp, and when they came next.
    #[inline]
    fn around(&self, customer: u32, at: i64) -> (bool, Option<i64>) {
        let customer = customer as usize;
        let from = customer.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied());
        let theirs = from.zip(self.ends.get(customer)).and_then(|(from, end)| self.at.get(from..*end));
        let Some(theirs) = theirs else { return (false, None) };
        if theirs.len() <= FEW_TIMES {
            // Compares all of them, so that no branch depends on the values.
            let (mut known, mut next) = (false, i64::MAX);
            for one in theirs {
                known |= *one == at;
                next = next.min(if *one > at { *one } else { i64::MAX });
            }
            return (known, (next < i64::MAX).then_some(next));
        }
        let next = theirs.partition_point(|one| *one <= at);
        (next > 0 && theirs[next - 1] == at, theirs.get(next).copied())
    }
}
