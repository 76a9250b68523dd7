//! Conditions of many decisions: where the actor may act, and what the subscription of the company covers.
//! Each guard is a method of the unit of work, which an intent calls once it has read the streams that the
//! guard needs.

mod branch;
mod subscription;
