//! Phone and chat queues: contacts that wait for somebody to pick up, and agents on duty.

mod contact;
mod shift;

pub use contact::QueueContact;
pub use shift::AgentShift;
