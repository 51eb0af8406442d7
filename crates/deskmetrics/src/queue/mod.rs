//! Phone and chat queues: contacts that wait for an agent, and agents on duty.

mod contact;
mod shift;

pub use contact::QueueContact;
pub use shift::AgentShift;
