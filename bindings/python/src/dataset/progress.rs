//! Long calls: progress bars and Ctrl-C.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::RecvTimeoutError;
use std::time::{Duration, Instant};

use deskmetrics_arrow::{Progress, ROWS_FED_TOGETHER};
use pyo3::prelude::*;

/// How often Python's signal handlers are checked for Ctrl-C.
const PULSE: Duration = Duration::from_millis(100);

/// Shows how many tickets were counted.
pub(crate) struct Bar {
    bar: Option<Py<PyAny>>,
    tickets: usize,
}

impl Bar {
    /// No bar.
    pub(crate) fn none() -> Self {
        Self { bar: None, tickets: 0 }
    }

    /// The bar of an argument `progress`.
    pub(crate) fn new(py: Python<'_>, progress: Option<&Bound<'_, PyAny>>, tickets: usize) -> PyResult<Self> {
        Ok(Self { bar: Pulse::new(py, progress)?.bar, tickets: tickets.max(1) })
    }

    fn show(&self, py: Python<'_>, counted: usize) -> PyResult<()> {
        let Some(bar) = &self.bar else { return Ok(()) };
        bar.call1(py, ("computing", counted.min(self.tickets), self.tickets)).map(|_| ())
    }
}

/// Runs long work without the GIL; `go_on` returns false after Ctrl-C.
pub(crate) fn watched<T: Send>(
    py: Python<'_>,
    bar: Bar,
    work: impl FnOnce(&(dyn Fn() -> bool + Sync)) -> T + Send,
) -> PyResult<T> {
    let stop = AtomicBool::new(false);
    let pieces = AtomicUsize::new(0);
    let go_on = || {
        pieces.fetch_add(1, Ordering::Relaxed);
        !stop.load(Ordering::Relaxed)
    };
    bar.show(py, 0)?;
    let made = py.detach(|| {
        std::thread::scope(|scope| {
            let (done, wait) = std::sync::mpsc::channel::<()>();
            let working = scope.spawn(|| {
                // Dropped when the work ends or fails.
                let _done = done;
                work(&go_on)
            });
            let mut stopped_by = None;
            while let Err(RecvTimeoutError::Timeout) = wait.recv_timeout(PULSE) {
                let shown = |py: Python<'_>| {
                    py.check_signals()?;
                    bar.show(py, (pieces.load(Ordering::Relaxed) * ROWS_FED_TOGETHER).saturating_sub(1))
                };
                if stopped_by.is_none()
                    && let Err(signal) = Python::attach(shown)
                {
                    stop.store(true, Ordering::Relaxed);
                    stopped_by = Some(signal);
                }
            }
            match (working.join(), stopped_by) {
                (_, Some(stopped)) => Err(stopped),
                (Ok(done), None) => Ok(done),
                (Err(panic), None) => std::panic::resume_unwind(panic),
            }
        })
    })?;
    bar.show(py, bar.tickets)?;
    bar.bar.map_or(Ok(()), |bar| bar.call_method0(py, "close").map(|_| ()))?;
    Ok(made)
}

/// Reports the progress of reading to Python, and whether to continue.
pub(crate) struct Pulse {
    bar: Option<Py<PyAny>>,
    last: Instant,
    /// The exception that ends the work.
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

    pub(crate) fn report(&mut self, progress: &Progress<'_>) -> ControlFlow<()> {
        let done = progress.bytes_read >= progress.bytes_total;
        if self.last.elapsed() < PULSE && !(done && self.bar.is_some()) {
            return ControlFlow::Continue(());
        }
        self.last = Instant::now();
        let called = Python::attach(|py| {
            py.check_signals()?;
            match &self.bar {
                Some(bar) => {
                    let file = progress.file.file_name().unwrap_or_default().to_string_lossy().into_owned();
                    bar.call1(py, (file, progress.bytes_read, progress.bytes_total)).map(|_| ())
                }
                None => Ok(()),
            }
        });
        match called {
            Ok(()) => ControlFlow::Continue(()),
            Err(problem) => {
                self.stopped_by = Some(problem);
                ControlFlow::Break(())
            }
        }
    }

    /// Removes the bar.
    pub(crate) fn end(&self, py: Python<'_>) -> PyResult<()> {
        match &self.bar {
            Some(bar) => bar.call_method0(py, "close").map(|_| ()),
            None => Ok(()),
        }
    }
}
