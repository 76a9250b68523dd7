//! Who gave what to whom or took it, and when: each change of what a role or a person holds, and of
//! who a person is. Written by the consumer `grants`.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::Decider;
use domain::identity::roles::{BranchAccess, Event};
use domain::identity::{PermissionName, Roles, User, user};
use domain::shared::{RoleId, UserId};
use event_store::consumer::{Consumer, ConsumerError, Projection};
use event_store::{Actor, RecordedEvent};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;

use crate::page::{Happened, Page, decoded, one_more_than};
use crate::read_db::{ReadError, TenantTx};
use crate::row::statements::insert;
use crate::row::{self, Owned};

/// Keeps the history of grants.
#[derive(Debug)]
pub struct Grants;

/// What became of a role or a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Change {
    /// The role got a permission itself.
    PermissionGranted {
        /// The permission.
        permission: PermissionName,
    },
    /// The role lost a permission that it had itself.
    PermissionRevoked {
        /// The permission.
        permission: PermissionName,
    },
    /// The role inherits from these and no others.
    ParentsChosen {
        /// The roles.
        parents: Vec<RoleId>,
    },
    /// The role is gone.
    RoleRemoved,
    /// The person has the role.
    RoleAssigned,
    /// The person has the role no more.
    RoleUnassigned,
    /// The person may act in these branches and no others.
    BranchesAllowed {
        /// Where.
        branches: BranchAccess,
    },
    /// The person may do nothing for now.
    Suspended,
    /// The person may go on.
    Resumed,
    /// The operator has made the person an administrator of all branches.
    AdministratorRestored,
    /// The name of the person was corrected.
    Renamed,
    /// Another e-mail address of the person was asked for.
    EmailChangeRequested,
    /// The person has the e-mail address that was asked for.
    EmailChanged,
    /// What was known of the person is deleted, and they hold nothing.
    Forgotten,
}

/// One change, with who made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What changed.
    pub change: Change,
    /// The role that it is about, if it is about one.
    pub role: Option<RoleId>,
    /// The person whom it is about, if it is about one.
    pub user: Option<UserId>,
    /// Who made it; none where FastOps or the operator did.
    pub by: Option<UserId>,
    /// When.
    pub at: DateTime<Utc>,
    place: HistoryCursor,
}

/// The end of a page of changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryCursor {
    position: i64,
    part: i64,
}

/// Whose history is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// What became of a role, and who got it.
    Role(RoleId),
    /// What became of a person.
    User(UserId),
}

impl Grants {
    /// The name of the consumer.
    pub const NAME: &'static str = "grants";
}

#[async_trait]
impl Consumer for Grants {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn wants(&self, event: &RecordedEvent) -> bool {
        event.stream.is_of::<Roles>() || event.stream.is_of::<User>()
    }

    async fn apply(
        &self,
        tx: &mut PgConnection,
        events: &[&RecordedEvent],
    ) -> Result<(), ConsumerError> {
        let mut rows = Vec::new();
        for happened in decoded::<Roles>(events)? {
            rows.extend(of_event(&happened, changes(&happened.event)));
        }
        for happened in decoded::<User>(events)? {
            let corrected = corrected(&happened.event);
            let user = UserId::from_uuid(happened.key.id);
            let changed = corrected.map(|change| (None, Some(user), change));
            rows.extend(of_event(&happened, changed.into_iter().collect()));
        }
        insert(tx, "grant_changes", &rows).await
    }
}

impl Projection for Grants {
    fn tables(&self) -> &'static [&'static str] {
        &["grant_changes"]
    }
}

/// A change of a role, of a person, or of what a person has of a role.
type Changed = (Option<RoleId>, Option<UserId>, Change);

/// What an event changes; the order and the labels of permissions change nothing that people hold.
fn changes(event: &Event) -> Vec<Changed> {
    let of_role = |role: RoleId, change| (Some(role), None, change);
    let of_user = |user: UserId, change| (None, Some(user), change);
    match event {
        Event::RoleAdded(it) => {
            let granted = it.permissions.iter().cloned();
            let granted = granted.map(|permission| Change::PermissionGranted { permission });
            let parents: Vec<_> = it.parents.iter().copied().collect();
            let inherits = (!parents.is_empty()).then_some(Change::ParentsChosen { parents });
            granted.chain(inherits).map(|change| of_role(it.role, change)).collect()
        }
        Event::ParentsChosen(it) => {
            let parents = it.parents.iter().copied().collect();
            vec![of_role(it.role, Change::ParentsChosen { parents })]
        }
        Event::RoleRemoved(it) => vec![of_role(it.role, Change::RoleRemoved)],
        Event::PermissionGranted(it) => {
            let permission = it.permission.clone();
            vec![of_role(it.role, Change::PermissionGranted { permission })]
        }
        Event::PermissionRevoked(it) => {
            let permission = it.permission.clone();
            vec![of_role(it.role, Change::PermissionRevoked { permission })]
        }
        Event::MemberAdmitted(it) => {
            let roles = it.roles.iter();
            let roles = roles.map(|role| (Some(*role), Some(it.user), Change::RoleAssigned));
            let branches = Change::BranchesAllowed { branches: it.branches.clone() };
            roles.chain([of_user(it.user, branches)]).collect()
        }
        Event::RoleAssigned(it) => vec![(Some(it.role), Some(it.user), Change::RoleAssigned)],
        Event::RoleUnassigned(it) => vec![(Some(it.role), Some(it.user), Change::RoleUnassigned)],
        Event::BranchesAllowed(it) => {
            let branches = it.branches.clone();
            vec![of_user(it.user, Change::BranchesAllowed { branches })]
        }
        Event::MemberSuspended(it) => vec![of_user(it.user, Change::Suspended)],
        Event::MemberResumed(it) => vec![of_user(it.user, Change::Resumed)],
        Event::MemberForgotten(it) => vec![of_user(it.user, Change::Forgotten)],
        Event::AdministratorRestored(it) => {
            vec![(Some(it.role), Some(it.user), Change::AdministratorRestored)]
        }
        Event::RoleRenamed(_)
        | Event::PermissionDefined(_)
        | Event::PermissionDropped(_)
        | Event::PermissionLabelled(_)
        | Event::PermissionLabelDropped(_)
        | Event::Seeded(_)
        | Event::PermissionCategorised(_)
        | Event::CategoryAdded(_)
        | Event::CategoryRenamed(_)
        | Event::CategoryRemoved(_) => vec![],
    }
}

/// The change that an event makes to a user's name or address; events about sign-in are of no interest to
/// other users.
const fn corrected(event: &user::Event) -> Option<Change> {
    match event {
        user::Event::Renamed(_) => Some(Change::Renamed),
        user::Event::EmailChangeRequested(_) => Some(Change::EmailChangeRequested),
        user::Event::EmailChanged(_) => Some(Change::EmailChanged),
        // Who joins and leaves is shown by the events of the roles.
        user::Event::Invited(_)
        | user::Event::Forgotten(_)
        | user::Event::InvitedAgain(_)
        | user::Event::Joined(_)
        | user::Event::PasswordChanged(_)
        | user::Event::PinChanged(_)
        | user::Event::PinSet(_)
        | user::Event::PinReplaced(_)
        | user::Event::PinBlocked(_)
        | user::Event::SessionsEnded(_)
        | user::Event::SessionEnded(_) => None,
    }
}

/// The rows of what an event changes.
fn of_event<D: Decider>(
    Happened { recorded, key, .. }: &Happened<'_, D>,
    changes: Vec<Changed>,
) -> impl Iterator<Item = Owned<Entry>> {
    let by = match &recorded.metadata.actor {
        Actor::User(user) => Some(*user),
        Actor::System(_) => None,
    };
    let (tenant_id, position, at) =
        (key.tenant_id, recorded.position.to_i64(), recorded.recorded_at);
    (0..).zip(changes).map(move |(part, (role, user, change))| {
        let place = HistoryCursor { position, part };
        Owned { tenant_id, row: Entry { change, role, user, by, at, place } }
    })
}

row::columns!(row Entry {
    change,
    role as role_id,
    user as user_id,
    by as changed_by,
    at as changed_at,
    place,
});
row::columns!(part HistoryCursor { position, part });

/// What became of a role or a person, the latest first.
pub async fn list(
    tx: &mut TenantTx,
    of: Of,
    before: Option<HistoryCursor>,
    limit: u32,
) -> Result<Page<Entry, HistoryCursor>, ReadError> {
    let (tenant, connection) = tx.parts();
    let sql = match of {
        Of::Role(_) => {
            "SELECT role_id, user_id, change, changed_by, changed_at, position, part
             FROM grant_changes
             WHERE tenant_id = $1 AND role_id = $2 AND (position, part) < ($3, $4)
             ORDER BY position DESC, part DESC
             LIMIT $5"
        }
        Of::User(_) => {
            "SELECT role_id, user_id, change, changed_by, changed_at, position, part
             FROM grant_changes
             WHERE tenant_id = $1 AND user_id = $2 AND (position, part) < ($3, $4)
             ORDER BY position DESC, part DESC
             LIMIT $5"
        }
    };
    let id = match of {
        Of::Role(role) => role.uuid(),
        Of::User(user) => user.uuid(),
    };
    let before = before.unwrap_or(HistoryCursor { position: i64::MAX, part: i64::MAX });
    let rows: Vec<Entry> = sqlx::query_as(sql)
        .bind(tenant)
        .bind(id)
        .bind(before.position)
        .bind(before.part)
        .bind(one_more_than(limit))
        .fetch_all(connection)
        .await?;
    Ok(Page::of(rows, limit, |entry| entry.place))
}
