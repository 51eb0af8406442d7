//! A number for everything that decides what the state of a tracker means.

use std::io;

use serde::Serialize;

use super::clocks::ScheduleRules;
use super::options::ReplayOptions;
use crate::sla::SlaPolicies;
use crate::ticket::Attribute;

/// The version of the state. It changes with every change of how events are counted, so that trackers of another version of the
/// library are refused.
const STATE: u32 = 2;

/// What a replay is made of, except its cut-off.
#[derive(Serialize)]
pub(crate) struct ReplayRules<'a> {
    pub(crate) options: &'a ReplayOptions,
    pub(crate) schedules: ScheduleRules<'a>,
    /// `None` if no verdicts are required.
    pub(crate) policies: Option<&'a SlaPolicies>,
    pub(crate) explain: bool,
    pub(crate) needs: u16,
    pub(crate) watched: &'a [Attribute],
    pub(crate) actors: Vec<Attribute>,
}

impl ReplayRules<'_> {
    /// Equal for equal rules, in every process.
    pub(crate) fn fingerprint(&self) -> u64 {
        let mut hash = Hash(0xcbf2_9ce4_8422_2325);
        // With the names of fields, since fields without a value are not written.
        let mut writer = rmp_serde::Serializer::new(&mut hash).with_struct_map();
        // Writing to a hash cannot fail, and MessagePack supports every type here.
        let _ = (STATE, self).serialize(&mut writer);
        hash.0
    }
}

/// FNV-1a.
struct Hash(u64);

impl io::Write for Hash {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 =
            bytes.iter().fold(self.0, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
