//! The PIN of a person for shared tills, as far as the log knows it. The PIN itself is in no event: its
//! hash is kept beside the log under the number of the event that it came with, and counts only while
//! that is the last one.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::identity::roles::{BranchAccess, Held, Reach};

/// They have another PIN, which they proved themselves for with more than the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PinChanged {
    /// Which PIN of theirs it is, counted from 1; 0 where PINs were not counted.
    #[serde(default)]
    pub number: u32,
}

/// Somebody gave them a PIN; whoever signed in with the one before is out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PinSet {
    /// Which PIN of theirs it is, counted from 1; 0 where PINs were not counted.
    #[serde(default)]
    pub number: u32,
    /// What they could do at that moment, and where; none where that was not written down.
    #[serde(default)]
    pub reach: Option<Reach>,
}

/// They chose another PIN, and proved themselves with nothing but the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PinReplaced {
    /// Which PIN of theirs it is, counted from 1.
    pub number: u32,
}

/// Too many wrong PINs were tried in a row: nobody signs in with their PIN until they have another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PinBlocked {
    /// Which PIN of theirs it is.
    pub number: u32,
}

/// See the module.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pin {
    /// Which PIN of theirs it is; 0 where PINs were not counted.
    pub number: u32,
    origin: Origin,
    is_blocked: bool,
}

/// Who knows a PIN besides its owner.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
enum Origin {
    /// Nobody: they chose it themselves.
    #[default]
    Own,
    /// Somebody who gave it to them.
    Given(Option<Reach>),
    /// Perhaps the same: who replaced the given one knew no more than that one.
    Replaced(Option<Reach>),
}

impl Pin {
    /// Whether a session that began with it goes on for somebody who can do this much. A PIN that
    /// another person may know opens no more than its owner could do when it was given.
    pub fn opens(&self, held: &Held, branches: &BranchAccess) -> bool {
        match &self.origin {
            Origin::Own => true,
            Origin::Given(reach) | Origin::Replaced(reach) => {
                reach.as_ref().is_some_and(|reach| reach.covers(held, branches))
            }
        }
    }

    /// Whether somebody who can do this much can sign in with it.
    pub fn counts_for(&self, held: &Held, branches: &BranchAccess) -> bool {
        self.opens(held, branches) && !self.is_blocked
    }

    /// Whether it only serves to choose another.
    pub const fn is_to_be_replaced(&self) -> bool {
        matches!(self.origin, Origin::Given(_))
    }

    /// Whether nobody signs in with it until its owner has another.
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

    /// Every way to come to another PIN.
    pub(in super::super) fn another(number: u32) -> [Event; 3] {
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
        let again = PinSet { number: 2, reach: Some(reach()) };
        given::<User>(joined([changed.into()])).when(Command::SetPin(reach())).then([again.into()]);
        for event in another(7) {
            assert_eq!((event.pin_number(), pin([event.clone()]).number), (Some(7), 7));
        }
        assert_eq!(Event::from(PinBlocked { number: 7 }).pin_number(), None);
    }

    #[test]
    fn s57_a_pin_from_somebody_else_opens_what_its_owner_could_do_then_and_no_more() {
        let (place, cancel) = (Permission::OrderPlace, Permission::OrderCancel);
        let more = [
            (held(&[place, cancel]), branches(1)),
            (Held::Everything, branches(1)),
            (held(&[place]), branches(2)),
            (held(&[place]), BranchAccess::All),
        ];
        for known in [vec![set()], vec![set(), PinReplaced { number: 2 }.into()]] {
            let pin = pin(known);
            assert!(pin.counts_for(&held(&[place]), &branches(1)));
            assert!(pin.counts_for(&Held::NOTHING, &BranchAccess::NONE));
            for (held, branches) in &more {
                assert!(!pin.counts_for(held, branches), "{held:?} in {branches:?}");
            }
        }
        let own = pin([set(), PinChanged { number: 2 }.into()]);
        assert!(more.iter().all(|(held, branches)| own.counts_for(held, branches)));
    }

    #[test]
    fn a_pin_from_somebody_else_serves_to_choose_another() {
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
        let is_closed =
            |pin: &Pin| pin.is_blocked() && !pin.counts_for(&Held::NOTHING, &BranchAccess::NONE);
        assert!(is_closed(&pin(blocked.clone())));
        for event in another(2) {
            let with_another = pin([blocked[0].clone(), blocked[1].clone(), event.clone()]);
            let is_open = !matches!(event, Event::PinReplaced(_));
            assert_eq!(!with_another.is_blocked(), is_open, "{event:?}");
        }
    }

    #[test]
    fn s57_a_given_pin_of_which_no_reach_was_written_down_opens_nothing() {
        let decode = |name: &str| Event::decode(name, 1, b"{}").unwrap();
        let given_pin = pin([decode("user.pin_set")]);
        assert_eq!(given_pin.number, 0);
        assert!(!given_pin.counts_for(&Held::NOTHING, &BranchAccess::NONE));
        assert!(
            pin([decode("user.pin_changed")]).counts_for(&Held::Everything, &BranchAccess::All)
        );
    }
}
