//! The program as a process with a private PostgreSQL; both fail while clients place orders. Tests
//! named `f08_…` prove the rows of `docs/promises.md`.

mod authority;
mod hang;
mod lost_answers;
mod lost_commits;
mod overload;
mod peers;
mod peers_tls;
mod rebuild;
mod restarts;
mod rolling_restart;
mod shortage;
mod soak;
mod two_servers;
