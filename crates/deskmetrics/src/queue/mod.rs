//! Phone and chat queues: contacts and agents on duty.

mod contact;
mod shift;

pub use contact::QueueContact;
pub use shift::AgentShift;
