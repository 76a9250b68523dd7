//! Permissions: what a user may do in which branches, computed from the states that commands keep
//! in memory.
//!
//! These states follow the log: a change takes effect as soon as the feed delivers it. A feed that
//! stands still is trusted for 2 s; after that the log is read before a token is accepted. The
//! permissions of a user are computed once per state of the company's roles.

use std::sync::Arc;

use domain::identity::roles::{self, BranchAccess, Held, Roles};
use domain::identity::user::{self, Pin};
use domain::identity::{Device, Permission, Tenant, User};
use domain::shared::{BranchId, CorrelationId, DeviceId, EventId, SessionId, TenantId, UserId};
use moka::sync::Cache;
use uuid::Uuid;

use crate::engine::aggregates::Trust;
use crate::engine::error::World;
use crate::engine::execute::Commands;
use crate::engine::scope::Scope;

/// The maximum number of users whose permissions are cached.
const KNOWN_MAX: u64 = 50_000;

/// A user's session, as the token names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Presented {
    /// The company.
    pub tenant: TenantId,
    /// The user.
    pub user: UserId,
    /// The session.
    pub session: SessionId,
    /// The epoch of the user's sessions in which it began.
    pub epoch: u32,
    /// The shared till on which it began.
    pub device: Option<DeviceId>,
}

/// The current permissions of a user, and the branches in which they count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    held: Held,
    bits: HeldBits,
    /// The permissions that would be added by a sign-in with the password.
    withheld: HeldBits,
    /// The branches in which the user may act.
    pub branches: BranchAccess,
}

/// A user who signs in on a shared till with a PIN.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnTill {
    /// The epoch of the user's sessions.
    pub epoch: u32,
    /// The user's PIN.
    pub pin: Pin,
    /// Whether the PIN allows a sign-in, possibly after the user has replaced it.
    pub pin_counts: bool,
    /// Whether the user may act in the till's branch.
    pub may_act: bool,
}

/// The held permissions of FastOps, one bit each.
type HeldBits = u128;

const _: () = assert!(Permission::ALL.len() <= HeldBits::BITS as usize);

impl Standing {
    /// The standing of a user with these permissions and branches.
    pub fn new(held: Held, branches: BranchAccess) -> Self {
        let bits = bits(&held);
        Self { held, bits, withheld: 0, branches }
    }

    /// The same on a shared till: limited to the till's branch, and without permissions of high
    /// risk, for which a PIN does not suffice.
    fn at_till(&self, graph: &roles::State, user: UserId, till: BranchId) -> Self {
        let branches = self.branches.narrowed_to(till);
        let held = graph.without_high_risk(&graph.held_within(user, &branches));
        let bits = bits(&held);
        Self { held, bits, withheld: self.bits & !bits, branches }
    }

    /// Whether the user holds a permission.
    pub const fn holds(&self, permission: Permission) -> bool {
        self.bits & bit(permission) != 0
    }

    /// Whether the user lacks a permission only because of a sign-in without the password.
    pub const fn withholds(&self, permission: Permission) -> bool {
        self.withheld & bit(permission) != 0
    }

    /// All held permissions, including those that the company has defined.
    pub const fn held(&self) -> &Held {
        &self.held
    }
}

fn bits(held: &Held) -> HeldBits {
    let held = Permission::ALL.iter().filter(|permission| held.has(&(**permission).into()));
    held.fold(0, |bits, permission| bits | bit(*permission))
}

const fn bit(permission: Permission) -> HeldBits {
    1 << (permission as u32)
}

/// A user, and the branch of the shared till on which they have signed in.
type Seat = (TenantId, UserId, Option<BranchId>);

/// A user's account as the log records it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// The epoch of the user's sessions, which links to the user carry.
    pub epoch: u32,
    /// Whether the user has accepted the invitation.
    pub has_joined: bool,
    /// Whether the user has joined or was given a PIN.
    pub can_sign_in: bool,
    /// Whether the user is not suspended.
    pub is_active: bool,
}

/// Computes and caches the permissions of users. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Authority {
    commands: Commands,
    /// Each entry carries the last event of the roles that it was computed from: in another copy of
    /// the log a revision may come again, an event id does not.
    standings: Cache<Seat, (Option<EventId>, Arc<Standing>)>,
}

impl Authority {
    /// Reads the log through the memory of these commands.
    pub fn new(commands: Commands) -> Self {
        Self { commands, standings: Cache::builder().max_capacity(KNOWN_MAX).build() }
    }

    /// The permissions of a session; none if the session has ended, the user is suspended, the till
    /// was removed, or the company is closed. `permission` is the one about to be used: one of high
    /// risk is looked up in the log itself.
    pub async fn of(
        &self,
        presented: &Presented,
        permission: Option<Permission>,
    ) -> Result<Option<Arc<Standing>>, World> {
        let is_high_risk = permission.is_some_and(Permission::is_high_risk);
        let trust = if is_high_risk { Trust::Log } else { Trust::Committed };
        self.seen(presented, trust).await
    }

    /// Whether a session is active, read from the log.
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
        let mut wanted = vec![
            work.wanted::<Tenant>(tenant),
            work.wanted::<Roles>(tenant),
            work.wanted::<User>(user),
        ];
        wanted.extend(device.map(|device| work.wanted::<Device>(&device)));
        work.read(wanted).await?;
        let sessions = work.state::<User>(user).sessions();
        let goes_on = |it: &&user::Sessions| it.is_valid(*epoch, *session, device.is_some());
        let graph = work.state::<Roles>(tenant);
        let Some(sessions) = sessions.filter(goes_on) else { return Ok(None) };
        let is_closed = work.state::<Tenant>(tenant).is_closed();
        if is_closed || !graph.member(*user).is_some_and(|member| member.is_active) {
            return Ok(None);
        }
        let last_event = work.last_event::<Roles>(tenant);
        let standing = self.remembered((*tenant, *user, None), last_event, || {
            Standing::new(graph.held_by(*user), graph.branches_of(*user))
        });
        let Some(device) = device else { return Ok(Some(standing)) };
        let Some(till) = work.state::<Device>(device).in_use() else { return Ok(None) };
        if !sessions.pin.allows(standing.held(), &standing.branches) {
            return Ok(None);
        }
        let seat = (*tenant, *user, Some(till.branch));
        Ok(Some(self.remembered(seat, last_event, || standing.at_till(graph, *user, till.branch))))
    }

    /// The cached permissions, if they belong to the current state of the company's roles.
    fn remembered(
        &self,
        seat: Seat,
        last_event: Option<EventId>,
        standing: impl FnOnce() -> Standing,
    ) -> Arc<Standing> {
        match self.standings.get(&seat) {
            Some((at, standing)) if at == last_event => standing,
            _ => {
                let standing = Arc::new(standing());
                self.standings.insert(seat, (last_event, Arc::clone(&standing)));
                standing
            }
        }
    }

    /// Whether the company is closed to all its users.
    pub async fn is_closed(&self, tenant: TenantId) -> Result<bool, World> {
        let no_user = UserId::from_uuid(Uuid::nil());
        let scope = Scope::user(tenant, no_user, CorrelationId::from_uuid(Uuid::nil()));
        let mut work = self.commands.look(&scope, Trust::Committed);
        work.read(vec![work.wanted::<Tenant>(&tenant)]).await?;
        Ok(work.state::<Tenant>(&tenant).is_closed())
    }

    /// The permissions of a user, signed in or not; none if there is no such user.
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

    /// The epoch of a user's sessions, read from the log; none for a user who cannot sign in.
    pub async fn epoch(&self, tenant: TenantId, user: UserId) -> Result<Option<u32>, World> {
        let known = self.known(tenant, user).await?;
        Ok(known.filter(|known| known.is_active && known.can_sign_in).map(|known| known.epoch))
    }

    /// The account of a user as the log records it; none if the user never existed or is forgotten.
    pub async fn known(&self, tenant: TenantId, user: UserId) -> Result<Option<Known>, World> {
        let scope = Scope::user(tenant, user, CorrelationId::from_uuid(Uuid::nil()));
        let mut work = self.commands.look(&scope, Trust::Log);
        let wanted = vec![
            work.wanted::<Tenant>(&tenant),
            work.wanted::<Roles>(&tenant),
            work.wanted::<User>(&user),
        ];
        work.read(wanted).await?;
        let is_active = !work.state::<Tenant>(&tenant).is_closed()
            && work.state::<Roles>(&tenant).member(user).is_some_and(|member| member.is_active);
        let state = work.state::<User>(&user);
        Ok(state.account().map(|account| Known {
            epoch: account.epoch(),
            has_joined: account.has_joined,
            can_sign_in: state.sessions().is_some(),
            is_active,
        }))
    }

    /// A user who signs in on a till, read from the log; none if the till was removed or the user
    /// cannot sign in.
    pub async fn on_till(
        &self,
        tenant: TenantId,
        user: UserId,
        device: DeviceId,
    ) -> Result<Option<OnTill>, World> {
        let scope = Scope::user(tenant, user, CorrelationId::from_uuid(Uuid::nil()));
        let mut work = self.commands.look(&scope, Trust::Log);
        let wanted = vec![
            work.wanted::<Roles>(&tenant),
            work.wanted::<User>(&user),
            work.wanted::<Device>(&device),
        ];
        work.read(wanted).await?;
        let graph = work.state::<Roles>(&tenant);
        let is_active = graph.member(user).is_some_and(|member| member.is_active);
        let sessions = work.state::<User>(&user).sessions().filter(|_| is_active);
        let till = work.state::<Device>(&device).in_use();
        let (Some(sessions), Some(till)) = (sessions, till) else { return Ok(None) };
        let (held, branches) = (graph.held_by(user), graph.branches_of(user));
        Ok(Some(OnTill {
            epoch: sessions.epoch,
            pin: sessions.pin.clone(),
            pin_counts: sessions.pin.allows_sign_in(&held, &branches),
            may_act: branches.includes(till.branch),
        }))
    }

    /// The branch of an enrolled device, read from the log.
    pub async fn branch_of(
        &self,
        tenant: TenantId,
        device: DeviceId,
    ) -> Result<Option<BranchId>, World> {
        let scope = without_actor(tenant);
        let mut work = self.commands.look(&scope, Trust::Log);
        work.read(vec![work.wanted::<Device>(&device)]).await?;
        Ok(work.state::<Device>(&device).in_use().map(|enrolled| enrolled.branch))
    }

    /// The users who may currently act in a branch.
    pub async fn active_in(
        &self,
        tenant: TenantId,
        branch: BranchId,
    ) -> Result<Vec<UserId>, World> {
        let scope = without_actor(tenant);
        let mut work = self.commands.look(&scope, Trust::Committed);
        work.read(vec![work.wanted::<Roles>(&tenant)]).await?;
        Ok(work.state::<Roles>(&tenant).active_in(branch).collect())
    }
}

/// The scope of a till before sign-in: it has no actor and executes no command.
fn without_actor(tenant: TenantId) -> Scope {
    let no_user = UserId::from_uuid(Uuid::nil());
    Scope::user(tenant, no_user, CorrelationId::from_uuid(Uuid::nil()))
}
