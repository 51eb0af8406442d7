//! First contact resolution across a customer's tickets: customers as numbers, each ticket's next contact found once.

use deskmetrics::kpi::{Fcr, FcrPolicy, RepeatKey, Visit};
use deskmetrics::ticket::Attribute;
use deskmetrics::{Excluded, Merge as _, Ticket, Timestamp};

use super::EventLog;

impl EventLog {
    /// First contact resolution of all tickets under `policy`, on `threads` threads (see [`each`](Self::each)), with what
    /// was left out of the tickets' lives.
    ///
    /// The log's replay must work out what the policy looks at: messages, solves and reopenings, for
    /// `strict_no_activity` also status times and touches. A policy that looks at the customer's other tickets needs the
    /// requester's column, one that looks at the category or a task needs those attributes.
    #[doc(alias = "first contact resolution")]
    pub fn fcr(&self, policy: &FcrPolicy, threads: usize) -> (Fcr, Excluded) {
        let task = Attribute::from("task");
        let task_slot = self.slot(&task);
        let tickets = || {
            let nobody = Ticket::new("", Timestamp::MIN);
            [nobody.clone(), nobody.requested_by("somebody")]
        };
        let of = |row: &super::ReplayedRow<'_>, tickets: &mut [Ticket; 2]| {
            let ticket = usize::from(row.customer() != 0);
            if let Some(slot) = task_slot {
                let made = self.text(row.code(slot)).map(Into::into);
                tickets[ticket].attributes.set(task.clone(), made);
            }
            ticket
        };
        let Some(key) = policy.repeat_key() else {
            let new = || (Fcr::new(policy.clone()), tickets());
            let (parts, excluded) = self.each(threads, new, |(fcr, tickets), row| {
                let ticket = of(row, tickets);
                fcr.push(&tickets[ticket], row.metrics());
            });
            let mut whole = Fcr::new(policy.clone());
            for (part, _) in parts {
                whole.merge(part);
            }
            return (whole, excluded);
        };
        let category = match key {
            RepeatKey::Customer => None,
            RepeatKey::CustomerAndCategory => self.slot(&Attribute::Category),
        };
        let empty = Fcr::new(policy.clone());
        let new = || (Vec::new(), tickets());
        let (parts, excluded) = self.each(threads, new, |(seen, tickets), row| {
            let ticket = of(row, tickets);
            seen.push(Seen {
                customer: row.customer(),
                category: category.map_or(0, |slot| row.code(slot)),
                visit: empty.visit(&tickets[ticket], row.metrics()),
            });
        });
        let customers = self.customers().map_or(1, super::Customers::len);
        (judged(parts.iter().map(|(seen, _)| seen.as_slice()), customers, empty), excluded)
    }
}

/// A ticket of a customer.
#[derive(Debug, Clone, Copy)]
struct Seen {
    customer: u32,
    category: u32,
    visit: Visit,
}

/// Deals the contacts out to their customers, and judges each by the next one.
fn judged<'s>(parts: impl Iterator<Item = &'s [Seen]> + Clone, customers: usize, mut fcr: Fcr) -> Fcr {
    let mut ends = vec![0u32; customers];
    for seen in parts.clone().flatten() {
        if seen.visit.is_contact() {
            ends[seen.customer as usize] += 1;
        } else {
            fcr.push_visit(&seen.visit, None);
        }
    }
    let mut total = 0;
    for end in &mut ends {
        total += std::mem::replace(end, total);
    }
    let first = parts.clone().flatten().next().copied();
    let Some(first) = first else { return fcr };
    let mut dealt = vec![first; total as usize];
    for seen in parts.flatten().filter(|seen| seen.visit.is_contact()) {
        let next = &mut ends[seen.customer as usize];
        dealt[*next as usize] = *seen;
        *next += 1;
    }
    for contacts in dealt.chunk_by_mut(|one, other| one.customer == other.customer) {
        if contacts.len() > 1 {
            contacts.sort_by_key(|seen| (seen.category, seen.visit.created_at()));
        }
        for (place, seen) in contacts.iter().enumerate() {
            let later = |other: &&Seen| other.visit.created_at() > seen.visit.created_at();
            let alike = |other: &&Seen| other.category == seen.category;
            let next = contacts[place + 1..].iter().take_while(alike).find(later);
            fcr.push_visit(&seen.visit, next.map(|next| next.visit.created_at()));
        }
    }
    fcr
}
