//! The rules of a restaurant company: pure, synchronous, without clock, network or randomness.
//!
//! Every aggregate is a [`Decider`]: `decide` turns a state and a command into events or a refusal,
//! `evolve` turns a state and an event into the next state. The command has whatever a decision
//! needs (time, ids, prices). Contexts, in reading order:
//!
//! - [`shared`]: ids, money, quantity, names, the business day
//! - [`identity`]: tenants, subscriptions, branches, devices, users, roles and permissions
//! - [`catalog`]: categories, products, modifiers, price lists, tax profiles, what a branch sells
//! - [`inventory`]: stock items, recipes, the stock of a branch
//! - [`taxes`]: what is taxed, as data of a country or a company
//! - [`pricing`]: what an order costs
//! - [`orders`]: the order and its payments, number series
//! - [`claim`]: uniqueness over sets
//! - [`schemas`]: the JSON Schemas of stored events

pub mod catalog;
pub mod claim;
pub mod decider;
pub mod event;
pub mod identity;
pub mod inventory;
pub mod orders;
pub mod pricing;
pub mod schemas;
pub mod shared;
pub mod taxes;
#[cfg(any(test, feature = "testing"))]
pub mod testing;

pub use decider::{Decider, SnapshotFormat};
