//! The sales report: sums of a period, altogether or per group.

use std::cmp::Reverse;

use chrono::NaiveDate;
use domain::shared::{
    BranchId, CategoryId, Code, ModifierGroupId, ModifierId, MoneySum, Name, ProductId, VariantId,
};
use domain::taxes::Inclusion;
use serde::{Deserialize, Serialize};
use sqlx::postgres::PgRow;
use sqlx::{Postgres, QueryBuilder};
use uuid::Uuid;

use super::{Sales, by_hour, by_modifier, by_tax, by_variant};
use crate::read_db::{LogPlace, ReadError, TenantTx};
use crate::row::FromColumns;

/// Which sales count.
#[derive(Debug, Clone, Copy)]
pub struct SalesFilter {
    /// Of this branch; none means all.
    pub branch: Option<BranchId>,
    /// From this business date on.
    pub from: NaiveDate,
    /// Up to and with this business date.
    pub to: NaiveDate,
}

/// The grouping of the sums. Amounts of different currencies are never added: each has its own row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupBy {
    /// Everything together.
    Total,
    /// Per business date, the earliest first.
    Day,
    /// Per hour of the branch's clock, over all days, from 0.
    Hour,
    /// Per category, the highest gross first.
    Category,
    /// Per product, the highest gross first.
    Product,
    /// Per variant of a product, the highest gross first.
    Variant,
    /// Per modifier, the highest gross first.
    Modifier,
}

/// What one row of a report is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Group {
    /// Everything.
    Total,
    /// A business date.
    Day(NaiveDate),
    /// An hour of the branch's clock, 0 to 23.
    Hour(u8),
    /// A category, as it was when the line was sold.
    Category {
        /// Its id.
        id: CategoryId,
        /// Its name in the menu; none while the menu's read model does not have it yet.
        name: Option<Name>,
    },
    /// A product.
    Product {
        /// Its id.
        id: ProductId,
        /// Its name when it was last sold in the period.
        name: Name,
    },
    /// A variant of a product.
    Variant {
        /// Its id.
        id: VariantId,
        /// Its name when it was last sold in the period.
        name: Name,
        /// Its product.
        product: ProductId,
        /// The product's name when it was last sold in the period.
        product_name: Name,
    },
    /// A modifier; its gross is a part of that of the products that it was chosen with.
    Modifier {
        /// Its id.
        id: ModifierId,
        /// Its name when it was last sold in the period.
        name: Name,
        /// Its group.
        group: ModifierGroupId,
        /// The group's name when it was last sold in the period.
        group_name: Name,
    },
}

/// What was sold as children of combos. It is not in the sums beside it: those are of lines, and a combo
/// is a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InCombos {
    /// How many pieces.
    pub n_items: u64,
    /// Their shares in what the combos cost, taxes included.
    pub gross: MoneySum,
}

/// The sums of one tax in one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaxRow {
    /// Its code in the tax profile.
    pub code: Code,
    /// Its rate in millionths.
    pub rate: u32,
    /// Whether prices include it.
    pub inclusion: Inclusion,
    /// How many orders bear it.
    pub n_orders: u64,
    /// What it is taken on.
    pub base: MoneySum,
    /// The tax.
    pub amount: MoneySum,
}

/// The sums of one group in one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SalesRow {
    /// What it is about.
    pub group: Group,
    /// How many orders; none where one order can be in several groups.
    pub n_orders: Option<u64>,
    /// How many lines.
    pub n_lines: u64,
    /// How many pieces.
    pub n_items: u64,
    /// What guests paid, taxes included.
    pub gross: MoneySum,
    /// What was sold as children of combos; none where rows are not about products.
    pub in_combos: Option<InCombos>,
}

/// The position of a row in its report; the rows of a report are sorted by it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum SalesPlace {
    /// By the group, a date or an hour, and the currency.
    Group(String, String),
    /// By the currency, then by gross, the highest first, as the upper and lower 64 bits, then by the ids.
    Ranked(String, Reverse<(i64, u64)>, Uuid, Uuid),
}

/// An answer, and what it is based on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SalesReport {
    /// The groups with sales, in the order of [`GroupBy`].
    pub rows: Vec<SalesRow>,
    /// The taxes of all of them, by currency, code and rate.
    pub taxes: Vec<TaxRow>,
    /// Every event up to here is counted, and none after it; none when no event was ever counted.
    pub made_from: Option<LogPlace>,
}

/// Reports the sales of a period.
pub async fn sales(
    tx: &mut TenantTx,
    filter: SalesFilter,
    group_by: GroupBy,
) -> Result<SalesReport, ReadError> {
    let rows = match group_by {
        GroupBy::Total | GroupBy::Day | GroupBy::Hour => {
            by_hour::sums(tx, group_by, filter).await?
        }
        GroupBy::Category | GroupBy::Product | GroupBy::Variant => {
            by_variant::sums(tx, group_by, filter).await?
        }
        GroupBy::Modifier => by_modifier::sums(tx, filter).await?,
    };
    let taxes = by_tax::sums(tx, filter).await?;
    Ok(SalesReport { rows, taxes, made_from: tx.place_of(Sales::NAME).await? })
}

impl SalesFilter {
    /// Adds itself to a query over a table of sales.
    pub(super) fn push_to(self, query: &mut QueryBuilder<Postgres>, tenant: Uuid) {
        query.push(" WHERE tenant_id = ").push_bind(tenant);
        query.push(" AND business_date >= ").push_bind(self.from);
        query.push(" AND business_date <= ").push_bind(self.to);
        if let Some(branch) = self.branch {
            query.push(" AND branch_id = ").push_bind(branch.uuid());
        }
    }
}

impl SalesRow {
    /// The position of the row in its report.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a half each")]
    pub fn place(&self) -> SalesPlace {
        let currency = self.gross.currency().code().to_owned();
        let ids = match &self.group {
            Group::Total => return SalesPlace::Group(String::new(), currency),
            Group::Day(date) => return SalesPlace::Group(date.to_string(), currency),
            Group::Hour(hour) => return SalesPlace::Group(format!("{hour:02}"), currency),
            Group::Category { id, .. } => (id.uuid(), Uuid::nil()),
            Group::Product { id, .. } => (id.uuid(), Uuid::nil()),
            Group::Variant { id, product, .. } => (product.uuid(), id.uuid()),
            Group::Modifier { id, group, .. } => (group.uuid(), id.uuid()),
        };
        let gross = self.gross.amount();
        let gross = Reverse(((gross >> 64) as i64, gross as u64));
        SalesPlace::Ranked(currency, gross, ids.0, ids.1)
    }

    /// A row of a query that names its sums after the fields here.
    pub(super) fn of(
        group: Group,
        n_orders: Option<u64>,
        row: &PgRow,
    ) -> Result<Self, sqlx::Error> {
        Ok(Self {
            group,
            n_orders,
            n_lines: FromColumns::read(row, "n_lines")?,
            n_items: FromColumns::read(row, "n_items")?,
            gross: FromColumns::read(row, "gross")?,
            in_combos: None,
        })
    }
}
