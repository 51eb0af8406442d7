//! Custom KPIs receive the whole record.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use deskmetrics::kpi::{Definition, Kpi, Records};
use deskmetrics::{Estimate, Estimates, Excluded, Invitation, Merge, Reason, Replayed, SurveyResponse, Unit};
use serde::{Deserialize, Serialize};

static OF_TICKETS: Definition = Definition::new("all_of_tickets", "All of the tickets", Unit::Count);
static OF_ANSWERS: Definition = Definition::new("all_of_answers", "All of the answers", Unit::Count);
static OF_INVITATIONS: Definition =
    Definition::new("all_of_invitations", "All of the invitations", Unit::Count);

/// The sum of the hashes of all records, as they are written, but for events excluded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Sum {
    of: Of,
    hashes: u64,
    records: u64,
    excluded: Excluded,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) enum Of {
    Tickets,
    Answers,
    Invitations,
}

impl Sum {
    pub(crate) fn of(of: Of) -> Self {
        Self { of, hashes: 0, records: 0, excluded: Excluded::default() }
    }

    fn add(&mut self, record: &impl Serialize) {
        let mut hasher = DefaultHasher::new();
        serde_json::to_string(record).expect("a record that can be written").hash(&mut hasher);
        // As far as a float is exact.
        self.hashes = self.hashes.wrapping_add(hasher.finish()) % (1 << 50);
        self.records += 1;
    }
}

impl Kpi for Sum {
    fn definition(&self) -> &'static Definition {
        match self.of {
            Of::Tickets => &OF_TICKETS,
            Of::Answers => &OF_ANSWERS,
            Of::Invitations => &OF_INVITATIONS,
        }
    }

    fn exclude(&mut self, reason: Reason, records: u64) {
        self.excluded.add_many(reason, records);
    }

    fn records(&self) -> Records {
        match self.of {
            Of::Tickets => Records::Tickets,
            Of::Answers => Records::Responses,
            Of::Invitations => Records::Invitations,
        }
    }

    fn push_ticket(&mut self, ticket: &Replayed) {
        // Events that do not count are counted by the report.
        self.add(&(&ticket.ticket, &ticket.metrics, &ticket.verdicts));
    }

    fn push_response(&mut self, response: &SurveyResponse) {
        // Customers, invitations and weights are read unless the dataset is read without them.
        let SurveyResponse { question, score, at, ticket, reasons, attributes, .. } = response;
        self.add(&(question, score, at, ticket, reasons, attributes));
    }

    fn push_invitation(&mut self, invitation: &Invitation) {
        let Invitation { question, sent_at, delivered, started_at, answered_at, ticket, attributes, .. } =
            invitation;
        self.add(&(question, sent_at, delivered, started_at, answered_at, ticket, attributes));
    }
}

impl Merge for Sum {
    fn merge(&mut self, other: Self) {
        self.hashes = self.hashes.wrapping_add(other.hashes) % (1 << 50);
        self.records += other.records;
        self.excluded.merge(other.excluded);
    }
}

impl Estimates for Sum {
    fn estimates(&self, _level: f64) -> Vec<Estimate> {
        vec![Estimate::count("hashes", self.hashes), Estimate::count("records", self.records)]
    }

    fn excluded(&self) -> &Excluded {
        &self.excluded
    }
}
