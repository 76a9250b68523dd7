//! What stands before a decision, whatever it is about: where its person may act, and what the company has
//! subscribed to. Each guard is a method of the unit of work, which an intent calls once it has read what
//! the guard looks at.

mod branch;
mod subscription;
