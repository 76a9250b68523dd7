//! The codes that the rules about people, branches, devices and companies answer with.

use crate::contract::Refusals;
use crate::problem::Code::{
    self, BranchClosed, CompanyClosed, EmailTaken, Forbidden, InUse, InvalidTransition, LastOwner,
    LoginFailed, NameTaken, PinBlocked, PinChangeRequired, PlanLimit, PrivilegeEscalation,
    RefreshReused, RoleCycle, SubscriptionRequired, TicketInvalid, TokenExpired, TokenInvalid,
    TokenRevoked, UnknownReference, Validation,
};

const WITH_PASSWORD: &[Code] = &[LoginFailed, CompanyClosed];
const WITH_PIN: &[Code] = &[
    LoginFailed,
    CompanyClosed,
    Forbidden,
    PinBlocked,
    PinChangeRequired,
    TokenInvalid,
    Validation,
];
const WITH_LINK: &[Code] = &[TicketInvalid, CompanyClosed];
const OF_ROLES: &[Code] = &[PrivilegeEscalation, LastOwner, UnknownReference, InvalidTransition];
/// The address has the name of a permission, which has a form.
const OF_PERMISSIONS_OF_ROLES: &[Code] =
    &[Validation, PrivilegeEscalation, LastOwner, UnknownReference, InvalidTransition];

/// By operation.
pub(in crate::operations) const CODES: &[Refusals] = &[
    ("login", WITH_PASSWORD),
    ("loginWithPin", WITH_PIN),
    ("loginWithNewPin", WITH_PIN),
    ("listTillPeople", &[CompanyClosed]),
    ("refresh", &[TokenInvalid, TokenExpired, TokenRevoked, RefreshReused, CompanyClosed]),
    ("join", WITH_LINK),
    ("resetPassword", WITH_LINK),
    ("confirmEmail", &[TicketInvalid, CompanyClosed, EmailTaken]),
    ("changePassword", WITH_PASSWORD),
    ("requestEmail", &[LoginFailed, EmailTaken]),
    ("changePin", &[LoginFailed, PinBlocked]),
    ("addRole", &[NameTaken, RoleCycle, PrivilegeEscalation, UnknownReference, InvalidTransition]),
    (
        "reviseRole",
        &[
            NameTaken,
            RoleCycle,
            PrivilegeEscalation,
            LastOwner,
            UnknownReference,
            InvalidTransition,
        ],
    ),
    ("removeRole", &[InUse, PrivilegeEscalation, InvalidTransition]),
    ("choosePermissions", OF_ROLES),
    ("grantPermission", OF_PERMISSIONS_OF_ROLES),
    ("revokePermission", OF_PERMISSIONS_OF_ROLES),
    ("assignRole", OF_ROLES),
    ("unassignRole", OF_ROLES),
    ("getPermission", &[Validation]),
    ("definePermission", &[PrivilegeEscalation, InvalidTransition]),
    ("dropPermission", &[Validation, InUse, PrivilegeEscalation, InvalidTransition]),
    ("sortPermission", &[UnknownReference]),
    ("labelPermission", &[InvalidTransition]),
    ("dropPermissionLabel", &[Validation, InvalidTransition]),
    ("addPermissionCategory", &[NameTaken, InvalidTransition]),
    ("renamePermissionCategory", &[NameTaken]),
    ("removePermissionCategory", &[InUse]),
    (
        "inviteUser",
        &[
            EmailTaken,
            PrivilegeEscalation,
            UnknownReference,
            InvalidTransition,
            SubscriptionRequired,
            PlanLimit,
        ],
    ),
    ("inviteUserAgain", &[InvalidTransition, PrivilegeEscalation]),
    ("allowBranches", OF_ROLES),
    ("suspendUser", &[LastOwner, PrivilegeEscalation, InvalidTransition]),
    ("resumeUser", &[PrivilegeEscalation, InvalidTransition, SubscriptionRequired, PlanLimit]),
    ("renameUser", &[PrivilegeEscalation]),
    ("requestEmailOfUser", &[EmailTaken, PrivilegeEscalation, InvalidTransition]),
    ("forgetUser", &[PrivilegeEscalation, InvalidTransition]),
    ("setPin", &[PrivilegeEscalation, InvalidTransition, PinBlocked]),
    (
        "enrollDevice",
        &[UnknownReference, InvalidTransition, BranchClosed, SubscriptionRequired, PlanLimit],
    ),
    ("openBranch", &[NameTaken, InvalidTransition, SubscriptionRequired, PlanLimit]),
    ("reopenBranch", &[Forbidden, InvalidTransition, SubscriptionRequired, PlanLimit]),
    ("reviseBranch", &[NameTaken, Forbidden]),
    ("setTaxRegime", &[UnknownReference, Forbidden]),
    ("createCompany", &[NameTaken, EmailTaken]),
    ("restoreAdministrator", &[EmailTaken]),
];
