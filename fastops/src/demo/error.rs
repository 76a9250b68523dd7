//! Why the demo does not run.

use std::io;
use std::net::SocketAddr;

use api::auth::password::PasswordError;
use projections::ReadError;

use super::data_dir::DataDirError;
use super::restaurant::OpeningError;
use crate::processes::ops::OpsError;
use crate::processes::server::ServeError;
use crate::schema::SchemaError;
use crate::{cluster, companies};

/// Why the demo could not run.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// Its folder cannot be used.
    #[error(transparent)]
    DataDir(#[from] DataDirError),
    /// The address is taken, or not this machine's.
    #[error("no se pudo escuchar en {address} (could not listen there)")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// The message of the system.
        #[source]
        source: io::Error,
    },
    /// The address for health and metrics is taken.
    #[error(transparent)]
    Ops(#[from] OpsError),
    /// The private PostgreSQL does not run.
    #[error(transparent)]
    Cluster(#[from] cluster::Error),
    /// The schema could not be made.
    #[error(
        "no se pudo preparar la base de datos de la demo; si la creó otra versión de FastOps, borre la \
         carpeta o use otro --data-dir (could not prepare the demo's database; if another version of \
         FastOps made it, delete the folder or use another --data-dir)"
    )]
    Schema(#[from] SchemaError),
    /// The owner's password could not be hashed.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The company could not be set up.
    #[error(transparent)]
    Company(#[from] companies::Error),
    /// The server did not start.
    #[error(transparent)]
    Serve(#[from] ServeError),
    /// The restaurant could not be opened.
    #[error(transparent)]
    Opening(#[from] OpeningError),
    /// The log could not be read.
    #[error(transparent)]
    Log(#[from] event_store::Error),
    /// The read models could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// Standard output is closed.
    #[error("could not write that the demo is ready")]
    Output(#[source] io::Error),
}
