//! The details of a company to be set up, from the command line.

use chrono::{DateTime, Utc};
use commands::identity::{NewCompany, Person};
use domain::shared::email::{EmailAddress, EmailError};
use domain::shared::{Name, NameError, Slug, SlugError};

use super::plan::FirstSubscription;

/// A company to be set up, as given on the command line.
#[derive(clap::Args, Debug)]
pub struct CompanyDetails {
    /// The name on its tickets.
    #[arg(long)]
    name: String,

    /// Its short name: 2 to 40 of a-z, 0-9 and inner hyphens.
    #[arg(long)]
    slug: String,

    /// What its first administrator is called.
    #[arg(long)]
    administrator: String,

    /// The administrator's e-mail address.
    #[arg(long)]
    email: String,

    #[command(flatten)]
    subscription: FirstSubscription,
}

/// Why no company can be set up with these details.
#[derive(Debug, thiserror::Error)]
pub enum DetailsError {
    /// The name of the company, the administrator or the plan is not one.
    #[error("a name cannot be used")]
    Name(#[from] NameError),
    /// The short name is not one.
    #[error(transparent)]
    Slug(#[from] SlugError),
    /// The address is not one.
    #[error(transparent)]
    Email(#[from] EmailError),
}

impl CompanyDetails {
    /// The company that these describe; a trial begins at `now`.
    pub fn company(self, now: DateTime<Utc>) -> Result<NewCompany, DetailsError> {
        let email = EmailAddress::parse(&self.email)?.as_str().to_owned();
        Ok(NewCompany {
            name: Name::parse(&self.name)?,
            slug: Slug::parse(&self.slug)?,
            administrator: Person { name: Name::parse(&self.administrator)?, email },
            subscription: self.subscription.change(now)?,
        })
    }
}
