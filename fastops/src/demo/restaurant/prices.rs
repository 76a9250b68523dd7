//! Taxes, sales channels, price lists, and what has run out.

use chrono::NaiveDate;
use commands::Revision;
use commands::catalog::{
    Affected, Change, ChangeAvailability, DraftPriceList, PublishPriceList, PutChannel,
};
use commands::identity::SetTaxRegime;
use domain::catalog::channel::{Channel, Kind};
use domain::catalog::price_list::{Entry, List, Subject};
use domain::identity::branch::{ProfileSource, TaxRegime};
use domain::shared::{BranchId, Code, Name, ProductId};
use domain::taxes::builtin::Country;
use futures_util::future::try_join_all;

use super::ids::{Ids, named};
use super::once::{OpeningError, once, once_as};
use super::{BRANCHES, Restaurant};
use crate::demo::menu::price_lists::{ListedVariant, PriceList};
use crate::demo::staff::Staff;

/// The tax regimes of [`BRANCHES`], by their codes in Colombia's profile: both charge the consumption tax,
/// and the second one VAT on what it sells as it was bought.
const REGIMES: [&str; BRANCHES.len()] = ["inc", "inc_iva"];

/// The product that has run out in the second branch.
const RUN_OUT: &str = "Limonada de coco";

/// From this day on the regimes and the price lists hold: Colombia's profile begins with it.
fn first_day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2023, 1, 1).expect("the constant is a day")
}

/// The platform that brings some of the deliveries.
pub(in crate::demo) fn rappi() -> Channel {
    Channel::parse("rappi").expect("the constant is a code")
}

impl Restaurant {
    /// Puts the branches under their tax regimes and names the company's own channel.
    pub(super) async fn set_terms(&self, staff: &Staff) -> Result<(), OpeningError> {
        let regimes = REGIMES.into_iter().zip(&self.branches).map(|(regime, branch)| {
            once_as(staff, "command/tax-regime", branch.uuid(), tax_regime(*branch, regime))
        });
        try_join_all(regimes).await?;
        let name = Name::parse("Rappi").expect("the constant is a name");
        let put = PutChannel { channel: rappi(), kind: Kind::Aggregator, name };
        once(staff, named(self.tenant, "channel", rappi()), put).await?;
        Ok(())
    }

    /// Publishes the price lists, one after another: each is compared with those before it.
    pub(super) async fn publish_prices(&self, staff: &Staff) -> Result<(), OpeningError> {
        for list in &self.menu.price_lists {
            let id = self.ids.price_list(&list.name);
            let draft = DraftPriceList { list: id, attributes: self.list(list) };
            once(staff, id.uuid(), draft).await?;
            once_as(staff, "command/publish", id.uuid(), PublishPriceList { list: id }).await?;
        }
        Ok(())
    }

    fn list(&self, list: &PriceList) -> List {
        let entry = |ListedVariant { product, variant, price }: &ListedVariant| {
            let (variant, product) =
                (self.ids.variant(product, variant), self.ids.product(product));
            Entry { subject: Subject::Variant { product, variant }, price: *price }
        };
        List {
            name: list.name.clone(),
            conditions: list.conditions.clone(),
            valid_from: first_day(),
            entries: list.prices.iter().map(entry).collect(),
        }
    }

    /// Takes what has run out from the menu of its branch, until a user puts it back.
    pub(super) async fn run_out(&self, staff: &Staff) -> Result<(), OpeningError> {
        let product = run_out(self.ids);
        let (branch, change) = (self.branches[1], Change::Snooze(None));
        let affected = Affected::Product(product);
        let snooze = ChangeAvailability { branch, affected, change };
        once_as(staff, "command/run-out", product.uuid(), snooze).await?;
        Ok(())
    }
}

/// What has run out in the second branch.
pub(super) fn run_out(ids: Ids) -> ProductId {
    ids.product(&Name::parse(RUN_OUT).expect("the constant is a name"))
}

fn tax_regime(branch: BranchId, regime: &str) -> SetTaxRegime {
    let regime = TaxRegime {
        from: first_day(),
        profile: ProfileSource::Builtin(Country::Colombia),
        regime: Code::parse(regime).expect("the constants are codes"),
    };
    // One that users have changed since it was opened is theirs.
    SetTaxRegime { branch, seen: Revision::new(1), regime }
}
