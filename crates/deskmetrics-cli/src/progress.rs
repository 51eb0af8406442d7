//! Progress bar for reading files.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use deskmetrics_arrow::Progress;
use indicatif::{ProgressBar, ProgressStyle};

/// Time after which a bar is shown.
const PATIENCE: Duration = Duration::from_millis(500);

/// A bar on standard error, one file at a time. It is shown only on a terminal, and only if reading takes some time.
#[derive(Debug)]
pub(crate) struct ReadingBar {
    started: Instant,
    current: Option<(PathBuf, ProgressBar)>,
}

impl Default for ReadingBar {
    fn default() -> Self {
        Self { started: Instant::now(), current: None }
    }
}

impl ReadingBar {
    /// Updates the bar.
    pub(crate) fn show(&mut self, progress: &Progress<'_>) {
        if self.started.elapsed() < PATIENCE {
            return;
        }
        if self.current.as_ref().is_none_or(|(file, _)| file != progress.file) {
            self.clear();
            let name = progress.file.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let style = ProgressStyle::with_template("{msg} {wide_bar} {bytes}/{total_bytes} {eta}")
                .unwrap_or_else(|_| ProgressStyle::default_bar());
            // indicatif draws nothing where standard error is no terminal.
            let bar = ProgressBar::new(progress.bytes_total).with_style(style).with_message(name);
            self.current = Some((progress.file.to_owned(), bar));
        }
        if let Some((_, bar)) = &self.current {
            bar.set_position(progress.bytes_read);
        }
    }

    fn clear(&mut self) {
        if let Some((_, bar)) = self.current.take() {
            bar.finish_and_clear();
        }
    }
}

impl Drop for ReadingBar {
    fn drop(&mut self) {
        self.clear();
    }
}
