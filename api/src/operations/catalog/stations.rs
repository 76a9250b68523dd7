//! Stations of branches: where things are made.

use commands::Revision;
use commands::catalog::{AddStation, CloseStation, RenameStation};
use domain::catalog::Station;
use domain::catalog::station::Added;
use domain::identity::permission::markers::{
    StationClose, StationCreate, StationRead, StationUpdate,
};
use domain::shared::{BranchId, StationId};
use poem_openapi::param::{Path, Query};
use poem_openapi::{Object, OpenApi};
use projections::catalog::{Catalog, stations};
use serde::Serialize;
use uuid::Uuid;

use crate::access::Can;
use crate::cursor::QueryFingerprint;
use crate::operations::answer::{Changed, Created, Done, Found, List};
use crate::operations::catalog::refusal;
use crate::operations::fields::Fields;
use crate::operations::model::{Revised, Settled};
use crate::operations::period::of_branch;
use crate::operations::refusal::unread;
use crate::operations::{Part, Services};
use crate::page_size::PageSize;
use crate::payload::Json;
use crate::position::PositionToken;
use crate::preconditions::{IdempotencyKey, IfMatch};
use crate::problem::{Code, Problem};

/// The operations about stations.
pub(super) struct Stations(pub(super) Services);

/// What a station is like.
#[derive(Object)]
struct StationDetails {
    /// Its name, unique in the branch.
    #[oai(validator(min_length = 1, max_length = 96))]
    name: String,
}

/// Where a branch makes things, such as a grill or a bar.
#[derive(Object, Serialize)]
#[oai(rename = "Station")]
struct StationBody {
    /// Its id.
    id: Uuid,
    /// Its branch; it never changes.
    branch_id: Uuid,
    /// Its name.
    name: String,
    /// Whether things are made at it. A closed station stays closed, and another can have its name.
    is_open: bool,
    /// Its revision, as in `ETag`.
    revision: u64,
}

#[OpenApi(prefix_path = "/v1/branches", tag = "Part::Branches")]
impl Stations {
    /// Add a station to a branch.
    #[oai(path = "/:branch_id/stations", method = "post", operation_id = "addStation")]
    async fn add(
        &self,
        by: Can<StationCreate>,
        key: IdempotencyKey,
        branch_id: Path<Uuid>,
        Json(body): Json<StationDetails>,
    ) -> Result<Created<Revised>, Problem> {
        let mut fields = Fields::default();
        let Some(name) = fields.name("/name", &body.name) else {
            return Err(fields.problem());
        };
        let branch = BranchId::from_uuid(branch_id.0);
        let station = StationId::from_uuid(self.0.ids.uuid());
        let intent = AddStation { station, branch, name };
        let accepted = self.0.execute(&by.caller, key, intent, refusal::station).await?;
        accepted.created::<Station>(&format!("/v1/branches/{}/stations", branch_id.0))
    }

    /// Rename a station.
    #[oai(
        path = "/:branch_id/stations/:station_id",
        method = "put",
        operation_id = "renameStation"
    )]
    async fn rename(
        &self,
        by: Can<StationUpdate>,
        key: IdempotencyKey,
        seen: IfMatch,
        branch_id: Path<Uuid>,
        station_id: Path<Uuid>,
        Json(body): Json<StationDetails>,
    ) -> Result<Changed<Revised>, Problem> {
        let mut fields = Fields::default();
        let Some(name) = fields.name("/name", &body.name) else {
            return Err(fields.problem());
        };
        let seen = Revision::new(seen.revision());
        let (branch, station) = ids(&branch_id, &station_id);
        let intent = RenameStation { branch, station, seen: Some(seen), name };
        let accepted = self.0.execute(&by.caller, key, intent, refusal::station).await?;
        accepted.changed::<Station>(station_id.0, seen)
    }

    /// Close a station.
    ///
    /// For good: nothing more is made at it. Another station of the branch can have its name.
    #[oai(
        path = "/:branch_id/stations/:station_id/close",
        method = "post",
        operation_id = "closeStation"
    )]
    async fn close(
        &self,
        by: Can<StationClose>,
        key: IdempotencyKey,
        branch_id: Path<Uuid>,
        station_id: Path<Uuid>,
    ) -> Result<Done<Settled>, Problem> {
        let (branch, station) = ids(&branch_id, &station_id);
        let intent = CloseStation { branch, station };
        let accepted = self.0.execute(&by.caller, key, intent, refusal::station).await?;
        Ok(accepted.settled(station_id.0))
    }

    /// List the stations of a branch, by name.
    ///
    /// Also those that are closed.
    #[oai(path = "/:branch_id/stations", method = "get", operation_id = "listStations")]
    async fn list(
        &self,
        by: Can<StationRead>,
        branch_id: Path<Uuid>,
        limit: Query<PageSize>,
        cursor: Query<Option<String>>,
        after: Query<Option<PositionToken>>,
    ) -> Result<Json<List<StationBody>>, Problem> {
        let branch = BranchId::from_uuid(branch_id.0);
        let query = QueryFingerprint::of("listStations", &[("branch_id", &branch_id.to_string())]);
        let place = self.0.place(&by.caller, query, cursor.as_deref())?;
        let mut tx = self.0.read(&by.caller, after.0, &[Catalog::NAME]).await?;
        of_branch(&mut tx, &by.caller, Some(branch)).await?;
        let page = stations::list(&mut tx, branch, place.as_ref(), limit.rows().into()).await;
        let page = page.map_err(unread)?;
        let next_cursor = self.0.cursor(&by.caller, query, page.next.as_ref());
        Ok(Json(List { data: page.rows.into_iter().map(Into::into).collect(), next_cursor }))
    }

    /// Get a station.
    #[oai(path = "/:branch_id/stations/:station_id", method = "get", operation_id = "getStation")]
    async fn get(
        &self,
        by: Can<StationRead>,
        branch_id: Path<Uuid>,
        station_id: Path<Uuid>,
        after: Query<Option<PositionToken>>,
    ) -> Result<Found<StationBody>, Problem> {
        let (branch, station) = ids(&branch_id, &station_id);
        let mut tx = self.0.read(&by.caller, after.0, &[Catalog::NAME]).await?;
        of_branch(&mut tx, &by.caller, Some(branch)).await?;
        let found = stations::get(&mut tx, branch, station).await.map_err(unread)?;
        let station = found.ok_or_else(|| Problem::new(Code::NotFound))?;
        Ok(Found::at(station.revision, station.into()))
    }
}

fn ids(branch: &Path<Uuid>, station: &Path<Uuid>) -> (BranchId, StationId) {
    (BranchId::from_uuid(branch.0), StationId::from_uuid(station.0))
}

impl From<stations::Station> for StationBody {
    fn from(station: stations::Station) -> Self {
        let stations::Station { id, added: Added { branch, name }, is_open, revision } = station;
        Self {
            id: id.uuid(),
            branch_id: branch.uuid(),
            name: name.into(),
            is_open,
            revision: revision.get(),
        }
    }
}
