//! Exports a sample with a help desk's column names, labels and codes.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::Path;

use chrono_tz::Tz;
use deskmetrics::ticket::{Attribute, EventKind, TicketId};
use deskmetrics::{Author, Invitation, Status, SurveyResponse, Ticket, TicketEvent, Timestamp};
use flate2::{Compression, GzBuilder, read::GzDecoder};

use super::Sample;

/// The zone of the account: the ticket list is in its local time.
const ACCOUNT: Tz = Tz::Europe__Copenhagen;

/// Files above this size are compressed.
const LARGE: usize = 500_000;

/// The event log contains every n-th event twice, as from a webhook.
const TWICE: usize = 400;

impl Sample {
    /// The exported files: name and text.
    ///
    /// - `tickets.csv`: as created, in the account's local time (Europe/Copenhagen).
    /// - `events.csv`: the log of all tickets in order of time, in UTC; one event in 400 occurs twice.
    /// - `invitations.csv` and `responses.csv`: RFC 3339 with the account's offset. A blank answer is `Blank`, an
    ///   NPS answer "don't know" is 11, a CSAT or CES answer without a click is 0.
    ///
    /// # Errors
    /// Those of the CSV writer.
    pub fn export(&self) -> Result<Vec<(&'static str, String)>, csv::Error> {
        Ok(vec![
            ("tickets.csv", tickets(&self.tickets)?),
            ("events.csv", events(&self.events)?),
            ("invitations.csv", invitations(&self.invitations)?),
            ("responses.csv", responses(&self.responses)?),
        ])
    }

    /// Writes the exported files into a folder; large ones with gzip, their name ending in `.gz`.
    ///
    /// # Errors
    /// When the folder cannot be made or a file not be written.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        fs::create_dir_all(folder)?;
        for (name, text) in self.export().map_err(io::Error::other)? {
            if text.len() > LARGE {
                let file = File::create(folder.join(format!("{name}.gz")))?;
                let mut packed = GzBuilder::new().mtime(0).write(file, Compression::best());
                packed.write_all(text.as_bytes())?;
                packed.finish()?;
            } else {
                fs::write(folder.join(name), text)?;
            }
        }
        Ok(())
    }
}

/// The text of an exported file, compressed or not; `name` as in [`Sample::export`].
///
/// # Errors
/// When neither `name` nor `name.gz` is in the folder, or it cannot be read.
pub fn read_exported(folder: &Path, name: &str) -> io::Result<String> {
    let packed = folder.join(format!("{name}.gz"));
    if packed.exists() {
        let mut text = String::new();
        GzDecoder::new(File::open(packed)?).read_to_string(&mut text)?;
        return Ok(text);
    }
    fs::read_to_string(folder.join(name))
}

fn tickets(tickets: &[Ticket]) -> Result<String, csv::Error> {
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record([
        "Ticket ID",
        "Created",
        "Requester",
        "Country",
        "Contact Channel",
        "Topic",
        "Urgency",
        "Team",
        "Platform",
        "Labels",
    ])?;
    for ticket in tickets {
        let get = |attribute| ticket.attributes.get(&attribute).unwrap_or_default();
        table.write_record([
            ticket.id.as_str(),
            &local(ticket.created_at),
            ticket.requester.as_ref().map_or("", |requester| requester.as_str()),
            get(Attribute::Market),
            channel(get(Attribute::Channel)),
            get(Attribute::Category),
            urgency(get(Attribute::Priority)),
            get(Attribute::Group),
            get(Attribute::Custom("platform".into())),
            &ticket.tags.join("; "),
        ])?;
    }
    text(table)
}

fn events(events: &[TicketEvent]) -> Result<String, csv::Error> {
    let mut log: Vec<&TicketEvent> = events.iter().collect();
    log.sort_by_key(|event| event.at);
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record(["Event ID", "Ticket ID", "Time (UTC)", "Actor Role", "Actor", "Action", "Value"])?;
    for (number, event) in log.into_iter().enumerate() {
        let (action, value) = action(&event.kind);
        let record = [
            format!("E{}", number + 1),
            event.ticket.to_string(),
            event.at.to_utc().format("%Y-%m-%d %H:%M:%S").to_string(),
            role(event.author).to_owned(),
            event.author_name.as_deref().unwrap_or_default().to_owned(),
            action.to_owned(),
            value,
        ];
        table.write_record(&record)?;
        if number % TWICE == TWICE - 1 {
            table.write_record(&record)?;
        }
    }
    text(table)
}

fn invitations(invitations: &[Invitation]) -> Result<String, csv::Error> {
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record([
        "Survey ID",
        "Survey",
        "Sent",
        "Delivery",
        "Opened",
        "Answered",
        "Ticket ID",
        "Requester",
        "Country",
        "Contact Channel",
        "Agent",
    ])?;
    for invitation in invitations {
        let get = |attribute| invitation.attributes.get(&attribute).unwrap_or_default();
        table.write_record([
            &*invitation.id,
            survey(&invitation.question),
            &with_offset(Some(invitation.sent_at)),
            if invitation.delivered { "delivered" } else { "bounced" },
            &with_offset(invitation.started_at),
            &with_offset(invitation.answered_at),
            invitation.ticket.as_ref().map_or("", TicketId::as_str),
            invitation.customer.as_ref().map_or("", |customer| customer.as_str()),
            get(Attribute::Market),
            channel(get(Attribute::Channel)),
            get(Attribute::Assignee),
        ])?;
    }
    text(table)
}

fn responses(responses: &[SurveyResponse]) -> Result<String, csv::Error> {
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record([
        "Survey ID",
        "Survey",
        "Score",
        "Answered",
        "Ticket ID",
        "Requester",
        "Country",
        "Contact Channel",
        "Agent",
        "Reasons",
    ])?;
    for response in responses {
        let get = |attribute| response.attributes.get(&attribute).unwrap_or_default();
        table.write_record([
            response.invitation.as_deref().unwrap_or_default(),
            survey(&response.question),
            &response.score.map_or_else(|| "Blank".to_owned(), |score| score.to_string()),
            &with_offset(response.at),
            response.ticket.as_ref().map_or("", TicketId::as_str),
            response.customer.as_ref().map_or("", |customer| customer.as_str()),
            get(Attribute::Market),
            channel(get(Attribute::Channel)),
            get(Attribute::Assignee),
            &response.reasons.join("; "),
        ])?;
    }
    text(table)
}

fn text(table: csv::Writer<Vec<u8>>) -> Result<String, csv::Error> {
    let bytes = table.into_inner().map_err(|error| csv::Error::from(io::Error::other(error.to_string())))?;
    String::from_utf8(bytes).map_err(|error| csv::Error::from(io::Error::other(error)))
}

fn local(at: Timestamp) -> String {
    at.to_utc().with_timezone(&ACCOUNT).format("%d/%m/%Y %H:%M:%S").to_string()
}

fn with_offset(at: Option<Timestamp>) -> String {
    at.map_or_else(String::new, |at| {
        at.to_utc().with_timezone(&ACCOUNT).format("%Y-%m-%dT%H:%M:%S%:z").to_string()
    })
}

fn status(status: Status) -> &'static str {
    match status {
        Status::New => "Unassigned",
        Status::Open => "In progress",
        Status::Pending => "Awaiting customer",
        Status::OnHold => "Awaiting third party",
        Status::Solved => "Resolved",
        Status::Closed => "Archived",
    }
}

fn role(author: Author) -> &'static str {
    match author {
        Author::Customer => "End user",
        Author::Agent => "Agent",
        Author::Bot => "Bot",
        Author::External => "Vendor",
        _ => "Trigger",
    }
}

fn channel(channel: &str) -> &str {
    match channel {
        "mail" => "E-mail",
        "chat" => "Live chat",
        "site" => "Web form",
        "phone" => "Phone",
        other => other,
    }
}

fn urgency(priority: &str) -> &str {
    match priority {
        "urgent" => "P1",
        "high" => "P2",
        "normal" => "P3",
        "low" => "P4",
        other => other,
    }
}

fn survey(question: &str) -> &str {
    match question {
        "nps" => "How likely are you to recommend us?",
        "csat" => "How satisfied are you with the help?",
        "ces" => "It was easy to get help.",
        other => other,
    }
}

fn action(kind: &EventKind) -> (&'static str, String) {
    match kind {
        EventKind::PublicMessage => ("Public comment", String::new()),
        EventKind::InternalNote => ("Internal note", String::new()),
        EventKind::Status(to) => ("Status", status(*to).to_owned()),
        EventKind::Changed { attribute, to } => {
            let value = to.as_deref().unwrap_or_default();
            match attribute {
                Attribute::Assignee => ("Assignee", value.to_owned()),
                Attribute::Group => ("Team", value.to_owned()),
                Attribute::Priority => ("Urgency", urgency(value).to_owned()),
                _ => ("Field", value.to_owned()),
            }
        }
        EventKind::Tagged(tag) => ("Label added", tag.to_string()),
        EventKind::Untagged(tag) => ("Label removed", tag.to_string()),
        EventKind::Escalated => ("Escalated", String::new()),
        EventKind::MergedInto(ticket) => ("Merged into", ticket.to_string()),
        EventKind::SplitFrom(ticket) => ("Split from", ticket.to_string()),
        EventKind::Deleted => ("Deleted", String::new()),
        EventKind::Spam => ("Marked as spam", String::new()),
        EventKind::SurveySent => ("Survey sent", String::new()),
        EventKind::SurveyAnswered => ("Survey answered", String::new()),
        _ => ("Other", String::new()),
    }
}

/// How often each action, status and role occurs in an event log.
///
/// ```
/// use deskmetrics_testkit::generator::{Generator, mixture};
///
/// let sample = Generator::new(7).with_tickets(200).generate();
/// let mixture = mixture(&sample.events);
/// assert!(mixture["Public comment by Bot"] > 10 && mixture["Status Resolved by Agent"] > 100);
/// ```
pub fn mixture(events: &[TicketEvent]) -> BTreeMap<String, usize> {
    let mut mixture = BTreeMap::new();
    for event in events {
        let (action, value) = action(&event.kind);
        let value =
            if matches!(event.kind, EventKind::Status(_)) { format!(" {value}") } else { String::new() };
        *mixture.entry(format!("{action}{value} by {}", role(event.author))).or_default() += 1;
    }
    mixture
}
