//! Branches.

use commands::identity::OpenBranch;
use domain::identity::Branch;
use domain::identity::branch::Event;
use domain::identity::permission::markers::{BranchOpen, BranchRead};
use domain::shared::BranchId;
use poem_openapi::param::{Path, Query};
use poem_openapi::{Object, OpenApi};
use projections::catalog::{Catalog, branches};
use serde::Serialize;
use uuid::Uuid;

use super::answer::{Created, Found, List, first};
use super::fields::Fields;
use super::refusal::{self, refused, unread};
use super::{Part, Services};
use crate::access::Can;
use crate::cursor::QueryFingerprint;
use crate::page_size::PageSize;
use crate::payload::Json;
use crate::position::PositionToken;
use crate::preconditions::IdempotencyKey;
use crate::problem::{Code, Problem};

/// See the module.
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
    /// What it trades in, ISO 4217.
    #[oai(validator(pattern = "^[A-Z]{3}$"))]
    currency: String,
    /// When its business day begins, 00:00 to 12:00 by its clock.
    #[oai(validator(pattern = "^[0-2][0-9]:[0-5][0-9]$"))]
    cut_off: String,
}

/// A place with its own clock, currency and business day.
#[derive(Object, Serialize)]
#[oai(rename = "Branch")]
struct BranchBody {
    /// Its id.
    id: Uuid,
    /// Its name.
    name: String,
    /// The zone of its clock.
    time_zone: String,
    /// What it trades in.
    currency: String,
    /// When its business day begins.
    cut_off: String,
    /// Its revision, as in `ETag`.
    revision: u64,
}

/// A branch as its command left it.
#[derive(Object, Serialize)]
struct OpenedBranch {
    /// The branch.
    branch: BranchBody,
    /// Where the command stands in the log, for `after`.
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
            fields.currency("/currency", &body.currency),
            fields.cut_off("/cut_off", &body.cut_off),
        );
        let (Some(name), Some(time_zone), Some(currency), Some(cut_off)) = read else {
            return Err(fields.problem());
        };
        let branch = BranchId::from_uuid(self.0.ids.uuid());
        let intent = OpenBranch { branch, name, time_zone, currency, cut_off };
        let scope = self.0.scope(&by.caller);
        let receipt = self.0.commands.execute(&scope, Services::request(key), intent).await;
        let receipt = receipt.map_err(|error| refused(error, refusal::branch))?;
        let fact = first::<Branch>(&receipt)?;
        let Event::Opened(opened) = fact.event;
        let branch = branches::Branch { id: fact.id, details: opened, revision: fact.revision };
        let position = self.0.token(receipt.position);
        let body = OpenedBranch { branch: branch.into(), position };
        Ok(Created::by(&receipt, fact.revision, body))
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
        let branches::Branch { id, details, revision } = branch;
        Self {
            id: id.uuid(),
            name: details.name.into(),
            time_zone: details.time_zone.name().to_owned(),
            currency: details.currency.code().to_owned(),
            cut_off: details.cut_off.into(),
            revision: revision.get(),
        }
    }
}
