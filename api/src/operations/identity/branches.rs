//! Branches.

use chrono::NaiveDate;
use commands::Revision;
use commands::identity::{ChangeBusinessDay, CloseBranch, OpenBranch, ReopenBranch, ReviseBranch};
use domain::identity::Branch;
use domain::identity::branch::{Details, Event};
use domain::identity::permission::markers::{BranchClose, BranchOpen, BranchRead, BranchUpdate};
use domain::shared::{BranchId, BusinessDay, BusinessDayChange};
use poem_openapi::param::{Path, Query};
use poem_openapi::{Object, OpenApi};
use projections::catalog::{Catalog, branches};
use serde::Serialize;
use uuid::Uuid;

use crate::access::Can;
use crate::cursor::QueryFingerprint;
use crate::operations::answer::{Changed, Created, Done, Found, List};
use crate::operations::currency::CurrencyBody;
use crate::operations::fields::Fields;
use crate::operations::identity::refusal;
use crate::operations::identity::tax_regimes::TaxRegimeBody;
use crate::operations::model::{AddressBody, Revised, Settled};
use crate::operations::refusal::unread;
use crate::operations::{Part, Services};
use crate::page_size::PageSize;
use crate::payload::Json;
use crate::position::PositionToken;
use crate::preconditions::{IdempotencyKey, IfMatch};
use crate::problem::{Code, Problem};

/// The operations about branches.
pub(super) struct Branches(pub(super) Services);

/// A branch to be.
#[derive(Object)]
struct NewBranch {
    /// Its name, unique in the company.
    #[oai(validator(min_length = 1, max_length = 96))]
    name: String,
    /// The zone of its clock, a name of the IANA database. There is no default.
    #[oai(validator(max_length = 64))]
    time_zone: String,
    /// What it trades in.
    currency: CurrencyBody,
    /// When its business day begins, 00:00 to 12:00 by its clock.
    #[oai(validator(pattern = "^[0-2][0-9]:[0-5][0-9]$"))]
    cut_off: String,
}

/// What a branch should be like.
#[derive(Object)]
struct BranchRevision {
    /// Its name, unique in the company.
    #[oai(validator(min_length = 1, max_length = 96))]
    name: String,
    /// Where it is; absent if not given.
    address: Option<AddressBody>,
}

/// How a branch should count its days.
#[derive(Object)]
struct NewBusinessDay {
    /// The first business date that is counted like this; none that has begun.
    from: NaiveDate,
    /// The zone of its clock, a name of the IANA database. There is no default.
    #[oai(validator(max_length = 64))]
    time_zone: String,
    /// When its business day begins, 00:00 to 12:00 by its clock.
    #[oai(validator(pattern = "^[0-2][0-9]:[0-5][0-9]$"))]
    cut_off: String,
}

/// A site with its own clock, currency and business day.
#[derive(Object, Serialize)]
#[oai(rename = "Branch")]
struct BranchBody {
    /// Its id.
    id: Uuid,
    /// Its name.
    name: String,
    /// Where it is; absent if not given.
    #[oai(skip_serializing_if_is_none)]
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<AddressBody>,
    /// The zone of its clock, at first.
    time_zone: String,
    /// What it trades in, for ever.
    currency: CurrencyBody,
    /// When its business day began, at first.
    cut_off: String,
    /// How it counts its days from later dates on, in the order of these.
    business_day_changes: Vec<BusinessDayChangeBody>,
    /// The tax regimes that it is under, in the order of the dates from which they hold. Before the first
    /// its lines have no taxes.
    tax_regimes: Vec<TaxRegimeBody>,
    /// Whether it trades. A closed branch begins nothing; what was begun is finished.
    is_open: bool,
    /// Its revision, as in `ETag`.
    revision: u64,
}

/// From a date on a branch counts its days like this.
#[derive(Object, Serialize)]
#[oai(rename = "BusinessDayChange")]
struct BusinessDayChangeBody {
    /// The first business date that is counted like this.
    from: NaiveDate,
    /// The zone of its clock.
    time_zone: String,
    /// When its business day begins.
    cut_off: String,
}

/// A branch as its command left it.
#[derive(Object, Serialize)]
struct OpenedBranch {
    /// The branch.
    branch: BranchBody,
    /// The position of the command in the log, for `after`.
    position: PositionToken,
}

#[OpenApi(prefix_path = "/v1", tag = "Part::Branches")]
impl Branches {
    /// Open a branch.
    #[oai(path = "/branches", method = "post", operation_id = "openBranch")]
    async fn open(
        &self,
        by: Can<BranchOpen>,
        key: IdempotencyKey,
        Json(body): Json<NewBranch>,
    ) -> Result<Created<OpenedBranch>, Problem> {
        let mut fields = Fields::default();
        let read = (
            fields.name("/name", &body.name),
            fields.time_zone("/time_zone", &body.time_zone),
            fields.cut_off("/cut_off", &body.cut_off),
        );
        let (Some(name), Some(time_zone), Some(cut_off)) = read else {
            return Err(fields.problem());
        };
        let CurrencyBody(currency) = body.currency;
        let branch = BranchId::from_uuid(self.0.ids.uuid());
        let intent = OpenBranch { branch, name, time_zone, currency, cut_off };
        let accepted = self.0.execute(&by.caller, key, intent, refusal::branch).await?;
        let fact = accepted.first::<Branch>()?;
        let Event::Opened(opened) = fact.event else { return Err(Problem::new(Code::Internal)) };
        let (id, details, revision) = (fact.id, opened.into(), fact.revision);
        let branch = branches::Branch { id, details, is_open: true, revision };
        let body = OpenedBranch { branch: branch.into(), position: accepted.position };
        let address = format!("/v1/branches/{}", body.branch.id);
        Ok(Created::by(&accepted, fact.revision, address, body))
    }

    /// Correct name and address of a branch.
    ///
    /// Its currency stays what it is; a site that trades in another is another branch.
    #[oai(path = "/branches/:branch_id", method = "put", operation_id = "reviseBranch")]
    async fn revise(
        &self,
        by: Can<BranchUpdate>,
        key: IdempotencyKey,
        seen: IfMatch,
        branch_id: Path<Uuid>,
        Json(body): Json<BranchRevision>,
    ) -> Result<Changed<Revised>, Problem> {
        let mut fields = Fields::default();
        let name = fields.name("/name", &body.name);
        let address = body.address.and_then(|it| it.read(&mut fields, "/address"));
        let Some(name) = name else { return Err(fields.problem()) };
        fields.check()?;
        let (branch, seen) = (BranchId::from_uuid(branch_id.0), Revision::new(seen.revision()));
        let intent = ReviseBranch { branch, seen, name, address };
        let accepted = self.0.execute(&by.caller, key, intent, refusal::branch).await?;
        accepted.changed::<Branch>(branch_id.0, seen)
    }

    /// Change how a branch counts its days.
    ///
    /// It holds from a date on. No day that has begun is moved, and no business date comes twice. What
    /// was to hold from that date or a later one does not; up to 20 changes are planned at a time.
    #[oai(
        path = "/branches/:branch_id/business-day",
        method = "put",
        operation_id = "changeBusinessDay"
    )]
    async fn change_business_day(
        &self,
        by: Can<BranchUpdate>,
        key: IdempotencyKey,
        seen: IfMatch,
        branch_id: Path<Uuid>,
        Json(body): Json<NewBusinessDay>,
    ) -> Result<Changed<Revised>, Problem> {
        let mut fields = Fields::default();
        let read = (
            fields.time_zone("/time_zone", &body.time_zone),
            fields.cut_off("/cut_off", &body.cut_off),
        );
        let (Some(time_zone), Some(cut_off)) = read else { return Err(fields.problem()) };
        let (branch, seen) = (BranchId::from_uuid(branch_id.0), Revision::new(seen.revision()));
        let intent = ChangeBusinessDay { branch, seen, from: body.from, time_zone, cut_off };
        let accepted = self.0.execute(&by.caller, key, intent, refusal::branch).await?;
        accepted.changed::<Branch>(branch_id.0, seen)
    }

    /// Close a branch.
    ///
    /// It takes no orders, no goods and no tills. Orders that are there are finished, and everything is
    /// still read. A closed branch keeps its name and does not count for the plan.
    #[oai(path = "/branches/:branch_id/close", method = "post", operation_id = "closeBranch")]
    async fn close(
        &self,
        by: Can<BranchClose>,
        key: IdempotencyKey,
        branch_id: Path<Uuid>,
    ) -> Result<Done<Settled>, Problem> {
        let intent = CloseBranch { branch: BranchId::from_uuid(branch_id.0) };
        let accepted = self.0.execute(&by.caller, key, intent, refusal::branch).await?;
        Ok(accepted.settled(branch_id.0))
    }

    /// Open a branch again that was closed.
    ///
    /// The plan has to have room for it.
    #[oai(path = "/branches/:branch_id/reopen", method = "post", operation_id = "reopenBranch")]
    async fn reopen(
        &self,
        by: Can<BranchOpen>,
        key: IdempotencyKey,
        branch_id: Path<Uuid>,
    ) -> Result<Done<Settled>, Problem> {
        let intent = ReopenBranch { branch: BranchId::from_uuid(branch_id.0) };
        let accepted = self.0.execute(&by.caller, key, intent, refusal::branch).await?;
        Ok(accepted.settled(branch_id.0))
    }

    /// List branches, by name.
    #[oai(path = "/branches", method = "get", operation_id = "listBranches")]
    async fn list(
        &self,
        by: Can<BranchRead>,
        limit: Query<PageSize>,
        cursor: Query<Option<String>>,
        after: Query<Option<PositionToken>>,
    ) -> Result<Json<List<BranchBody>>, Problem> {
        let query = QueryFingerprint::of("listBranches", &[]);
        let place = self.0.place(&by.caller, query, cursor.as_deref())?;
        let mut tx = self.0.read(&by.caller, after.0, &[Catalog::NAME]).await?;
        let page = branches::list(&mut tx, place.as_ref(), limit.rows().into()).await;
        let page = page.map_err(unread)?;
        let next_cursor = self.0.cursor(&by.caller, query, page.next.as_ref());
        Ok(Json(List { data: page.rows.into_iter().map(Into::into).collect(), next_cursor }))
    }

    /// Get a branch.
    #[oai(path = "/branches/:branch_id", method = "get", operation_id = "getBranch")]
    async fn get(
        &self,
        by: Can<BranchRead>,
        branch_id: Path<Uuid>,
        after: Query<Option<PositionToken>>,
    ) -> Result<Found<BranchBody>, Problem> {
        let mut tx = self.0.read(&by.caller, after.0, &[Catalog::NAME]).await?;
        let found = branches::get(&mut tx, BranchId::from_uuid(branch_id.0)).await;
        let branch = found.map_err(unread)?.ok_or_else(|| Problem::new(Code::NotFound))?;
        Ok(Found::at(branch.revision, branch.into()))
    }
}

impl From<branches::Branch> for BranchBody {
    fn from(branch: branches::Branch) -> Self {
        let branches::Branch { id, details, is_open, revision } = branch;
        let Details { name, address, currency, calendar, tax_regimes } = details;
        let BusinessDay { time_zone, cut_off } = calendar.first();
        Self {
            id: id.uuid(),
            name: name.into(),
            address: address.map(Into::into),
            time_zone: time_zone.name().to_owned(),
            currency: CurrencyBody(currency),
            cut_off: cut_off.into(),
            business_day_changes: calendar.changes().iter().copied().map(Into::into).collect(),
            tax_regimes: tax_regimes.all().iter().map(Into::into).collect(),
            is_open,
            revision: revision.get(),
        }
    }
}

impl From<BusinessDayChange> for BusinessDayChangeBody {
    fn from(BusinessDayChange { from, day }: BusinessDayChange) -> Self {
        let BusinessDay { time_zone, cut_off } = day;
        Self { from, time_zone: time_zone.name().to_owned(), cut_off: cut_off.into() }
    }
}
