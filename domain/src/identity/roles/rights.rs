//! What whoever changes something may make of the rights of others.

use std::collections::BTreeSet;

use super::{BranchAccess, Held, Member, State};
use crate::shared::UserId;

/// Permissions, and the branches in which they count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rights {
    pub(super) held: Held,
    pub(super) branches: BranchAccess,
}

impl Rights {
    const NONE: Self = Self { held: Held::NOTHING, branches: BranchAccess::NONE };

    /// Whether whoever has these holds everything that `other` holds, or would hold if they were not
    /// suspended.
    pub(super) fn may_stand_in(&self, state: &State, other: UserId) -> bool {
        let other = state.member(other).map_or(Rights::NONE, |it| state.rights_when_active(it));
        self.held.covers(&other.held) && self.branches.covers(&other.branches)
    }

    /// Whether whoever has these may turn one state into another: they hold everything that any role
    /// or any person has after it and had not before, or had and has not. Of a person that is said of
    /// what they hold and of what they would hold if they were not suspended: a suspension ends. And
    /// of people who act where they do not, they change nothing at all.
    pub(super) fn may_make_of(&self, before: &State, after: &State) -> bool {
        let roles: BTreeSet<_> = before.roles.keys().chain(after.roles.keys()).collect();
        let mut roles = roles.into_iter();
        let members: BTreeSet<_> = before.members.keys().chain(after.members.keys()).collect();
        let mut members = members.into_iter();
        roles
            .all(|role| self.covers_change(&before.held_by_role(*role), &after.held_by_role(*role)))
            && members.all(|member| {
                let (was, is) = (before.member(*member), after.member(*member));
                (was == is || self.acts_wherever(was) && self.acts_wherever(is))
                    && self.may_turn(&when_active(before, was), &when_active(after, is))
                    && self.may_turn(&at_the_moment(before, was), &at_the_moment(after, is))
            })
    }

    fn acts_wherever(&self, member: Option<&Member>) -> bool {
        member.is_none_or(|member| self.branches.covers(&member.branches))
    }

    /// Whether whoever has these may give a person the rights `is` in place of `was`. A permission
    /// counts in all branches of a person, so another one changes something in each of them, and
    /// another branch changes something about each permission.
    fn may_turn(&self, was: &Self, is: &Self) -> bool {
        let everywhere = self.branches.covers(&was.branches) && self.branches.covers(&is.branches);
        was == is
            || everywhere
                && if was.branches == is.branches {
                    self.covers_change(&was.held, &is.held)
                } else {
                    self.held.covers(&was.held) && self.held.covers(&is.held)
                }
    }

    fn covers_change(&self, was: &Held, is: &Held) -> bool {
        self.held.covers(&is.beyond(was)) && self.held.covers(&was.beyond(is))
    }
}

fn when_active(state: &State, member: Option<&Member>) -> Rights {
    member.map_or(Rights::NONE, |member| state.rights_when_active(member))
}

fn at_the_moment(state: &State, member: Option<&Member>) -> Rights {
    when_active(state, member.filter(|member| member.is_active))
}

impl State {
    /// What a person holds and where, if they are not suspended.
    pub(super) fn rights_when_active(&self, member: &Member) -> Rights {
        let (held, branches) = (self.held_by_roles(&member.roles), member.branches.clone());
        Rights { held: held.within(&branches), branches }
    }

    /// What somebody may do at the moment in these branches alone.
    pub(super) fn rights_within(&self, user: UserId, within: &BranchAccess) -> Rights {
        let branches = self.branches_of(user).and(within);
        Rights { held: self.held_within(user, &branches), branches }
    }
}
