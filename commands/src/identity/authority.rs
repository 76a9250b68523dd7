//! Who may do what, where: from the states that commands keep in memory.
//!
//! Those follow the log: a change is felt as soon as the feed has it. A feed that stands still is
//! trusted for two seconds; after that the log is read before anybody is believed. What somebody holds
//! is worked out once for each state of the company's roles.

use std::sync::Arc;

use domain::identity::roles::{BranchAccess, Held, Roles};
use domain::identity::{Device, Permission, User};
use domain::shared::{BranchId, CorrelationId, DeviceId, EventId, SessionId, TenantId, UserId};
use moka::sync::Cache;
use uuid::Uuid;

use crate::aggregates::Trust;
use crate::error::World;
use crate::execute::Commands;
use crate::scope::Scope;

/// For how many people it is remembered what they hold.
const KNOWN_MAX: u64 = 50_000;

/// Somebody's session, as their token says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Presented {
    /// The company.
    pub tenant: TenantId,
    /// The person.
    pub user: UserId,
    /// The session.
    pub session: SessionId,
    /// The epoch of the person's sessions in which it began.
    pub epoch: u32,
    /// The shared till on which it began.
    pub device: Option<DeviceId>,
}

/// What somebody holds and where it counts, at the moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    held: Held,
    bits: HeldBits,
    /// Where they may act.
    pub branches: BranchAccess,
}

/// The permissions of FastOps among those held, one bit each.
type HeldBits = u128;

const _: () = assert!(Permission::ALL.len() <= HeldBits::BITS as usize);

impl Standing {
    /// Of whoever holds this, in these branches.
    pub fn new(held: Held, branches: BranchAccess) -> Self {
        let mut bits = 0;
        for permission in Permission::ALL {
            if held.has(&(*permission).into()) {
                bits |= bit(*permission);
            }
        }
        Self { held, bits, branches }
    }

    /// Whether they hold a permission.
    pub const fn holds(&self, permission: Permission) -> bool {
        self.bits & bit(permission) != 0
    }

    /// Everything that they hold, permissions of the company's own included.
    pub const fn held(&self) -> &Held {
        &self.held
    }
}

const fn bit(permission: Permission) -> HeldBits {
    1 << (permission as u32)
}

/// Somebody, and the branch of the shared till on which they have signed in.
type Seat = (TenantId, UserId, Option<BranchId>);

/// What the log says of somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// The epoch of their sessions, in which links to them are written.
    pub epoch: u32,
    /// Whether they have taken their invitation up.
    pub has_joined: bool,
    /// Whether they have joined or were given a PIN.
    pub can_sign_in: bool,
    /// Whether they are not suspended.
    pub is_active: bool,
}

/// See the module. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Authority {
    commands: Commands,
    /// By the last event of the roles that it follows from: a revision may come again in another copy of
    /// the log, an event does not.
    standings: Cache<Seat, (Option<EventId>, Arc<Standing>)>,
}

impl Authority {
    /// What the log says through these commands' memory.
    pub fn new(commands: Commands) -> Self {
        Self { commands, standings: Cache::builder().max_capacity(KNOWN_MAX).build() }
    }

    /// What somebody holds; nothing if their session is over, or they or their till are shut out.
    /// `permission` is what is about to be used: one of high risk asks the log itself.
    pub async fn of(
        &self,
        presented: &Presented,
        permission: Option<Permission>,
    ) -> Result<Option<Arc<Standing>>, World> {
        let is_high_risk = permission.is_some_and(Permission::is_high_risk);
        let trust = if is_high_risk { Trust::Log } else { Trust::Committed };
        self.seen(presented, trust).await
    }

    /// Whether somebody's session goes on, straight from the log.
    pub async fn goes_on(&self, presented: &Presented) -> Result<bool, World> {
        Ok(self.seen(presented, Trust::Log).await?.is_some())
    }

    async fn seen(
        &self,
        presented: &Presented,
        trust: Trust,
    ) -> Result<Option<Arc<Standing>>, World> {
        let Presented { tenant, user, session, epoch, device } = presented;
        let scope = Scope::user(*tenant, *user, CorrelationId::from_uuid(Uuid::nil()));
        let mut work = self.commands.look(&scope, trust);
        let mut wanted = vec![work.wanted::<Roles>(tenant), work.wanted::<User>(user)];
        wanted.extend(device.map(|device| work.wanted::<Device>(&device)));
        work.read(wanted).await?;
        let goes_on = work
            .state::<User>(user)
            .sessions()
            .is_some_and(|sessions| sessions.go_on(*epoch, *session, device.is_some()));
        let graph = work.state::<Roles>(tenant);
        if !goes_on || !graph.member(*user).is_some_and(|member| member.is_active) {
            return Ok(None);
        }
        let till = match device {
            None => None,
            Some(device) => match work.state::<Device>(device).in_use() {
                Some(till) => Some(till.branch),
                None => return Ok(None),
            },
        };
        let last_event = work.last_event::<Roles>(tenant);
        let seat = (*tenant, *user, till);
        if let Some((at, standing)) = self.standings.get(&seat)
            && at == last_event
        {
            return Ok(Some(standing));
        }
        // On a shared till one acts in its branch alone.
        let branches = graph.branches_of(*user);
        let branches = till.map_or_else(|| branches.clone(), |till| branches.narrowed_to(till));
        let standing = Arc::new(Standing::new(graph.held_within(*user, &branches), branches));
        self.standings.insert(seat, (last_event, Arc::clone(&standing)));
        Ok(Some(standing))
    }

    /// What somebody of the company holds, signed in or not; nothing if there is nobody like this.
    pub async fn standing(
        &self,
        tenant: TenantId,
        user: UserId,
    ) -> Result<Option<Standing>, World> {
        let scope = Scope::user(tenant, user, CorrelationId::from_uuid(Uuid::nil()));
        let mut work = self.commands.look(&scope, Trust::Committed);
        work.read(vec![work.wanted::<Roles>(&tenant)]).await?;
        let graph = work.state::<Roles>(&tenant);
        let is_there = graph.member(user).is_some();
        Ok(is_there.then(|| Standing::new(graph.held_by(user), graph.branches_of(user))))
    }

    /// The epoch of somebody's sessions, straight from the log; none for whoever cannot sign in.
    pub async fn epoch(&self, tenant: TenantId, user: UserId) -> Result<Option<u32>, World> {
        let known = self.known(tenant, user).await?;
        Ok(known.filter(|known| known.is_active && known.can_sign_in).map(|known| known.epoch))
    }

    /// What the log says of somebody; nothing of whoever was never here, or is forgotten.
    pub async fn known(&self, tenant: TenantId, user: UserId) -> Result<Option<Known>, World> {
        let scope = Scope::user(tenant, user, CorrelationId::from_uuid(Uuid::nil()));
        let mut work = self.commands.look(&scope, Trust::Log);
        work.read(vec![work.wanted::<Roles>(&tenant), work.wanted::<User>(&user)]).await?;
        let is_active =
            work.state::<Roles>(&tenant).member(user).is_some_and(|member| member.is_active);
        let state = work.state::<User>(&user);
        Ok(state.account().map(|account| Known {
            epoch: account.epoch(),
            has_joined: account.has_joined,
            can_sign_in: state.sessions().is_some(),
            is_active,
        }))
    }
}
