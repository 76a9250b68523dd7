//! Why an import did not happen, or not to its end.

use std::fmt;

use api::language::{Language, Words};
use commands::{CommandError, World};
use domain::identity::subscription;
use domain::shared::{Currency, Money};

use crate::companies;

/// Why an import failed or is incomplete. What was imported stays, and repeating the import goes on from
/// there.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No company has this short name.
    #[error("there is no company {slug}")]
    UnknownCompany {
        /// The short name.
        slug: String,
    },
    /// The company has no branch of this name.
    #[error("there is no branch {name}")]
    UnknownBranch {
        /// The name.
        name: String,
    },
    /// The branch is closed, and nothing is begun there.
    #[error("the branch {name} is closed")]
    ClosedBranch {
        /// Its name.
        name: String,
    },
    /// The company may not place orders.
    #[error("the company may not place orders: {0}")]
    NotCovered(subscription::Error),
    /// The branch trades in something else than the files.
    #[error("the branch trades in {branch}, the files are in {files}")]
    ForeignCurrency {
        /// What the branch trades in.
        branch: Currency,
        /// What the prices of the files are in.
        files: Currency,
    },
    /// A file cannot be read at all.
    #[error("could not read {file}")]
    File {
        /// The file.
        file: String,
        /// The message of the system.
        #[source]
        source: std::io::Error,
    },
    /// A file of a menu is none.
    #[error(transparent)]
    Unreadable(#[from] exchange::Unreadable),
    /// The files have rows that cannot be imported; nothing was written.
    #[error("{n_reasons} errors in the files, nothing was written")]
    BadRows {
        /// How many.
        n_reasons: usize,
    },
    /// A rule refused one of the commands.
    #[error("{what} was refused: {reason}")]
    Refused {
        /// What was to be done.
        what: String,
        /// The message of the rule.
        reason: String,
    },
    /// The menu changed between pricing and placing.
    #[error(
        "order {reference} was placed at {placed} instead of {expected}: a price of the menu \
         changed meanwhile"
    )]
    OtherTotal {
        /// The order.
        reference: String,
        /// What it costs now.
        placed: Money,
        /// The message about the file.
        expected: Money,
    },
    /// A technical failure that lasts longer than the import retries.
    #[error(transparent)]
    World(#[from] World),
    /// The database failed.
    #[error("the database refused")]
    Database(#[from] sqlx::Error),
    /// The report could not be read.
    #[error("could not read the report")]
    Report(#[from] projections::ReadError),
    /// A read model did not reach the end of the log.
    #[error("the consumer {consumer} has stopped: {reason}")]
    Consumer {
        /// Which.
        consumer: &'static str,
        /// Its message.
        reason: String,
    },
    /// The company of a private import could not be set up.
    #[error("could not set up the company")]
    Company(#[from] companies::Error),
    /// A private database could not be made.
    #[error("could not start a private database: {0}")]
    Private(String),
    /// Only a private import can do without a database.
    #[error("no database address was given")]
    NoInstallation,
    /// The report has no sums although everything was imported.
    #[error("the sales report is empty")]
    NoFigures,
    /// A signal ended it: Ctrl-C, or SIGTERM.
    #[error("interrupted")]
    Interrupted,
    /// Standard output is closed.
    #[error("could not write the result")]
    Output(#[from] std::io::Error),
}

impl Error {
    /// What became of a command that should have worked.
    pub(crate) fn of_command<R: fmt::Display>(what: String, error: CommandError<R>) -> Self {
        match error {
            CommandError::World(world) => Self::World(world),
            other => Self::Refused { what, reason: other.to_string() },
        }
    }

    /// For people; what only an operator understands is in English.
    fn words(&self) -> Words {
        let english = self.to_string();
        let spanish = match self {
            Self::UnknownCompany { slug } => format!("no existe la empresa {slug}"),
            Self::UnknownBranch { name } => format!("no existe la sucursal {name}"),
            Self::ClosedBranch { name } => format!("la sucursal {name} está cerrada"),
            Self::NotCovered(why) => format!("la empresa no puede recibir pedidos: {why}"),
            Self::ForeignCurrency { branch, files } => {
                format!("la sucursal vende en {branch} y los archivos están en {files}")
            }
            Self::File { file, .. } => format!("no se pudo leer {file}"),
            Self::Unreadable(exchange::Unreadable::TooLarge) => {
                "el archivo es demasiado grande".to_owned()
            }
            Self::Unreadable(exchange::Unreadable::Damaged(_)) => {
                "el archivo está dañado".to_owned()
            }
            Self::BadRows { n_reasons } => {
                format!("{n_reasons} errores en los archivos, no se escribió nada")
            }
            Self::Refused { what, reason } => format!("se rechazó {what}: {reason}"),
            Self::OtherTotal { reference, placed, expected } => format!(
                "el pedido {reference} quedó en {placed} y no en {expected}: mientras tanto cambió \
                 un precio del menú"
            ),
            Self::NoInstallation => "falta la dirección de la base de datos".to_owned(),
            Self::Interrupted => "se interrumpió".to_owned(),
            _ => english.clone(),
        };
        Words::new(spanish, english)
    }
}

/// An [`Error`] in the language of who asked for the import.
#[derive(Debug)]
pub struct Failure {
    pub(crate) language: Language,
    /// What happened.
    pub error: Error,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.error.words().in_language(self.language))
    }
}

impl std::error::Error for Failure {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.error.source()
    }
}
