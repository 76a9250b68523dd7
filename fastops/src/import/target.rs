//! Where past sales go: a company and one of its branches.

use chrono::{DateTime, Utc};
use commands::Commands;
use commands::identity::OpenBranch;
use domain::claim::{self, Claim, ClaimId, Named};
use domain::identity::Branch;
use domain::identity::branch::{Details, TaxRegimes};
use domain::identity::subscription::{self, Module, Subscription};
use domain::shared::{BranchId, BusinessCalendar, BusinessDay, CutOff, Name, TenantId};
use sqlx::PgPool;
use uuid::Uuid;

use super::error::Error;
use super::importing::Importing;
use super::pizza_place;
use super::source::Source;

/// The company with a short name.
pub(crate) async fn company(app: &PgPool, slug: &str) -> Result<TenantId, Error> {
    let tenant: Option<Uuid> =
        sqlx::query_scalar("SELECT company_by_slug($1)").bind(slug).fetch_one(app).await?;
    tenant.map(TenantId::from_uuid).ok_or_else(|| Error::UnknownCompany { slug: slug.to_owned() })
}

/// A branch, or the one that the import would open.
#[derive(Debug, Clone)]
pub(super) struct Target {
    pub(super) branch: BranchId,
    pub(super) details: Details,
    pub(super) is_there: bool,
    pub(super) is_closed: bool,
}

impl Target {
    /// The branch of this name.
    pub(super) async fn named(
        commands: &Commands,
        tenant: TenantId,
        name: &str,
    ) -> Result<Self, Error> {
        let unknown = || Error::UnknownBranch { name: name.to_owned() };
        let parsed = Name::parse(name).map_err(|_| unknown())?;
        // Looking changes nothing; any source will do.
        let looking = Importing::new(commands.clone(), tenant, Source::pizza_place(tenant));
        find(&looking, &parsed).await?.ok_or_else(unknown)
    }

    /// The branch of the pizza files, opened or yet to be.
    pub(super) async fn pizza_place(importing: &Importing) -> Result<Self, Error> {
        let planned = Self::pizza_place_yet_to_be(importing.source);
        let files = pizza_place::CURRENCY;
        match find(importing, &planned.details.name).await? {
            Some(target) if target.details.currency == files => Ok(target),
            Some(target) => Err(Error::ForeignCurrency { branch: target.details.currency, files }),
            None => Ok(planned),
        }
    }

    /// The branch of the pizza files as it will be opened.
    pub(super) fn pizza_place_yet_to_be(source: Source) -> Self {
        let branch = BranchId::from_uuid(source.id("branch", &[]));
        let (is_there, is_closed) = (false, false);
        Self { branch, details: Self::planned_details(), is_there, is_closed }
    }

    /// What the branch of the pizza files will be like.
    pub(super) fn planned_details() -> Details {
        let (time_zone, cut_off) = (pizza_place::TIME_ZONE, CutOff::MIDNIGHT);
        Details {
            name: Name::parse(pizza_place::BRANCH).expect("it is a name"),
            address: None,
            currency: pizza_place::CURRENCY,
            calendar: BusinessCalendar::new(BusinessDay { time_zone, cut_off }),
            tax_regimes: TaxRegimes::default(),
        }
    }

    /// Fails where orders cannot be placed: in a closed branch, or without a subscription that covers them.
    pub(super) async fn takes_orders(
        &self,
        importing: &Importing,
        now: DateTime<Utc>,
    ) -> Result<(), Error> {
        if self.is_closed {
            return Err(Error::ClosedBranch { name: self.details.name.to_string() });
        }
        let subscriptions = importing.states::<Subscription>([&importing.tenant()]).await?;
        let covers = |(state, _): &(subscription::State, _)| state.covers(Module::Orders, now);
        subscriptions.iter().try_for_each(covers).map_err(Error::NotCovered)
    }

    /// Opens the branch if the company does not have it yet.
    pub(super) async fn open(&self, importing: &Importing) -> Result<(), Error> {
        if self.is_there {
            return Ok(());
        }
        let Details { name, currency, calendar, .. } = self.details.clone();
        let BusinessDay { time_zone, cut_off } = calendar.first();
        let what = name.to_string();
        let open = OpenBranch { branch: self.branch, name, time_zone, currency, cut_off };
        let command = importing.source.command("open-branch", &[]);
        let opened = importing.execute(command, None, open).await;
        opened.map_err(|error| Error::of_command(what, error))?;
        Ok(())
    }
}

async fn find(importing: &Importing, name: &Name) -> Result<Option<Target>, Error> {
    let claim = ClaimId::of_name(Named::Branch, name);
    let claims = importing.states::<Claim>([&claim]).await?;
    let Some((claim::State::Held(holder), _)) = claims.first() else { return Ok(None) };
    let branch = BranchId::from_uuid(*holder);
    let branches = importing.states::<Branch>([&branch]).await?;
    let Some((state, _)) = branches.first() else { return Ok(None) };
    let is_closed = state.open().is_none();
    let there = |details| Target { branch, details, is_there: true, is_closed };
    Ok(state.details().cloned().map(there))
}
