//! Phone and chat queues: contacts that wait for somebody to pick up.

mod contact;

pub use contact::QueueContact;
