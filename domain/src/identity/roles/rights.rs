//! How much an actor may change of the rights of others.

use std::collections::BTreeSet;

use super::{BranchAccess, Held, Member, State};
use crate::shared::UserId;

/// Permissions and the branches that they are valid in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rights {
    pub(super) held: Held,
    pub(super) branches: BranchAccess,
}

impl Rights {
    const NONE: Self = Self { held: Held::NOTHING, branches: BranchAccess::NONE };

    /// Whether the actor holds everything that `other` holds, or would hold when not suspended.
    pub(super) fn may_stand_in(&self, state: &State, other: UserId) -> bool {
        let other = state.member(other).map_or(Rights::NONE, |it| state.rights_when_active(it));
        self.held.covers(&other.held) && self.branches.covers(&other.branches)
    }

    /// Whether the actor may turn one state into another. The actor must hold every permission that
    /// any role or user gains or loses. For a user this is checked as they are and as if not
    /// suspended, because a suspension can end. A user of branches that the actor lacks must not
    /// change at all.
    pub(super) fn may_change_state(&self, before: &State, after: &State) -> bool {
        let roles: BTreeSet<_> = before.roles.keys().chain(after.roles.keys()).collect();
        let mut roles = roles.into_iter();
        let members: BTreeSet<_> = before.members.keys().chain(after.members.keys()).collect();
        let mut members = members.into_iter();
        roles
            .all(|role| self.covers_change(&before.held_by_role(*role), &after.held_by_role(*role)))
            && members.all(|member| {
                let (was, is) = (before.member(*member), after.member(*member));
                (was == is || self.covers_branches_of(was) && self.covers_branches_of(is))
                    && self.may_change_rights(
                        &rights_when_active(before, was),
                        &rights_when_active(after, is),
                    )
                    && self
                        .may_change_rights(&current_rights(before, was), &current_rights(after, is))
            })
    }

    fn covers_branches_of(&self, member: Option<&Member>) -> bool {
        member.is_none_or(|member| self.branches.covers(&member.branches))
    }

    /// Whether the actor may replace a user's rights `was` with `is`. A permission is valid in all
    /// branches of a user, so gaining or losing one affects each of them, and gaining or losing a
    /// branch affects every permission.
    fn may_change_rights(&self, was: &Self, is: &Self) -> bool {
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

fn rights_when_active(state: &State, member: Option<&Member>) -> Rights {
    member.map_or(Rights::NONE, |member| state.rights_when_active(member))
}

fn current_rights(state: &State, member: Option<&Member>) -> Rights {
    rights_when_active(state, member.filter(|member| member.is_active))
}

impl State {
    /// What a user holds and where, suspended or not.
    pub(super) fn rights_when_active(&self, member: &Member) -> Rights {
        let (held, branches) = (self.held_by_roles(&member.roles), member.branches.clone());
        Rights { held: held.within(&branches), branches }
    }

    /// What a user may do in these branches only.
    pub(super) fn rights_within(&self, user: UserId, within: &BranchAccess) -> Rights {
        let branches = self.branches_of(user).and(within);
        Rights { held: self.held_within(user, &branches), branches }
    }
}
