//! The container of stored objects: versioned, and checked against damage.
#![warn(clippy::indexing_slicing)]

use serde::Serialize;
use serde::de::DeserializeOwned;

/// The first bytes.
const MAGIC: [u8; 4] = *b"DKMS";

/// The version of the form; another one is refused.
const VERSION: u8 = 5;

/// Magic, version, kind, checksum of the rest.
const HEADER: usize = 10;

/// The most levels of lists and tables inside each other, as in JSON.
const MOST_LEVELS: usize = 128;

/// The kind of stored object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    State = 1,
    Tally = 2,
    Tracker = 3,
    Queue = 4,
    Trackers = 5,
}

/// Why bytes are not taken for a stored state, tally, tracker or queue.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StoredError {
    /// They are something else.
    #[error("the bytes are not a stored {expected}: pass the bytes of to_bytes")]
    Foreign {
        /// What was expected, such as a report state.
        expected: &'static str,
    },
    /// They were written by another version of the library.
    #[error(
        "the stored {expected} has version {found} of the form, this library reads version {known}: store it again"
    )]
    Version {
        /// What was expected, such as a report state.
        expected: &'static str,
        /// The version found.
        found: u8,
        /// The version read here.
        known: u8,
    },
    /// Some of them changed or are missing since they were written.
    #[error("the stored {expected} is damaged: its checksum is {found:08x}, not {stored:08x}")]
    Damaged {
        /// What was expected, such as a report state.
        expected: &'static str,
        /// The checksum of the bytes.
        found: u32,
        /// The checksum stored with them.
        stored: u32,
    },
    /// The checksum is right, but the content is not valid.
    #[error("the stored {expected} cannot be read: {why}")]
    Unreadable {
        /// What was expected, such as a report state.
        expected: &'static str,
        /// The reason.
        why: String,
    },
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::State => "report state",
            Self::Tally => "KPI tally",
            Self::Tracker => "ticket tracker",
            Self::Queue => "due queue",
            Self::Trackers => "set of ticket trackers",
        }
    }

    /// The settings, named since they may leave fields out, then the counts, by place since there are many.
    pub(crate) fn write(self, settings: &impl Serialize, counts: &impl Serialize) -> Vec<u8> {
        let mut bytes = vec![0; HEADER];
        let mut writer = rmp_serde::Serializer::new(&mut bytes).with_struct_map();
        // Writing to memory cannot fail, and MessagePack supports every type here: a test writes all.
        let _ = settings.serialize(&mut writer);
        let _ = counts.serialize(&mut rmp_serde::Serializer::new(&mut bytes));
        if let Some((header, rest)) = bytes.split_first_chunk_mut::<HEADER>() {
            let ([m0, m1, m2, m3], [s0, s1, s2, s3]) = (MAGIC, crc32fast::hash(rest).to_le_bytes());
            *header = [m0, m1, m2, m3, VERSION, self as u8, s0, s1, s2, s3];
        }
        bytes
    }

    pub(crate) fn read<S: DeserializeOwned, C: DeserializeOwned>(
        self,
        bytes: &[u8],
    ) -> Result<(S, C), StoredError> {
        let expected = self.name();
        let (header, rest) = bytes.split_first_chunk::<HEADER>().ok_or(StoredError::Foreign { expected })?;
        let [m0, m1, m2, m3, version, kind, sum @ ..] = *header;
        if [m0, m1, m2, m3] != MAGIC {
            return Err(StoredError::Foreign { expected });
        }
        if version != VERSION {
            return Err(StoredError::Version { expected, found: version, known: VERSION });
        }
        if kind != self as u8 {
            return Err(StoredError::Foreign { expected });
        }
        let (found, stored) = (crc32fast::hash(rest), u32::from_le_bytes(sum));
        if found != stored {
            return Err(StoredError::Damaged { expected, found, stored });
        }
        let unreadable = |error: rmp_serde::decode::Error| self.unreadable(&error);
        let mut reader = rmp_serde::Deserializer::from_read_ref(rest);
        reader.set_max_depth(MOST_LEVELS);
        let settings = S::deserialize(&mut reader).map_err(unreadable)?;
        Ok((settings, C::deserialize(&mut reader).map_err(unreadable)?))
    }

    pub(crate) fn unreadable(self, why: &impl ToString) -> StoredError {
        StoredError::Unreadable { expected: self.name(), why: why.to_string() }
    }
}
