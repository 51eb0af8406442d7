//! Queries for whole columns of timestamps, in microseconds since 1970 in UTC.

use super::{CompiledSchedule, SliceLengthError};

impl CompiledSchedule {
    /// [`elapsed_micros`](Self::elapsed_micros) for each pair of `from` and `to`.
    ///
    /// ```
    /// use deskmetrics::schedule::Schedule;
    ///
    /// let schedule = Schedule::parse("UTC", "Mo-Fr 09:00-17:00")?.compile();
    /// let hour = 3_600_000_000;
    /// let monday = 1_772_409_600_000_000; // 2026-03-02T00:00:00Z
    /// let mut elapsed = [0; 2];
    /// schedule.elapsed_slice(
    ///     &[monday, monday + 16 * hour],
    ///     &[monday + 10 * hour, monday + 34 * hour],
    ///     &mut elapsed,
    /// )?;
    /// assert_eq!(elapsed, [hour, 2 * hour]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`SliceLengthError`] when the slices differ in length; nothing is written then.
    pub fn elapsed_slice(&self, from: &[i64], to: &[i64], out: &mut [i64]) -> Result<(), SliceLengthError> {
        check_lengths(from.len(), to.len(), out.len())?;
        let slowly = |from, to| self.elapsed_micros(from, to);
        self.counts().elapsed_slice(self.origin(), from, to, out, slowly);
        Ok(())
    }

    /// [`due_micros`](Self::due_micros) for each pair of start and budget.
    ///
    /// # Errors
    ///
    /// [`SliceLengthError`] when the slices differ in length; nothing is written then.
    pub fn due_slice(
        &self,
        starts: &[i64],
        budgets: &[i64],
        out: &mut [Option<i64>],
    ) -> Result<(), SliceLengthError> {
        check_lengths(starts.len(), budgets.len(), out.len())?;
        for ((start, budget), out) in starts.iter().zip(budgets).zip(out) {
            *out = self.due_micros(*start, *budget);
        }
        Ok(())
    }

    /// [`start_by_micros`](Self::start_by_micros) for each pair of due time and budget.
    ///
    /// # Errors
    ///
    /// [`SliceLengthError`] when the slices differ in length; nothing is written then.
    pub fn start_by_slice(
        &self,
        dues: &[i64],
        budgets: &[i64],
        out: &mut [Option<i64>],
    ) -> Result<(), SliceLengthError> {
        check_lengths(dues.len(), budgets.len(), out.len())?;
        for ((due, budget), out) in dues.iter().zip(budgets).zip(out) {
            *out = self.start_by_micros(*due, *budget);
        }
        Ok(())
    }

    /// [`is_open_micros`](Self::is_open_micros) at each timestamp.
    ///
    /// # Errors
    ///
    /// [`SliceLengthError`] when the slices differ in length; nothing is written then.
    pub fn is_open_slice(&self, at: &[i64], out: &mut [bool]) -> Result<(), SliceLengthError> {
        check_lengths(at.len(), at.len(), out.len())?;
        for (at, out) in at.iter().zip(out) {
            *out = self.is_open_micros(*at);
        }
        Ok(())
    }

    /// [`next_opening_micros`](Self::next_opening_micros) at each timestamp.
    ///
    /// # Errors
    ///
    /// [`SliceLengthError`] when the slices differ in length; nothing is written then.
    pub fn next_opening_slice(&self, at: &[i64], out: &mut [Option<i64>]) -> Result<(), SliceLengthError> {
        check_lengths(at.len(), at.len(), out.len())?;
        for (at, out) in at.iter().zip(out) {
            *out = self.next_opening_micros(*at);
        }
        Ok(())
    }

    /// [`next_closing_micros`](Self::next_closing_micros) at each timestamp.
    ///
    /// # Errors
    ///
    /// [`SliceLengthError`] when the slices differ in length; nothing is written then.
    pub fn next_closing_slice(&self, at: &[i64], out: &mut [Option<i64>]) -> Result<(), SliceLengthError> {
        check_lengths(at.len(), at.len(), out.len())?;
        for (at, out) in at.iter().zip(out) {
            *out = self.next_closing_micros(*at);
        }
        Ok(())
    }
}

fn check_lengths(first: usize, second: usize, out: usize) -> Result<(), SliceLengthError> {
    if first == second && second == out { Ok(()) } else { Err(SliceLengthError { first, second, out }) }
}
