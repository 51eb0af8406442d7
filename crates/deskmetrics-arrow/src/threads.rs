//! Threads for work on columns and tickets.

/// The most threads that are started: far more than are of use, and few enough to start at once.
pub const MOST_THREADS: usize = 1024;

/// Runs work on this many threads, at most [`MOST_THREADS`]; 0 uses the pool of the caller, which by default has one thread
/// per processor.
pub fn on_threads<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
    match threads {
        0 => work(),
        _ => match thread_pool(threads) {
            Some(pool) => pool.install(work),
            None => work(),
        },
    }
}

/// Additional threads; without them, the caller's thread does the work.
pub(crate) fn thread_pool(threads: usize) -> Option<rayon::ThreadPool> {
    rayon::ThreadPoolBuilder::new().num_threads(threads.min(MOST_THREADS)).build().ok()
}
