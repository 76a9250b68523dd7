//! What people may do, and who they are.

use commands::identity::{
    AccountRefusal, BranchRefusal, DeviceRefusal, InviteRefusal, RolesRefusal, UserRefusal,
};
use domain::identity::branch::PLANNED_CHANGES_MAX;
use domain::identity::roles::{DEPTH_MAX, Error, PARENTS_MAX, ROLES_MAX};
use domain::identity::{branch, device, tenant, user};
use uuid::Uuid;

use crate::operations::refusal::{name_taken, unknown};
use crate::problem::{Code, FieldError, Problem};

/// What a body names, in its order.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::operations) struct Named<'a> {
    /// Roles, under this pointer.
    pub(in crate::operations) roles: (&'static str, &'a [Uuid]),
    /// Permissions, under `/permissions`.
    pub(in crate::operations) permissions: &'a [String],
    /// Branches, under `/branches`.
    pub(in crate::operations) branches: &'a [Uuid],
}

/// Why roles do not change.
pub(in crate::operations) fn roles(refusal: &RolesRefusal, named: &Named<'_>) -> Problem {
    let among = |pointer: &str, ids: &[Uuid], id: Uuid| {
        let index = ids.iter().position(|named| *named == id).unwrap_or_default();
        unknown(&format!("{pointer}/{index}"))
    };
    let invalid = |pointer: &str, code, words: (String, String)| {
        Problem::validation(vec![FieldError::new(pointer, code, words)])
    };
    let refusal = match refusal {
        RolesRefusal::UnknownBranch(branch) => {
            return among("/branches", named.branches, branch.uuid());
        }
        RolesRefusal::Roles(refusal) => refusal,
    };
    match refusal {
        Error::Unknown => Problem::new(Code::NotFound),
        Error::UnknownRole(role) => among(named.roles.0, named.roles.1, role.uuid()),
        Error::UnknownPermission(name) => {
            let index = named.permissions.iter().position(|named| named == name.as_str());
            unknown(&format!("/permissions/{}", index.unwrap_or_default()))
        }
        Error::UnknownCategory => unknown("/category_id"),
        Error::AlreadyThere | Error::AlreadyFounded => Problem::new(Code::InvalidTransition),
        Error::NameTaken => name_taken(),
        Error::Cycle => Problem::new(Code::RoleCycle),
        Error::Escalation => Problem::new(Code::PrivilegeEscalation),
        Error::ReachesEveryBranch => Problem::reaches_every_branch(),
        Error::LastAdministrator => Problem::new(Code::LastOwner),
        Error::InUse => Problem::new(Code::InUse),
        Error::NotSuspended => Problem::new(Code::InvalidTransition).detail((
            "Suspenda antes a la persona.".to_owned(),
            "Suspend the person first.".to_owned(),
        )),
        Error::AdministratorIsFixed => Problem::new(Code::InvalidTransition).detail((
            "El rol de administrador no se cambia ni se hereda.".to_owned(),
            "The role of administrators cannot be changed or inherited from.".to_owned(),
        )),
        Error::TooDeep => invalid(
            "/parents",
            "depth",
            (
                format!("un rol hereda a través de {DEPTH_MAX} pasos como máximo"),
                format!("a role inherits over at most {DEPTH_MAX} steps"),
            ),
        ),
        Error::TooMany => invalid(
            "/parents",
            "length",
            (
                format!("como máximo {ROLES_MAX} roles, y {PARENTS_MAX} padres cada uno"),
                format!("at most {ROLES_MAX} roles, and {PARENTS_MAX} parents of each"),
            ),
        ),
        Error::NeedsLabel => Problem::new(Code::InvalidTransition).detail((
            "Un permiso propio siempre lleva el nombre que usted le da.".to_owned(),
            "A permission of your own always has the label that you give it.".to_owned(),
        )),
        Error::NotOwn => invalid(
            "/id",
            "own-permission",
            ("debe empezar por x_".to_owned(), "must begin with x_".to_owned()),
        ),
    }
}

pub(in crate::operations) fn invite(refusal: &InviteRefusal, named: &Named<'_>) -> Problem {
    match refusal {
        InviteRefusal::EmailTaken => email_taken(),
        InviteRefusal::Roles(refusal) => roles(refusal, named),
        InviteRefusal::User(refusal) => user(*refusal),
    }
}

pub(in crate::operations) fn email_taken() -> Problem {
    let words = ("ya tiene una cuenta", "has an account");
    Problem::new(Code::EmailTaken).with_errors(vec![FieldError::new("/email", "taken", words)])
}

pub(in crate::operations) fn account(refusal: &AccountRefusal) -> Problem {
    match refusal {
        AccountRefusal::Roles(refusal) => {
            roles(&RolesRefusal::Roles(refusal.clone()), &Named::default())
        }
        AccountRefusal::User(refusal) => user(*refusal),
    }
}

pub(in crate::operations) fn user(refusal: UserRefusal) -> Problem {
    match refusal {
        user::Error::Unknown => Problem::new(Code::NotFound),
        user::Error::AlreadyInvited | user::Error::AlreadyJoined => {
            Problem::new(Code::InvalidTransition)
        }
        user::Error::LinkVoid => Problem::new(Code::TicketInvalid),
        user::Error::PinSuperseded => Problem::new(Code::PinBlocked),
    }
}

pub(in crate::operations) fn device(refusal: &DeviceRefusal) -> Problem {
    match refusal {
        DeviceRefusal::UnknownBranch => unknown("/branch_id"),
        DeviceRefusal::Device(device::Error::Unknown) => Problem::new(Code::NotFound),
        DeviceRefusal::Device(device::Error::AlreadyEnrolled) => {
            Problem::new(Code::InvalidTransition)
        }
    }
}

pub(in crate::operations) fn branch(refusal: &BranchRefusal) -> Problem {
    match refusal {
        BranchRefusal::NameTaken => name_taken(),
        BranchRefusal::Branch(branch::Error::Unknown) => Problem::new(Code::NotFound),
        BranchRefusal::Branch(branch::Error::AlreadyOpen) => Problem::new(Code::InvalidTransition),
        BranchRefusal::Branch(
            branch::Error::DayHasBegun { earliest } | branch::Error::DayIsOver { earliest },
        ) => {
            let words = (
                format!("debe ser {earliest} o una fecha posterior"),
                format!("must be {earliest} or a later date"),
            );
            Problem::validation(vec![FieldError::new("/from", "minimum", words)])
        }
        BranchRefusal::Branch(branch::Error::UnknownTaxProfile) => unknown("/tax_profile_id"),
        BranchRefusal::Branch(branch::Error::UnknownTaxRegime) => unknown("/regime"),
        BranchRefusal::Branch(branch::Error::TooManyPlanned) => {
            let words = (
                format!("ya hay {PLANNED_CHANGES_MAX} cambios previstos para antes"),
                format!("{PLANNED_CHANGES_MAX} changes are planned for earlier dates already"),
            );
            Problem::validation(vec![FieldError::new("/from", "maximum", words)])
        }
    }
}

/// Why a company that corrects itself stays as it is.
pub(in crate::operations) fn own_company(refusal: tenant::Error) -> Problem {
    match refusal {
        tenant::Error::Unknown => Problem::new(Code::NotFound),
        // Only where a company is set up.
        tenant::Error::AlreadyRegistered => Problem::new(Code::InvalidTransition),
    }
}
