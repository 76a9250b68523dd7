//! Consumers and read models on a real database, from literal events.

#![expect(clippy::unwrap_used, reason = "what cannot be set up fails the test")]

mod catalog;
mod consumers;
mod faults;
mod history;
mod inventory;
mod kitchen_board;
mod later_release;
mod lost_commits;
mod order_menu;
mod orders;
mod parking;
mod prices;
mod products;
mod random_menu;
mod random_stock;
mod read_by;
mod read_db;
mod rebuild;
mod row_security;
mod sales;
mod tail;
mod watchdog;
mod world;
