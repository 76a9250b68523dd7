//! The PIN of a user for shared tills. The events contain only its number. Its hash is stored
//! outside the log under that number, and only the hash of the last number is valid.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::identity::roles::{BranchAccess, Held, Reach};

/// The user changed the PIN, with proof beyond the earlier PIN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PinChanged {
    /// The number of the PIN, counted from 1; 0 in early events, which did not count.
    #[serde(default)]
    pub number: u32,
}

/// Another user set the PIN; sessions on tills ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PinSet {
    /// The number of the PIN, counted from 1; 0 in early events, which did not count.
    #[serde(default)]
    pub number: u32,
    /// What the user could do at that moment, and where; none in early events.
    #[serde(default)]
    pub reach: Option<Reach>,
}

/// The user replaced the PIN, with the earlier PIN as the only proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PinReplaced {
    /// The number of the PIN, counted from 1.
    pub number: u32,
}

/// The PIN was blocked after too many wrong attempts in a row. It stays unusable until another is
/// set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PinBlocked {
    /// The number of the PIN.
    pub number: u32,
}

/// The PIN that is valid, by number, and who may know it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pin {
    /// The number of the PIN; 0 if none was set or early events did not count.
    pub number: u32,
    origin: Origin,
    is_blocked: bool,
}

/// Who may know the PIN besides its owner.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
enum Origin {
    /// No one: the owner chose it.
    #[default]
    Own,
    /// The user who set it. Its reach is what the owner could do then.
    Given(Option<Reach>),
    /// The user who set the one before: replacing it proved nothing beyond knowing that PIN.
    Replaced(Option<Reach>),
}

impl Pin {
    /// Whether a session that began with it is valid for an owner with these rights. Another user
    /// may know a PIN that was set for its owner, so its reach is limited to what the owner could
    /// do then.
    pub fn allows(&self, held: &Held, branches: &BranchAccess) -> bool {
        match &self.origin {
            Origin::Own => true,
            Origin::Given(reach) | Origin::Replaced(reach) => {
                reach.as_ref().is_some_and(|reach| reach.covers(held, branches))
            }
        }
    }

    /// Whether an owner with these rights can sign in with it.
    pub fn allows_sign_in(&self, held: &Held, branches: &BranchAccess) -> bool {
        self.allows(held, branches) && !self.is_blocked
    }

    /// Whether it can only be used to choose another.
    pub const fn is_to_be_replaced(&self) -> bool {
        matches!(self.origin, Origin::Given(_))
    }

    /// Whether it is blocked.
    pub const fn is_blocked(&self) -> bool {
        self.is_blocked
    }

    /// Whether it has this number and is not blocked.
    pub(super) const fn is(&self, number: u32) -> bool {
        self.number == number && !self.is_blocked
    }

    pub(super) const fn next(&self) -> u32 {
        self.number + 1
    }

    pub(super) fn changed(&mut self, event: PinChanged) {
        *self = Self { number: event.number, origin: Origin::Own, is_blocked: false };
    }

    pub(super) fn set(&mut self, event: PinSet) {
        let origin = Origin::Given(event.reach);
        *self = Self { number: event.number, origin, is_blocked: false };
    }

    pub(super) fn replaced(&mut self, event: PinReplaced) {
        self.number = event.number;
        self.origin = match std::mem::take(&mut self.origin) {
            Origin::Own => Origin::Own,
            Origin::Given(reach) | Origin::Replaced(reach) => Origin::Replaced(reach),
        };
    }

    pub(super) const fn blocked(&mut self) {
        self.is_blocked = true;
    }
}

#[cfg(test)]
pub(super) mod tests {
    use uuid::Uuid;

    use super::super::{Command, Error, Event, Invited, Joined, State, User};
    use super::*;
    use crate::Decider;
    use crate::event::StoredEvent;
    use crate::identity::{Permission, PermissionName};
    use crate::shared::BranchId;
    use crate::testing::given;

    fn held(permissions: &[Permission]) -> Held {
        Held::These(permissions.iter().map(|it| PermissionName::from(*it)).collect())
    }

    fn branches(n: u128) -> BranchAccess {
        BranchAccess::Only([BranchId::from_uuid(Uuid::from_u128(n))].into())
    }

    pub(in super::super) fn reach() -> Reach {
        Reach { held: held(&[Permission::OrderPlace]), branches: branches(1) }
    }

    /// Every event that sets a PIN.
    pub(in super::super) fn set_events(number: u32) -> [Event; 3] {
        let set = PinSet { number, reach: Some(reach()) };
        [PinChanged { number }.into(), set.into(), PinReplaced { number }.into()]
    }

    fn joined(more: impl IntoIterator<Item = Event>) -> Vec<Event> {
        [Invited { email: None }.into(), Joined {}.into()].into_iter().chain(more).collect()
    }

    fn pin(more: impl IntoIterator<Item = Event>) -> Pin {
        User::fold(State::default(), joined(more)).sessions().unwrap().pin.clone()
    }

    fn set() -> Event {
        PinSet { number: 1, reach: Some(reach()) }.into()
    }

    #[test]
    fn pins_are_counted_however_one_comes_to_them() {
        let changed = PinChanged { number: 1 };
        given::<User>(joined([])).when(Command::ChangePin).then([changed.into()]);
        let replaced = PinReplaced { number: 2 };
        given::<User>(joined([set()])).when(Command::ReplacePin(1)).then([replaced.into()]);
        let second = PinSet { number: 2, reach: Some(reach()) };
        given::<User>(joined([changed.into()]))
            .when(Command::SetPin(reach()))
            .then([second.into()]);
        for event in set_events(7) {
            assert_eq!((event.pin_number(), pin([event.clone()]).number), (Some(7), 7));
        }
        assert_eq!(Event::from(PinBlocked { number: 7 }).pin_number(), None);
    }

    #[test]
    fn s57_a_pin_set_by_another_user_is_limited_to_what_its_owner_could_do_then() {
        let (place, cancel) = (Permission::OrderPlace, Permission::OrderCancel);
        let more = [
            (held(&[place, cancel]), branches(1)),
            (Held::Everything, branches(1)),
            (held(&[place]), branches(2)),
            (held(&[place]), BranchAccess::All),
        ];
        for events in [vec![set()], vec![set(), PinReplaced { number: 2 }.into()]] {
            let pin = pin(events);
            assert!(pin.allows_sign_in(&held(&[place]), &branches(1)));
            assert!(pin.allows_sign_in(&Held::NOTHING, &BranchAccess::NONE));
            for (held, branches) in &more {
                assert!(!pin.allows_sign_in(held, branches), "{held:?} in {branches:?}");
            }
        }
        let own = pin([set(), PinChanged { number: 2 }.into()]);
        assert!(more.iter().all(|(held, branches)| own.allows_sign_in(held, branches)));
    }

    #[test]
    fn a_pin_set_by_another_user_serves_to_choose_another() {
        assert!(pin([set()]).is_to_be_replaced());
        assert!(!pin([set(), PinReplaced { number: 2 }.into()]).is_to_be_replaced());
        assert!(!pin([set(), PinChanged { number: 2 }.into()]).is_to_be_replaced());
        given::<User>(joined([set()]))
            .when(Command::ReplacePin(0))
            .then_refused(Error::PinSuperseded);
        let invited = [Event::from(Invited { email: None })];
        given::<User>(invited.clone()).when(Command::ReplacePin(0)).then_refused(Error::Unknown);
        given::<User>(invited).when(Command::BlockPin(0)).then_refused(Error::Unknown);
    }

    #[test]
    fn s58_a_pin_that_is_blocked_stays_so_until_there_is_another() {
        let blocked = [set(), PinBlocked { number: 1 }.into()];
        given::<User>(joined([set()])).when(Command::BlockPin(1)).then([blocked[1].clone()]);
        given::<User>(joined([set()])).when(Command::BlockPin(0)).then_nothing();
        given::<User>(joined(blocked.clone())).when(Command::BlockPin(1)).then_nothing();
        given::<User>(joined(blocked.clone()))
            .when(Command::ReplacePin(1))
            .then_refused(Error::PinSuperseded);
        let is_closed = |pin: &Pin| {
            pin.is_blocked() && !pin.allows_sign_in(&Held::NOTHING, &BranchAccess::NONE)
        };
        assert!(is_closed(&pin(blocked.clone())));
        for event in set_events(2) {
            let with_another = pin([blocked[0].clone(), blocked[1].clone(), event.clone()]);
            let is_open = !matches!(event, Event::PinReplaced(_));
            assert_eq!(!with_another.is_blocked(), is_open, "{event:?}");
        }
    }

    #[test]
    fn s57_a_set_pin_without_a_recorded_reach_permits_nothing() {
        let decode = |name: &str| Event::decode(name, 1, b"{}").unwrap();
        let given_pin = pin([decode("user.pin_set")]);
        assert_eq!(given_pin.number, 0);
        assert!(!given_pin.allows_sign_in(&Held::NOTHING, &BranchAccess::NONE));
        assert!(
            pin([decode("user.pin_changed")]).allows_sign_in(&Held::Everything, &BranchAccess::All)
        );
    }
}
