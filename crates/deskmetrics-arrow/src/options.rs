//! Options of reading a dataset.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::ControlFlow;
use std::path::PathBuf;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;

use deskmetrics::ticket::Attribute;

use crate::file::{Limits, Progress};

/// A progress callback. It decides whether reading continues.
pub(crate) type OnProgress<'a> = dyn FnMut(Progress<'_>) -> ControlFlow<()> + 'a;

/// Options of reading a dataset: location of the data, treatment of bad rows, and progress.
///
/// ```
/// use deskmetrics_arrow::ReadOptions;
///
/// let mut rows = 0;
/// let options = ReadOptions::default()
///     .with_data_root("/srv/helpdesk")
///     .with_strict(true)
///     .with_progress(|progress| rows = progress.rows);
/// ```
pub struct ReadOptions<'a> {
    pub(crate) data_root: Option<PathBuf>,
    pub(crate) strict: bool,
    pub(crate) keep_off_scale: bool,
    pub(crate) projection: Projection,
    /// Whether the last timestamp in the data is the cut-off if none is given.
    pub(crate) cut_off: bool,
    pub(crate) on_progress: Option<Box<OnProgress<'a>>>,
    pub(crate) tables: BTreeMap<PathBuf, MemoryTable>,
    pub(crate) threads: usize,
    pub(crate) limits: Limits,
    pub(crate) unitless: Vec<(&'static str, String)>,
}

/// The columns that are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Projection {
    /// The attributes of tickets and surveys to read; `None` for all.
    pub(crate) attributes: Option<BTreeSet<Attribute>>,
    pub(crate) requesters: bool,
    /// Whether to read reasons of survey answers.
    pub(crate) reasons: bool,
    /// Whether to read customers, invitations and weights of survey answers, which only records contain.
    pub(crate) records: bool,
}

impl Default for Projection {
    fn default() -> Self {
        Self { attributes: None, requesters: true, reasons: true, records: true }
    }
}

impl Projection {
    pub(crate) fn includes(&self, attribute: &Attribute) -> bool {
        self.attributes.as_ref().is_none_or(|read| read.contains(attribute))
    }
}

/// A table in memory that replaces a file.
#[derive(Debug)]
pub(crate) struct MemoryTable {
    pub(crate) schema: SchemaRef,
    pub(crate) batches: Vec<RecordBatch>,
}

impl Default for ReadOptions<'_> {
    fn default() -> Self {
        Self {
            data_root: None,
            strict: false,
            keep_off_scale: false,
            projection: Projection::default(),
            cut_off: true,
            on_progress: None,
            tables: BTreeMap::new(),
            threads: 0,
            limits: Limits::default(),
            unitless: Vec::new(),
        }
    }
}

impl fmt::Debug for ReadOptions<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReadOptions")
            .field("data_root", &self.data_root)
            .field("strict", &self.strict)
            .field("tables", &self.tables.keys())
            .finish_non_exhaustive()
    }
}

impl<'a> ReadOptions<'a> {
    /// Sets the folder that the description's `folder` is relative to, so that a description need not contain the
    /// location of the data on a machine. Default: the folder of the description.
    #[must_use]
    pub fn with_data_root(mut self, folder: impl Into<PathBuf>) -> Self {
        self.data_root = Some(folder.into());
        self
    }

    /// Whether the first row or value that cannot be used is an error. Otherwise it is excluded and counted.
    #[must_use]
    pub fn with_strict(mut self, strict: bool) -> Self {
        self.strict = strict;
        self
    }

    /// Whether to skip the check for scores off their question's scale. The KPIs exclude such scores in any case. The
    /// check lists them in the table's [`SourceReport`](crate::SourceReport), with row and remedy.
    #[must_use]
    pub fn with_keep_off_scale(mut self, keep: bool) -> Self {
        self.keep_off_scale = keep;
        self
    }

    /// Reads only these attributes of tickets and surveys, and those that events change. Columns of all others are
    /// skipped, whatever they contain.
    #[must_use]
    pub fn with_attributes(mut self, attributes: impl IntoIterator<Item = Attribute>) -> Self {
        self.projection.attributes = Some(attributes.into_iter().collect());
        self
    }

    /// Skips the requesters of tickets.
    #[must_use]
    pub fn without_requesters(mut self) -> Self {
        self.projection.requesters = false;
        self
    }

    /// Skips customers, invitations and weights of survey answers, which reports do not need.
    #[must_use]
    pub fn without_survey_details(mut self) -> Self {
        self.projection.records = false;
        self
    }

    /// Sets the number of threads for decoding columns. Default: the caller's pool, with one thread per processor.
    /// At most 1,024 threads are started. The result is the same for any number.
    #[must_use]
    pub fn with_threads(mut self, threads: usize) -> Self {
        self.threads = threads;
        self
    }

    /// Sets the limits on files.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Does not use the last timestamp in the data as the cut-off if the description names none.
    #[must_use]
    pub fn without_cut_off(mut self) -> Self {
        self.cut_off = false;
        self
    }

    /// Sets a progress callback, which is called after every batch of some thousand rows.
    #[must_use]
    pub fn with_progress(self, mut callback: impl FnMut(Progress<'_>) + 'a) -> Self {
        self.with_progress_or_stop(move |progress| {
            callback(progress);
            ControlFlow::Continue(())
        })
    }

    /// Like [`with_progress`](Self::with_progress), with a callback that may stop the reading. It then fails with
    /// [`ReadError::Stopped`](crate::ReadError::Stopped).
    ///
    /// ```
    /// use std::ops::ControlFlow;
    /// use deskmetrics_arrow::ReadOptions;
    ///
    /// let options = ReadOptions::default().with_progress_or_stop(|progress| {
    ///     if progress.rows > 1_000_000 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    /// });
    /// ```
    #[must_use]
    pub fn with_progress_or_stop(
        mut self,
        callback: impl FnMut(Progress<'_>) -> ControlFlow<()> + 'a,
    ) -> Self {
        self.on_progress = Some(Box::new(callback));
        self
    }

    /// Uses these batches, all with this schema, in place of the file `name` of the description.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use arrow_array::{ArrayRef, RecordBatch, StringArray};
    /// use deskmetrics_arrow::{Dataset, Description, ReadOptions};
    ///
    /// let column = |texts: &[&str]| Arc::new(StringArray::from(texts.to_vec())) as ArrayRef;
    /// let tickets = RecordBatch::try_from_iter([
    ///     ("number", column(&["T-1", "T-2"])),
    ///     ("opened", column(&["2026-03-02T09:00:00Z", "2026-03-02T10:00:00Z"])),
    /// ])?;
    /// let description: Description = toml::from_str(r#"
    ///     time_zone = "UTC"
    ///     tickets = [{ file = "tickets", id = "number", created_at = "opened" }]
    /// "#)?;
    /// let options = ReadOptions::default().with_table("tickets", tickets.schema(), vec![tickets]);
    /// assert_eq!(Dataset::of_description(&description, options)?.counts().tickets, 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_table(
        mut self,
        name: impl Into<PathBuf>,
        schema: SchemaRef,
        batches: Vec<RecordBatch>,
    ) -> Self {
        self.tables.insert(name.into(), MemoryTable { schema, batches });
        self
    }

    /// Sets columns that may state a measure but whose values have no unit, each after its role, such as those of
    /// [`InferredRoles::unitless`](crate::InferredRoles::unitless). Errors about missing data name them.
    #[must_use]
    pub fn with_unitless(mut self, columns: impl IntoIterator<Item = (&'static str, String)>) -> Self {
        self.unitless.extend(columns);
        self
    }
}
