//! Tills and tablets on which staff sign in with a PIN.

use commands::World;
use commands::identity::{EnrollDevice, RemoveDevice, TicketFor, TicketKind};
use domain::identity::Device;
use domain::identity::permission::markers::DeviceEnroll;
use domain::shared::{BranchId, DeviceId};
use poem_openapi::param::{Path, Query};
use poem_openapi::{Object, OpenApi};
use projections::identity::{People, devices};
use serde::Serialize;
use uuid::Uuid;

use crate::access::Can;
use crate::auth::opaque::{Kind, Opaque};
use crate::cursor::QueryFingerprint;
use crate::operations::answer::{CountedList, Created, Done};
use crate::operations::fields::Fields;
use crate::operations::identity::refusal;
use crate::operations::refusal::{failed, unread};
use crate::operations::{Part, Services};
use crate::page_size::PageSize;
use crate::payload::Json;
use crate::position::PositionToken;
use crate::preconditions::IdempotencyKey;
use crate::problem::Problem;

/// The operations about devices.
pub(super) struct Devices(pub(super) Services);

/// A device to be used.
#[derive(Debug, Object)]
struct Enrollment {
    /// The branch where it is.
    branch_id: Uuid,
    /// What people call it.
    #[oai(validator(min_length = 1, max_length = 96))]
    name: String,
}

/// A device that can be used.
#[derive(Debug, Object, Serialize)]
struct EnrolledDevice {
    /// Its id.
    id: Uuid,
    /// The secret of the device, which it sends when a user signs in on it with a PIN. It is shown here only.
    device_token: String,
    /// Its revision, as in `ETag`.
    revision: u64,
    /// The position of the command in the log, for `after`.
    position: PositionToken,
}

/// A device that is not used any more.
#[derive(Debug, Object, Serialize)]
struct RemovedDevice {
    /// Its id.
    id: Uuid,
    /// The position of the command in the log, for `after`.
    position: PositionToken,
}

/// A device.
#[derive(Debug, Object, Serialize)]
#[oai(rename = "Device")]
struct DeviceBody {
    /// Its id.
    id: Uuid,
    /// The branch where it is.
    branch_id: Uuid,
    /// What people call it.
    name: String,
    /// Whether staff can sign in on it.
    is_in_use: bool,
}

#[OpenApi(prefix_path = "/v1/devices", tag = "Part::People")]
impl Devices {
    /// Enrol a device in a branch.
    #[oai(path = "/", method = "post", operation_id = "enrollDevice")]
    async fn enroll(
        &self,
        by: Can<DeviceEnroll>,
        key: IdempotencyKey,
        Json(body): Json<Enrollment>,
    ) -> Result<Created<EnrolledDevice>, Problem> {
        let mut fields = Fields::default();
        let Some(name) = fields.name("/name", &body.name) else { return Err(fields.problem()) };
        let device = DeviceId::from_uuid(self.0.ids.uuid());
        let intent = EnrollDevice { device, branch: BranchId::from_uuid(body.branch_id), name };
        let accepted = self.0.execute(&by.caller, key, intent, refusal::device).await?;
        let made = accepted.first::<Device>()?;
        let (tenant, kind, subject) = (by.caller.tenant, TicketKind::Device, made.id.uuid());
        let command = key.command_id();
        let token = Opaque::of_command(&self.0.renewals, command, Kind::Device, tenant, subject);
        let ticket = TicketFor { tenant, kind, subject };
        self.keep(ticket, &token, accepted.receipt.replayed)
            .await
            .map_err(|world| failed(&world))?;
        let body = EnrolledDevice {
            id: subject,
            device_token: token.text(),
            revision: made.revision.get(),
            position: accepted.position,
        };
        let address = format!("/v1/devices/{}", body.id);
        Ok(Created::by(&accepted, made.revision, address, body))
    }

    /// Remove a device.
    ///
    /// Sign-ins on it end, and no further ones begin.
    #[oai(path = "/:device_id", method = "delete", operation_id = "removeDevice")]
    async fn remove(
        &self,
        by: Can<DeviceEnroll>,
        key: IdempotencyKey,
        device_id: Path<Uuid>,
    ) -> Result<Done<RemovedDevice>, Problem> {
        let intent = RemoveDevice { device: DeviceId::from_uuid(device_id.0) };
        let accepted = self.0.execute(&by.caller, key, intent, refusal::device).await?;
        let (tenant, kind, subject) = (by.caller.tenant, TicketKind::Device, device_id.0);
        let taken = self.0.tickets.take_away(TicketFor { tenant, kind, subject }).await;
        taken.map_err(|world| failed(&world))?;
        let body = RemovedDevice { id: device_id.0, position: accepted.position };
        Ok(Done::by(&accepted, body))
    }

    /// List the devices that one may deal with.
    ///
    /// Those in use first, then by name.
    #[oai(path = "/", method = "get", operation_id = "listDevices")]
    async fn list(
        &self,
        by: Can<DeviceEnroll>,
        limit: Query<PageSize>,
        cursor: Query<Option<String>>,
        after: Query<Option<PositionToken>>,
    ) -> Result<Json<CountedList<DeviceBody>>, Problem> {
        let query = QueryFingerprint::of("listDevices", &[]);
        let place = self.0.place(&by.caller, query, cursor.as_deref())?;
        let mut tx = self.0.read(&by.caller, after.0, &[People::NAME]).await?;
        let branches = &by.caller.branches;
        let page = devices::list(&mut tx, branches, place.as_ref(), limit.rows().into()).await;
        let page = page.map_err(unread)?;
        let count = devices::count(&mut tx, branches).await.map_err(unread)?;
        let next_cursor = self.0.cursor(&by.caller, query, page.next.as_ref());
        let data = page.rows.into_iter().map(Into::into).collect();
        Ok(Json(CountedList { data, next_cursor, count }))
    }
}

impl Devices {
    /// Keeps a device's token. A retry comes to what the first try left undone, unless the device was
    /// removed since.
    async fn keep(
        &self,
        ticket: TicketFor,
        token: &Opaque,
        is_repeated: bool,
    ) -> Result<(), World> {
        let device = DeviceId::from_uuid(ticket.subject);
        if is_repeated && self.0.authority.branch_of(ticket.tenant, device).await?.is_none() {
            return Ok(());
        }
        self.0.tickets.keep_first(ticket, token.hash()).await
    }
}

impl From<devices::Device> for DeviceBody {
    fn from(device: devices::Device) -> Self {
        Self {
            id: device.id.uuid(),
            branch_id: device.details.branch.uuid(),
            name: device.details.name.into(),
            is_in_use: device.is_in_use,
        }
    }
}
