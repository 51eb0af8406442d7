//! Long calls: a bar for those who wait, and Ctrl-C.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use deskmetrics::replay::{Replay, ReplayOutcome};
use deskmetrics_arrow::{Dataset, Progress};
use pyo3::prelude::*;

use crate::error::exceptions;

/// How often Python is asked whether somebody pressed Ctrl-C.
const PULSE: Duration = Duration::from_millis(100);

/// Asks Python from time to time whether long work is to go on.
pub(crate) struct Watch {
    last: Instant,
    stopped_by: Option<PyErr>,
}

impl Watch {
    pub(crate) fn new() -> Self {
        Self { last: Instant::now(), stopped_by: None }
    }

    /// Whether nobody pressed Ctrl-C.
    pub(crate) fn go_on(&mut self) -> bool {
        if self.last.elapsed() >= PULSE {
            self.last = Instant::now();
            let asked = Python::attach(|py| {
                py.check_signals()?;
                Ok(())
            });
            self.stopped_by = asked.err();
        }
        self.stopped_by.is_none()
    }

    /// What the work came to, or what ended it.
    pub(crate) fn end<T>(self, done: Option<T>) -> PyResult<T> {
        match (done, self.stopped_by) {
            (Some(done), None) => Ok(done),
            (_, Some(stopped)) => Err(stopped),
            (None, None) => Err(exceptions::DeskmetricsError::new_err("the work ended before its time")),
        }
    }
}

/// Replays a dataset's tickets, unless somebody presses Ctrl-C.
pub(crate) fn replayed(py: Python<'_>, dataset: &Dataset, replay: &Replay) -> PyResult<ReplayOutcome> {
    let mut watch = Watch::new();
    let outcome = py.detach(|| replay.tickets_while(&dataset.tickets, &dataset.events, || watch.go_on()));
    watch.end(outcome)
}

/// Tells Python how far reading has come, and whether it is to go on.
pub(crate) struct Pulse {
    bar: Option<Py<PyAny>>,
    last: Instant,
    /// What Python said to end it.
    pub(crate) stopped_by: Option<PyErr>,
}

impl Pulse {
    /// With `progress` true a bar of tqdm, where tqdm is installed; a function is called with each file, the bytes read
    /// and the bytes in all.
    pub(crate) fn new(py: Python<'_>, progress: Option<&Bound<'_, PyAny>>) -> PyResult<Self> {
        let listener = |progress| py.import("deskmetrics._progress")?.call_method1("listener", (progress,));
        let bar = progress.map(listener).transpose()?.filter(|bar| !bar.is_none());
        Ok(Self { bar: bar.map(Bound::unbind), last: Instant::now(), stopped_by: None })
    }

    pub(crate) fn tell(&mut self, progress: &Progress<'_>) -> ControlFlow<()> {
        let done = progress.bytes_read >= progress.bytes_total;
        if self.last.elapsed() < PULSE && !(done && self.bar.is_some()) {
            return ControlFlow::Continue(());
        }
        self.last = Instant::now();
        let told = Python::attach(|py| {
            py.check_signals()?;
            match &self.bar {
                Some(bar) => {
                    let file = progress.file.file_name().unwrap_or_default().to_string_lossy().into_owned();
                    bar.call1(py, (file, progress.bytes_read, progress.bytes_total)).map(|_| ())
                }
                None => Ok(()),
            }
        });
        match told {
            Ok(()) => ControlFlow::Continue(()),
            Err(problem) => {
                self.stopped_by = Some(problem);
                ControlFlow::Break(())
            }
        }
    }

    /// Takes the bar away.
    pub(crate) fn end(&self, py: Python<'_>) -> PyResult<()> {
        match &self.bar {
            Some(bar) => bar.call_method0(py, "close").map(|_| ()),
            None => Ok(()),
        }
    }
}
