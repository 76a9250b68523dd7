//! Who may sign in on an enrolled device: what it shows before a sign-in.

use poem_openapi::param::Query;
use poem_openapi::{Object, OpenApi};
use serde::Serialize;
use uuid::Uuid;

use crate::access::ByDevice;
use crate::cursor::QueryFingerprint;
use crate::operations::answer::List;
use crate::operations::paging::page;
use crate::operations::refusal::failed;
use crate::operations::{Part, Services};
use crate::page_size::PageSize;
use crate::payload::Json;
use crate::problem::Problem;

/// The operations about the people who sign in on a device.
pub(crate) struct Staff(pub(crate) Services);

/// A user who may sign in on a till.
#[derive(Debug, Object, Serialize)]
#[oai(rename = "TillPerson")]
struct PersonBody {
    /// Their id.
    id: Uuid,
    /// What they are called.
    name: String,
}

#[OpenApi(prefix_path = "/v1/auth/till", tag = "Part::Auth")]
impl Staff {
    /// List who may sign in on a till with a PIN.
    ///
    /// By name. They are not suspended, have a PIN, and may act in the branch where the device is.
    #[oai(path = "/people", method = "get", operation_id = "listTillPeople")]
    async fn list(
        &self,
        by: ByDevice,
        limit: Query<PageSize>,
        cursor: Query<Option<String>>,
    ) -> Result<Json<List<PersonBody>>, Problem> {
        let (tenant, world) = (by.till.tenant, |world| failed(&world));
        let device = by.till.device.uuid().to_string();
        let query = QueryFingerprint::of("listTillPeople", &[("device_id", &device)]);
        let scope = self.0.cursor_scope(tenant, query);
        let cursors = &self.0.cursors;
        let place: Option<(String, Uuid)> =
            cursor.as_deref().map(|cursor| cursors.decode(&scope, cursor)).transpose()?;
        self.0.company_is_open(tenant).await?;
        let Services { authority, pins, accounts, .. } = &self.0;
        let users = authority.active_in(tenant, by.till.branch).await.map_err(world)?;
        let having = pins.who_has(tenant, &users).await.map_err(world)?;
        let users: Vec<_> = users.into_iter().filter(|user| having.contains(user)).collect();
        let people = accounts.people(tenant, &users).await.map_err(world)?;
        let person = |(user, person): (&domain::shared::UserId, &commands::identity::Person)| {
            PersonBody { id: user.uuid(), name: person.name.to_string() }
        };
        let mut people: Vec<PersonBody> = people.iter().map(person).collect();
        people.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
        let is_left = |it: &PersonBody| {
            place.as_ref().is_none_or(|(name, id)| (&it.name, it.id) > (name, *id))
        };
        let page = page(people.into_iter().filter(is_left), *limit, |it| (it.name.clone(), it.id));
        let next_cursor = page.next.map(|place| cursors.encode(&scope, &place));
        Ok(Json(List { data: page.rows, next_cursor }))
    }
}
