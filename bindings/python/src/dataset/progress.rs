//! Long calls: other threads, Ctrl-C, progress bars.

use std::num::NonZero;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::{Builder, JoinHandle, available_parallelism};
use std::time::{Duration, Instant};

use deskmetrics_arrow::{Dataset, Progress, ROWS_FED_TOGETHER, ReadError, ReadOptions, on_threads};
use pyo3::PyClass;
use pyo3::prelude::*;
use pyo3::pyclass::boolean_struct::True;

/// How often Python's signal handlers are checked for Ctrl-C.
const PULSE: Duration = Duration::from_millis(100);

/// As the main thread of most systems.
const STACK: usize = 8 << 20;

/// The process that loaded the module. A process that it forks has none of its threads.
static LOADED_BY: OnceLock<u32> = OnceLock::new();

/// Work of this process that goes on after Ctrl-C.
static UNFINISHED: Mutex<Vec<(u32, JoinHandle<()>)>> = Mutex::new(Vec::new());

/// Prepares the module.
pub(crate) fn loaded(module: &Bound<'_, PyModule>) -> PyResult<()> {
    LOADED_BY.get_or_init(std::process::id);
    let end = wrap_pyfunction!(finish, module)?;
    module.py().import("atexit")?.call_method1("register", (end,)).map(|_| ())
}

/// Waits for work that goes on after Ctrl-C, since its data may be Python's.
#[pyfunction]
fn finish(py: Python<'_>) {
    let unfinished = std::mem::take(&mut *UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner));
    let own = unfinished.into_iter().filter(|(process, _)| *process == std::process::id());
    let own: Vec<JoinHandle<()>> = own.map(|(_, worker)| worker).collect();
    py.detach(|| own.into_iter().for_each(|worker| drop(worker.join())));
}

/// Whether work goes on, and how far it is.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    stop: AtomicBool,
    pieces: AtomicUsize,
}

impl Watch {
    /// Counts one more piece of work; false after Ctrl-C.
    pub(crate) fn go_on(&self) -> bool {
        self.pieces.fetch_add(1, Ordering::Relaxed);
        !self.stop.load(Ordering::Relaxed)
    }
}

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
        Ok(Self { bar: listener(py, progress)?, tickets: tickets.max(1) })
    }

    fn show(&self, py: Python<'_>, counted: usize) -> PyResult<()> {
        let Some(bar) = &self.bar else { return Ok(()) };
        bar.call1(py, ("computing", counted.min(self.tickets), self.tickets)).map(|_| ())
    }
}

/// Runs long work without the GIL on a thread of its own. After Ctrl-C the call ends at once: the work stops where it checks the
/// [`Watch`], or goes on to its end, and its result is dropped.
pub(crate) fn watched<T: Send + 'static>(
    py: Python<'_>,
    bar: Bar,
    work: impl FnOnce(&Watch) -> T + Send + 'static,
) -> PyResult<T> {
    bar.show(py, 0)?;
    let watch = Arc::new(Watch::default());
    let (done, wait) = channel();
    let working = {
        let watch = Arc::clone(&watch);
        let run = move || {
            // The receiver is gone after Ctrl-C.
            let _ = done.send(on_own_threads(|| work(&watch)));
        };
        Builder::new().name("deskmetrics".to_owned()).stack_size(STACK).spawn(run)?
    };
    let shown = &bar;
    let made = py.detach(move || until_done(&wait, working, &watch, shown))?;
    bar.show(py, bar.tickets)?;
    bar.bar.map_or(Ok(()), |bar| bar.call_method0(py, "close").map(|_| ()))?;
    Ok(made)
}

/// Like [`watched`], for work on an object.
pub(crate) fn watched_with<C: PyClass<Frozen = True> + Sync, T: Send + 'static>(
    object: &Bound<'_, C>,
    work: impl FnOnce(&C) -> T + Send + 'static,
) -> PyResult<T> {
    let own = object.clone().unbind();
    // The object comes back, to be dropped with the GIL.
    watched(object.py(), Bar::none(), move |_| (work(own.get()), own)).map(|(made, _)| made)
}

/// Reads a dataset. `progress` is called with each file, the bytes read and the bytes in all.
pub(crate) fn reading(
    py: Python<'_>,
    progress: Option<&Bound<'_, PyAny>>,
    read: impl FnOnce(ReadOptions<'_>) -> Result<Dataset, ReadError> + Send + 'static,
    refused: impl FnOnce(ReadError) -> PyErr,
) -> PyResult<Dataset> {
    let bar = listener(py, progress)?;
    let shown = bar.as_ref().map(|bar| bar.clone_ref(py));
    let read = watched(py, Bar::none(), move |watch| {
        let (mut last, mut failed) = (Instant::now(), None);
        let on_progress = |progress: Progress<'_>| {
            let done = progress.bytes_read >= progress.bytes_total;
            if let Some(bar) = shown.as_ref().filter(|_| done || last.elapsed() >= PULSE) {
                last = Instant::now();
                failed = show_file(bar, &progress).err();
            }
            if watch.go_on() && failed.is_none() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        };
        let read = read(ReadOptions::default().with_progress_or_stop(on_progress));
        (read, failed)
    });
    bar.map_or(Ok(()), |bar| bar.call_method0(py, "close").map(|_| ()))?;
    match read? {
        (_, Some(failed)) => Err(failed),
        (read, None) => read.map_err(refused),
    }
}

fn show_file(bar: &Py<PyAny>, progress: &Progress<'_>) -> PyResult<()> {
    let file = progress.file.file_name().unwrap_or_default().to_string_lossy();
    let shown = (file, progress.bytes_read, progress.bytes_total);
    Python::attach(|py| bar.call1(py, shown).map(|_| ()))
}

/// With `progress` true a bar of tqdm, where tqdm is installed.
fn listener(py: Python<'_>, progress: Option<&Bound<'_, PyAny>>) -> PyResult<Option<Py<PyAny>>> {
    let listener = |progress| py.import("deskmetrics._progress")?.call_method1("listener", (progress,));
    Ok(progress.map(listener).transpose()?.filter(|bar| !bar.is_none()).map(Bound::unbind))
}

/// Runs work that takes the shared threads by default, which a forked process does not have.
fn on_own_threads<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    if LOADED_BY.get().is_none_or(|process| *process == std::process::id()) {
        return work();
    }
    on_threads(available_parallelism().map_or(1, NonZero::get), work)
}

/// The result of work on another thread, or the exception that a signal raises.
fn until_done<T>(wait: &Receiver<T>, working: JoinHandle<()>, watch: &Watch, bar: &Bar) -> PyResult<T> {
    loop {
        match wait.recv_timeout(PULSE) {
            Ok(made) => return Ok(made),
            Err(RecvTimeoutError::Disconnected) => match working.join() {
                Err(panic) => std::panic::resume_unwind(panic),
                Ok(()) => unreachable!("work that ends has a result"),
            },
            Err(RecvTimeoutError::Timeout) => {
                let counted = watch.pieces.load(Ordering::Relaxed) * ROWS_FED_TOGETHER;
                let shown = Python::attach(|py| {
                    py.check_signals()?;
                    bar.show(py, counted.saturating_sub(1))
                });
                if let Err(stopped) = shown {
                    watch.stop.store(true, Ordering::Relaxed);
                    let mut unfinished = UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner);
                    unfinished.retain(|(_, worker)| !worker.is_finished());
                    unfinished.push((std::process::id(), working));
                    return Err(stopped);
                }
            }
        }
    }
}
