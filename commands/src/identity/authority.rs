//! Who may do what, where: from the states that commands keep in memory.
//!
//! Those follow the log: a change is felt as soon as the feed has it. A feed that stands still is
//! trusted for two seconds; after that the log is read before anybody is believed. What somebody holds
//! is worked out once for each state of the company's roles.

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
    /// What they would hold if they had signed in with their password.
    withheld: HeldBits,
    /// Where they may act.
    pub branches: BranchAccess,
}

/// Somebody who wants to sign in on a shared till with a PIN.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnTill {
    /// The epoch of their sessions.
    pub epoch: u32,
    /// Their PIN.
    pub pin: Pin,
    /// Whether they could sign in with it, apart from having to choose another first.
    pub pin_counts: bool,
    /// Whether they may act in the till's branch.
    pub may_act: bool,
}

/// The permissions of FastOps among those held, one bit each.
type HeldBits = u128;

const _: () = assert!(Permission::ALL.len() <= HeldBits::BITS as usize);

impl Standing {
    /// Of whoever holds this, in these branches.
    pub fn new(held: Held, branches: BranchAccess) -> Self {
        let bits = bits(&held);
        Self { held, bits, withheld: 0, branches }
    }

    /// The same on a shared till: in its branch alone, and without what so much can be done with that a
    /// PIN does not do for it.
    fn at_till(&self, graph: &roles::State, user: UserId, till: BranchId) -> Self {
        let branches = self.branches.narrowed_to(till);
        let held = graph.without_high_risk(&graph.held_within(user, &branches));
        let bits = bits(&held);
        Self { held, bits, withheld: self.bits & !bits, branches }
    }

    /// Whether they hold a permission.
    pub const fn holds(&self, permission: Permission) -> bool {
        self.bits & bit(permission) != 0
    }

    /// Whether they lack a permission only because they have not signed in with their password.
    pub const fn withholds(&self, permission: Permission) -> bool {
        self.withheld & bit(permission) != 0
    }

    /// Everything that they hold, permissions of the company's own included.
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

    /// What somebody holds; nothing if their session is over, they or their till are shut out, or the
    /// company is closed.
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
        let own = self.remembered((*tenant, *user, None), last_event, || {
            Standing::new(graph.held_by(*user), graph.branches_of(*user))
        });
        let Some(device) = device else { return Ok(Some(own)) };
        let Some(till) = work.state::<Device>(device).in_use() else { return Ok(None) };
        if !sessions.pin.allows(own.held(), &own.branches) {
            return Ok(None);
        }
        let seat = (*tenant, *user, Some(till.branch));
        Ok(Some(self.remembered(seat, last_event, || own.at_till(graph, *user, till.branch))))
    }

    /// What is remembered of what somebody holds, if it is of where the company's roles are in the log.
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

    /// Whether none of a company's people gets in.
    pub async fn is_closed(&self, tenant: TenantId) -> Result<bool, World> {
        let nobody = UserId::from_uuid(Uuid::nil());
        let scope = Scope::user(tenant, nobody, CorrelationId::from_uuid(Uuid::nil()));
        let mut work = self.commands.look(&scope, Trust::Committed);
        work.read(vec![work.wanted::<Tenant>(&tenant)]).await?;
        Ok(work.state::<Tenant>(&tenant).is_closed())
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

    /// Somebody who wants to sign in on a till, straight from the log; nothing where the till is not used
    /// any more, and for whoever cannot sign in.
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

    /// The branch of a device that is used, straight from the log.
    pub async fn branch_of(
        &self,
        tenant: TenantId,
        device: DeviceId,
    ) -> Result<Option<BranchId>, World> {
        let scope = of_nobody(tenant);
        let mut work = self.commands.look(&scope, Trust::Log);
        work.read(vec![work.wanted::<Device>(&device)]).await?;
        Ok(work.state::<Device>(&device).in_use().map(|enrolled| enrolled.branch))
    }

    /// Who may act in a branch at the moment.
    pub async fn active_in(
        &self,
        tenant: TenantId,
        branch: BranchId,
    ) -> Result<Vec<UserId>, World> {
        let scope = of_nobody(tenant);
        let mut work = self.commands.look(&scope, Trust::Committed);
        work.read(vec![work.wanted::<Roles>(&tenant)]).await?;
        Ok(work.state::<Roles>(&tenant).active_in(branch).collect())
    }
}

/// Where a till asks before anybody has signed in: nobody acts, and nothing is decided.
fn of_nobody(tenant: TenantId) -> Scope {
    let nobody = UserId::from_uuid(Uuid::nil());
    Scope::user(tenant, nobody, CorrelationId::from_uuid(Uuid::nil()))
}
