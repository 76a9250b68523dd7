//! Reports.

use domain::identity::permission::markers::ReportSales;
use domain::shared::BranchId;
use poem_openapi::param::Query;
use poem_openapi::{Enum, Object, OpenApi};
use projections::catalog::Catalog;
use projections::sales::Sales;
use projections::sales::report::{
    Group, GroupBy, SalesFilter, SalesPlace, SalesRow, TaxRow, sales,
};
use serde::Serialize;
use uuid::Uuid;

use crate::access::Can;
use crate::cursor::QueryFingerprint;
use crate::date::Date;
use crate::operations::model::{InclusionBody, MoneySumBody};
use crate::operations::paging::page;
use crate::operations::period;
use crate::operations::refusal::unread;
use crate::operations::{Part, Services};
use crate::page_size::PageSize;
use crate::payload::Json;
use crate::position::PositionToken;
use crate::problem::Problem;

/// Operations that report on a company's business.
pub(super) struct Reports(pub(super) Services);

/// What the rows of a report are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[oai(rename = "SalesGroup", rename_all = "snake_case")]
enum GroupByBody {
    /// One row for everything.
    Total,
    /// A row per business date.
    Day,
    /// A row per hour of the branch's clock.
    Hour,
    /// A row per category.
    Category,
    /// A row per product.
    Product,
    /// A row per variant of a product.
    Variant,
    /// A row per modifier that was chosen.
    Modifier,
}

/// Sales of a period. A sale counts when its order is paid, on that business date.
#[derive(Object, Serialize)]
struct SalesReport {
    /// The rows; amounts of different currencies have rows of their own.
    data: Vec<SalesLine>,
    /// The taxes of all sales of the period, on every page the same.
    taxes: Vec<TaxLine>,
    /// What to send as `cursor` for the rows after these; null when there are none.
    next_cursor: Option<String>,
    /// The position in the log that the report was made from: every event up to there is in it.
    made_from: Option<PositionToken>,
}

/// One row of a sales report.
#[derive(Object, Serialize)]
struct SalesLine {
    /// What the row is about: a date, an hour, a name; `total` for everything.
    group: String,
    /// The id of the category, product, variant or modifier.
    group_id: Option<Uuid>,
    /// How many orders; none where one order can be in several rows.
    orders: Option<u64>,
    /// How many lines.
    lines: u64,
    /// How many pieces.
    items: u64,
    /// What guests paid, taxes included. That of a modifier is a part of what its products brought.
    gross: MoneySumBody,
    /// What was sold as a part of combos, which is not in the figures beside it; absent where the row is not
    /// about products.
    #[oai(skip_serializing_if_is_none)]
    #[serde(skip_serializing_if = "Option::is_none")]
    in_combos: Option<InCombosBody>,
}

/// What was sold as a part of combos.
#[derive(Object, Serialize)]
#[oai(rename = "SalesInCombos")]
struct InCombosBody {
    /// How many pieces.
    items: u64,
    /// Their shares in what the combos cost, taxes included.
    gross: MoneySumBody,
}

/// The sums of a tax.
#[derive(Object, Serialize)]
#[oai(rename = "SalesTax")]
struct TaxLine {
    /// Its code in the tax profile.
    code: String,
    /// Its rate in millionths: 80000 is 8 %.
    rate: u32,
    /// Whether prices include it.
    inclusion: InclusionBody,
    /// How many orders bear it.
    orders: u64,
    /// What it is taken on.
    base: MoneySumBody,
    /// The tax.
    amount: MoneySumBody,
}

#[OpenApi(prefix_path = "/v1/reports", tag = "Part::Reports")]
impl Reports {
    /// Report the sales of a period.
    ///
    /// A caller bound to some branches has to filter by one of them.
    #[oai(path = "/sales", method = "get", operation_id = "reportSales")]
    #[expect(clippy::too_many_arguments, reason = "each is a parameter of the query")]
    async fn sales(
        &self,
        by: Can<ReportSales>,
        /// The first business date.
        from: Query<Date>,
        /// The last business date.
        to: Query<Date>,
        /// Only sales of this branch.
        branch_id: Query<Option<Uuid>>,
        /// The grouping of the rows; one row for everything by default.
        group_by: Query<Option<GroupByBody>>,
        limit: Query<PageSize>,
        cursor: Query<Option<String>>,
        after: Query<Option<PositionToken>>,
    ) -> Result<Json<SalesReport>, Problem> {
        let (Date(from), Date(to)) = (from.0, to.0);
        period::in_order(Some(from), Some(to))?;
        let branch = branch_id.0.map(BranchId::from_uuid);
        let group_by: GroupBy = group_by.0.unwrap_or(GroupByBody::Total).into();
        let filter = SalesFilter { branch, from, to };
        let asked = format!("{filter:?} {group_by:?}");
        let query = QueryFingerprint::of("reportSales", &[("filter", &asked)]);
        let place: Option<SalesPlace> = self.0.place(&by.caller, query, cursor.as_deref())?;
        let consumers = [Sales::NAME, Catalog::NAME];
        let mut tx = self.0.read(&by.caller, after.0, &consumers).await?;
        period::of_branch(&mut tx, &by.caller, branch).await?;
        let report = sales(&mut tx, filter, group_by).await.map_err(unread)?;
        let made_from = report.made_from;
        let made_from = made_from.map(|place| self.0.token(by.caller.tenant, place.position));
        let rows = report.rows.into_iter();
        let rows = rows.filter(|row| place.as_ref().is_none_or(|place| row.place() > *place));
        let page = page(rows, *limit, SalesRow::place);
        let next_cursor = self.0.cursor(&by.caller, query, page.next.as_ref());
        let data = page.rows.into_iter().map(Into::into).collect();
        let taxes = report.taxes.into_iter().map(Into::into).collect();
        Ok(Json(SalesReport { data, taxes, next_cursor, made_from }))
    }
}

impl From<GroupByBody> for GroupBy {
    fn from(group_by: GroupByBody) -> Self {
        match group_by {
            GroupByBody::Total => Self::Total,
            GroupByBody::Day => Self::Day,
            GroupByBody::Hour => Self::Hour,
            GroupByBody::Category => Self::Category,
            GroupByBody::Product => Self::Product,
            GroupByBody::Variant => Self::Variant,
            GroupByBody::Modifier => Self::Modifier,
        }
    }
}

impl From<SalesRow> for SalesLine {
    fn from(row: SalesRow) -> Self {
        let (group, group_id) = match row.group {
            Group::Total => ("total".to_owned(), None),
            Group::Day(date) => (date.to_string(), None),
            Group::Hour(hour) => (format!("{hour:02}"), None),
            Group::Category { id, name } => {
                (name.map(String::from).unwrap_or_default(), Some(id.uuid()))
            }
            Group::Product { id, name } => (name.into(), Some(id.uuid())),
            Group::Variant { id, name, product_name, .. } => {
                (format!("{product_name}, {name}"), Some(id.uuid()))
            }
            Group::Modifier { id, name, group_name, .. } => {
                (format!("{group_name}, {name}"), Some(id.uuid()))
            }
        };
        Self {
            group,
            group_id,
            orders: row.n_orders,
            lines: row.n_lines,
            items: row.n_items,
            gross: row.gross.into(),
            in_combos: row
                .in_combos
                .map(|sold| InCombosBody { items: sold.n_items, gross: sold.gross.into() }),
        }
    }
}

impl From<TaxRow> for TaxLine {
    fn from(row: TaxRow) -> Self {
        Self {
            code: row.code.into(),
            rate: row.rate,
            inclusion: row.inclusion.into(),
            orders: row.n_orders,
            base: row.base.into(),
            amount: row.amount.into(),
        }
    }
}
