//! Checks of stored states and trackers.

use deskmetrics::Timestamp;
use deskmetrics::replay::{DueQueue, Replay, Replayed, TicketTracker};
use deskmetrics::report::{KpiTally, Report, ReportState};

/// The length of the header: magic, version, kind, checksum of the rest.
const HEADER: usize = 10;

/// States and tallies as bytes, also with their checksum corrected, and states, trackers and results as JSON.
pub(crate) fn state(data: &[u8]) {
    read(data);
    if let Some((header, rest)) = data.split_first_chunk::<HEADER>() {
        let mut bytes = data.to_vec();
        bytes[HEADER - 4..HEADER].copy_from_slice(&crc32fast::hash(rest).to_le_bytes());
        if bytes[..HEADER] != header[..] {
            read(&bytes);
        }
    }
    if let Ok(state) = serde_json::from_slice::<ReportState>(data) {
        let _ = state.table();
    }
    let _ = serde_json::from_slice::<Report>(data);
    let _ = serde_json::from_slice::<Replayed>(data);
    let _ = serde_json::from_slice::<TicketTracker>(data);
}

fn read(bytes: &[u8]) {
    if let Ok(state) = ReportState::from_bytes(bytes) {
        let written = state.to_bytes();
        let again = ReportState::from_bytes(&written).unwrap();
        assert_eq!(again.to_bytes(), written);
        let _ = state.table();
        let mut twice = state;
        twice.merge(again).unwrap();
        let _ = twice.table();
    }
    if let Ok(queue) = DueQueue::from_bytes(bytes) {
        assert_eq!(DueQueue::from_bytes(&queue.to_bytes()).unwrap(), queue);
    }
    if let Ok(tracker) = TicketTracker::from_bytes(bytes) {
        assert_eq!(TicketTracker::from_bytes(&tracker.to_bytes()).unwrap(), tracker);
        let _ = Replay::new(Timestamp::MAX).metrics(&tracker, tracker.last_at());
    }
    if let Ok(tally) = KpiTally::from_bytes(bytes) {
        let _ = tally.estimates(0.95);
        assert_eq!(KpiTally::from_bytes(&tally.to_bytes()).unwrap(), tally);
    }
}
