//! Columns of labels and their meanings.

use std::collections::HashMap;

use arrow_array::ArrayRef;
use deskmetrics::engine::step::StepKind;
use deskmetrics::{Author, Status};

use super::{BadCell, Cell, TextColumn, WrongType};

/// The possible meanings of a source's labels.
pub trait Meaning: Clone {
    /// The meaning of a label that the description does not define.
    fn of_own_word(word: &str) -> Option<Self>;

    /// Labels with a meaning that the description need not define, for suggestions.
    fn own_words() -> Vec<&'static str> {
        Vec::new()
    }
}

/// Text means itself.
impl Meaning for Box<str> {
    fn of_own_word(word: &str) -> Option<Self> {
        Some(word.into())
    }
}

/// Lower case, with underscores: "On-Hold" and "on hold" become `on_hold`.
fn own_spelling(word: &str) -> String {
    word.to_lowercase().replace([' ', '-'], "_")
}

/// Names of statuses in help desks, in English, Spanish and Danish, in normalized spelling. Waiting for the team is
/// open; a cancelled ticket is closed.
const STATUSES: [(Status, &[&str]); 6] = [
    (
        Status::New,
        &[
            "created",
            "submitted",
            "received",
            "registered",
            "unassigned",
            "to_do",
            "todo",
            "nuevo",
            "nueva",
            "creado",
            "recibido",
            "registrado",
            "sin_asignar",
            "por_hacer",
            "ny",
            "nyt",
            "oprettet",
            "modtaget",
            "registreret",
            "ikke_tildelt",
        ],
    ),
    (
        Status::Open,
        &[
            "opened",
            "in_progress",
            "in_process",
            "work_in_progress",
            "wip",
            "active",
            "assigned",
            "acknowledged",
            "investigating",
            "escalated",
            "reopened",
            "re_opened",
            "waiting_for_support",
            "waiting_on_support",
            "waiting_for_agent",
            "waiting_on_agent",
            "waiting_on_us",
            "customer_responded",
            "customer_replied",
            "abierto",
            "abierta",
            "en_progreso",
            "en_curso",
            "en_proceso",
            "activo",
            "asignado",
            "asignada",
            "escalado",
            "reabierto",
            "reabierta",
            "esperando_al_agente",
            "åben",
            "åbent",
            "i_gang",
            "igangværende",
            "under_behandling",
            "behandles",
            "aktiv",
            "tildelt",
            "eskaleret",
            "genåbnet",
            "afventer_support",
            "venter_på_support",
        ],
    ),
    (
        Status::Pending,
        &[
            "waiting_on_customer",
            "waiting_for_customer",
            "awaiting_customer",
            "pending_customer",
            "waiting_on_user",
            "waiting_for_user",
            "awaiting_user",
            "awaiting_user_info",
            "waiting_on_client",
            "waiting_for_client",
            "waiting_on_contact",
            "waiting_on_requester",
            "waiting_for_requester",
            "awaiting_customer_reply",
            "awaiting_customer_response",
            "pending_customer_response",
            "snoozed",
            "pendiente",
            "pendiente_del_cliente",
            "pendiente_de_cliente",
            "esperando_cliente",
            "esperando_al_cliente",
            "en_espera_del_cliente",
            "en_espera_de_cliente",
            "esperando_respuesta_del_cliente",
            "esperando_por_el_cliente",
            "afventer",
            "afventende",
            "afventer_kunde",
            "afventer_kunden",
            "venter_på_kunde",
            "venter_på_kunden",
            "afventer_svar",
            "afventer_svar_fra_kunde",
            "afventer_kundesvar",
        ],
    ),
    (
        Status::OnHold,
        &[
            "hold",
            "onhold",
            "paused",
            "waiting_on_third_party",
            "waiting_for_third_party",
            "awaiting_third_party",
            "waiting_on_3rd_party",
            "waiting_on_vendor",
            "waiting_for_vendor",
            "awaiting_vendor",
            "pending_vendor",
            "waiting_on_supplier",
            "en_espera",
            "en_pausa",
            "pausado",
            "esperando_a_terceros",
            "esperando_terceros",
            "en_espera_de_terceros",
            "pendiente_de_terceros",
            "esperando_a_un_tercero",
            "esperando_proveedor",
            "esperando_al_proveedor",
            "på_hold",
            "sat_på_hold",
            "i_bero",
            "sat_i_bero",
            "på_pause",
            "afventer_tredjepart",
            "venter_på_tredjepart",
            "afventer_leverandør",
            "venter_på_leverandør",
        ],
    ),
    (
        Status::Solved,
        &[
            "resolved",
            "done",
            "completed",
            "complete",
            "fixed",
            "resuelto",
            "resuelta",
            "solucionado",
            "solucionada",
            "hecho",
            "completado",
            "completada",
            "løst",
            "færdig",
            "udført",
            "fuldført",
        ],
    ),
    (
        Status::Closed,
        &[
            "archived",
            "finished",
            "cancelled",
            "canceled",
            "auto_closed",
            "cerrado",
            "cerrada",
            "archivado",
            "finalizado",
            "finalizada",
            "cancelado",
            "cancelada",
            "lukket",
            "afsluttet",
            "arkiveret",
            "annulleret",
        ],
    ),
];

impl Meaning for Status {
    fn of_own_word(word: &str) -> Option<Self> {
        let word = own_spelling(word);
        let usual = || STATUSES.into_iter().find(|(_, words)| words.contains(&word.as_str()));
        word.parse().ok().or_else(|| usual().map(|(status, _)| status))
    }

    fn own_words() -> Vec<&'static str> {
        Self::ALL.iter().map(|status| status.as_str()).collect()
    }
}

/// The status of a ticket in a table of tickets, or why the ticket does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Deserialize)]
#[serde(from = "OwnStatus")]
pub enum TicketStatus {
    /// `open` and the other statuses.
    Now(Status),
    /// `deleted`, `spam` or `merged`.
    Gone(Gone),
}

/// Why a ticket does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Gone {
    /// Deleted.
    Deleted,
    /// Spam or a test.
    Spam,
    /// Merged into another ticket.
    Merged,
}

/// The built-in labels of both.
#[derive(serde::Deserialize)]
#[serde(rename_all = "snake_case")]
enum OwnStatus {
    New,
    Open,
    Pending,
    #[serde(alias = "hold")]
    OnHold,
    #[serde(alias = "resolved")]
    Solved,
    Closed,
    Deleted,
    Spam,
    Merged,
}

impl From<OwnStatus> for TicketStatus {
    fn from(word: OwnStatus) -> Self {
        match word {
            OwnStatus::New => Self::Now(Status::New),
            OwnStatus::Open => Self::Now(Status::Open),
            OwnStatus::Pending => Self::Now(Status::Pending),
            OwnStatus::OnHold => Self::Now(Status::OnHold),
            OwnStatus::Solved => Self::Now(Status::Solved),
            OwnStatus::Closed => Self::Now(Status::Closed),
            OwnStatus::Deleted => Self::Gone(Gone::Deleted),
            OwnStatus::Spam => Self::Gone(Gone::Spam),
            OwnStatus::Merged => Self::Gone(Gone::Merged),
        }
    }
}

impl TicketStatus {
    /// The status of a ticket that is not done.
    pub(crate) fn open(self) -> Option<Status> {
        match self {
            Self::Now(status) if !status.is_done() => Some(status),
            _ => None,
        }
    }

    /// The status of a ticket that counts.
    pub(crate) fn now(self) -> Option<Status> {
        match self {
            Self::Now(status) => Some(status),
            Self::Gone(_) => None,
        }
    }

    /// Whether the ticket is done; unknown if it does not count.
    pub(crate) fn is_done(self) -> Option<bool> {
        match self {
            Self::Now(status) => Some(status.is_done()),
            Self::Gone(_) => None,
        }
    }

    /// The event that removed a ticket that does not count.
    pub(crate) fn gone(self) -> Option<StepKind> {
        match self {
            Self::Now(_) => None,
            Self::Gone(Gone::Deleted) => Some(StepKind::Deleted),
            Self::Gone(Gone::Spam) => Some(StepKind::Spam),
            Self::Gone(Gone::Merged) => Some(StepKind::MergedInto),
        }
    }
}

impl Meaning for TicketStatus {
    fn of_own_word(word: &str) -> Option<Self> {
        let gone = match own_spelling(word).as_str() {
            "deleted" | "trashed" | "removed" | "eliminado" | "eliminada" | "borrado" | "borrada"
            | "slettet" => Gone::Deleted,
            "spam" | "junk" | "correo_no_deseado" => Gone::Spam,
            "merged" | "fusionado" | "fusionada" | "combinado" | "flettet" | "sammenflettet" => Gone::Merged,
            _ => return Status::of_own_word(word).map(Self::Now),
        };
        Some(Self::Gone(gone))
    }

    fn own_words() -> Vec<&'static str> {
        [Status::own_words(), vec!["deleted", "spam", "merged"]].concat()
    }
}

/// Names of authors in help desks, in normalized spelling.
const AUTHORS: [(Author, &[&str]); 5] = [
    (Author::Customer, &["client", "consumer", "caller", "visitor", "end_user"]),
    (Author::Agent, &["teammate", "support_agent", "support", "operator", "staff", "admin", "employee"]),
    (Author::Bot, &["chatbot", "ai_agent", "virtual_agent", "auto_reply"]),
    (Author::System, &["trigger", "workflow", "business_rule", "automated"]),
    (Author::External, &["vendor", "supplier", "third_party", "collaborator"]),
];

impl Meaning for Author {
    fn of_own_word(word: &str) -> Option<Self> {
        let word = own_spelling(word);
        let form = serde::de::value::StrDeserializer::<serde::de::value::Error>::new(&word);
        let usual = || AUTHORS.into_iter().find(|(_, words)| words.contains(&word.as_str()));
        serde::Deserialize::deserialize(form).ok().or_else(|| usual().map(|(author, _)| author))
    }

    fn own_words() -> Vec<&'static str> {
        vec!["customer", "agent", "bot", "system", "external"]
    }
}

impl Meaning for bool {
    fn of_own_word(word: &str) -> Option<Self> {
        match own_spelling(word).as_str() {
            "true" | "yes" | "1" | "y" | "t" | "met" | "within_sla" | "achieved" | "ontime" | "on_time"
            | "delivered" => Some(true),
            "false" | "no" | "0" | "n" | "f" | "breached" | "sla_violated" | "violated" | "missed"
            | "overdue" | "bounced" | "undelivered" => Some(false),
            _ => None,
        }
    }

    fn own_words() -> Vec<&'static str> {
        vec!["true", "false", "yes", "no", "met", "breached"]
    }
}

/// How labels are read: codes that mean missing, and the meanings of the others.
///
/// A cell is trimmed; an empty one is missing. The listed labels have priority, then the built-in ones, then `other`.
/// Statuses have built-in labels of help desks in English, Spanish and Danish.
///
/// ```
/// use deskmetrics::Status;
/// use deskmetrics_arrow::column::{BadCell, WordReading};
///
/// let reading = WordReading::new([("Awaiting User Info", Status::Pending)]).with_missing(["?"]);
/// assert_eq!(reading.read("awaiting user info"), Ok(Some(Status::Pending)));
/// assert_eq!(reading.read("Closed"), Ok(Some(Status::Closed)));
/// assert_eq!(reading.read("In progress"), Ok(Some(Status::Open)));
/// assert_eq!(reading.read("Venter på kunden"), Ok(Some(Status::Pending)));
/// assert_eq!(reading.read("?"), Ok(None));
/// assert_eq!(reading.read("Parked"), Err(BadCell::UnknownWord));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct WordReading<T> {
    words: HashMap<Box<str>, T>,
    /// The labels in lower case, unless case matters.
    folded: HashMap<Box<str>, T>,
    missing: Vec<Box<str>>,
    other: Option<T>,
    exact_case: bool,
}

impl<T: Meaning> WordReading<T> {
    /// Creates a reading of these labels. Case does not matter, except between listed labels, nor do blanks around them.
    pub fn new<W: AsRef<str>>(words: impl IntoIterator<Item = (W, T)>) -> Self {
        let words: HashMap<Box<str>, T> =
            words.into_iter().map(|(word, meaning)| (word.as_ref().trim().into(), meaning)).collect();
        let folded = words
            .iter()
            .map(|(word, meaning)| (word.to_lowercase().into_boxed_str(), meaning.clone()))
            .collect();
        Self { words, folded, missing: Vec::new(), other: None, exact_case: false }
    }

    /// Sets codes that mean missing.
    #[must_use]
    pub fn with_missing<W: AsRef<str>>(mut self, codes: impl IntoIterator<Item = W>) -> Self {
        self.missing.extend(codes.into_iter().map(|code| code.as_ref().trim().into()));
        self
    }

    /// Sets the meaning of all other labels.
    #[must_use]
    pub fn with_other(mut self, other: Option<T>) -> Self {
        self.other = other;
        self
    }

    /// Sets whether "solved" and "Solved" are different labels.
    #[must_use]
    pub fn with_exact_case(mut self, exact: bool) -> Self {
        self.exact_case = exact;
        self
    }

    /// Whether every text but an empty one means itself.
    pub(crate) fn is_plain(&self) -> bool {
        self.words.is_empty() && self.missing.is_empty() && self.other.is_none()
    }

    /// The labels with a meaning: those listed, in order, and the built-in ones.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        let mut listed: Vec<&str> = self.words.keys().map(|word| &**word).collect();
        listed.sort_unstable();
        listed.into_iter().chain(T::own_words())
    }

    /// The meaning of a text.
    ///
    /// # Errors
    /// If it has no meaning.
    pub fn read(&self, text: &str) -> Cell<T> {
        let word = text.trim();
        if word.is_empty() || self.missing.iter().any(|code| &**code == word) {
            return Ok(None);
        }
        if let Some(meaning) = self.words.get(word) {
            return Ok(Some(meaning.clone()));
        }
        if !self.exact_case
            && !self.folded.is_empty()
            && let Some(meaning) = self.folded.get(word.to_lowercase().as_str())
        {
            return Ok(Some(meaning.clone()));
        }
        T::of_own_word(word).or_else(|| self.other.clone()).map(Some).ok_or(BadCell::UnknownWord)
    }

    /// Binds this reading to a column.
    ///
    /// # Errors
    /// If the column's type has no text form.
    pub fn bind<'a>(&'a self, array: &ArrayRef) -> Result<WordColumn<'a, T>, WrongType> {
        Ok(WordColumn { reading: self, text: TextColumn::new(array)? })
    }
}

/// A column of labels.
#[derive(Debug, Clone)]
pub struct WordColumn<'a, T> {
    reading: &'a WordReading<T>,
    text: TextColumn,
}

impl<T: Meaning> WordColumn<'_, T> {
    /// The meaning of a row's label; a null is missing.
    ///
    /// # Errors
    /// If the label has no meaning.
    pub fn get(&self, row: usize) -> Cell<T> {
        self.text.get(row).map_or(Ok(None), |text| self.reading.read(text))
    }

    /// The original text of the row.
    pub fn raw(&self, row: usize) -> &str {
        self.text.get(row).unwrap_or_default()
    }
}
