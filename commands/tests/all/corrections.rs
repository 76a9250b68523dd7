//! Names and addresses of people that are corrected.

use commands::identity::{
    AccountRefusal, ChangeRoles, ChangeSubscription, ConfirmEmail, EmailRefusal, InviteRefusal,
    InviteUser, RegisterTenant, RenameUser, RequestEmail,
};
use commands::{CommandError, Receipt, Scope};
use domain::identity::User;
use domain::identity::roles::{self, BranchAccess, Change, Seed};
use domain::identity::user::{self, EmailChangeRequested, EmailChanged, InvitedAgain, Renamed};
use domain::shared::{BranchId, CorrelationId, EmailKey, Slug, TenantId, UserId};

use crate::support::{Company, fresh, id, name};

const OWNER: u128 = 3;
const MANAGER: u128 = 50;
const CASHIER: u128 = 51;
const ELSEWHERE: u128 = 52;

/// What stands for the address of the person `n`, or for any other address.
fn email(n: u128) -> EmailKey {
    EmailKey::from_bytes([u8::try_from(n).unwrap(); 32])
}

fn user(n: u128) -> UserId {
    UserId::from_uuid(id(n))
}

fn by(n: u128) -> Scope {
    Scope::user(TenantId::from_uuid(id(2)), user(n), CorrelationId::from_uuid(id(4)))
}

/// An administrator, a manager and a cashier of one branch, and a cashier of another.
async fn staff() -> Company {
    let company = Company::open().await;
    let register = RegisterTenant {
        tenant: TenantId::from_uuid(id(2)),
        name: name("Arepas"),
        slug: Slug::parse("arepas").unwrap(),
        owner: user(OWNER),
        email: email(OWNER),
        has_joined: true,
        subscription: ChangeSubscription::default(),
    };
    company.commands.execute(&by(OWNER), fresh(&company.commands), register).await.unwrap();
    let other = BranchId::from_uuid(id(6));
    let open = commands::identity::OpenBranch {
        branch: other,
        name: name("Usaquén"),
        time_zone: chrono_tz::America::Bogota,
        currency: domain::shared::Currency::COP,
        cut_off: "04:00".parse().unwrap(),
    };
    company.commands.execute(&by(OWNER), fresh(&company.commands), open).await.unwrap();
    invite(&company, MANAGER, Seed::Manager, company.branch).await.unwrap();
    invite(&company, CASHIER, Seed::Cashier, company.branch).await.unwrap();
    invite(&company, ELSEWHERE, Seed::Cashier, other).await.unwrap();
    company
}

async fn invite(
    company: &Company,
    n: u128,
    seed: Seed,
    branch: BranchId,
) -> Result<Receipt, CommandError<InviteRefusal>> {
    let invite = InviteUser {
        user: user(n),
        email: email(n),
        earlier: vec![],
        roles: vec![seed.role(TenantId::from_uuid(id(2)))],
        branches: BranchAccess::Only([branch].into()),
    };
    company.commands.execute(&by(OWNER), fresh(&company.commands), invite).await
}

async fn rename(company: &Company, actor: u128, n: u128) -> Result<Receipt, AccountRefusal> {
    let rename = RenameUser { user: user(n), name: [0; 32] };
    let renamed = company.commands.execute(&by(actor), fresh(&company.commands), rename).await;
    renamed.map_err(refusal)
}

async fn request(
    company: &Company,
    actor: u128,
    n: u128,
    email: EmailKey,
) -> Result<Receipt, EmailRefusal> {
    let request = RequestEmail { user: user(n), email, earlier: vec![] };
    let requested = company.commands.execute(&by(actor), fresh(&company.commands), request).await;
    requested.map_err(refusal)
}

async fn confirm(company: &Company, n: u128, number: u32) -> Result<Receipt, EmailRefusal> {
    let (user, link) = (user(n), 0);
    let confirm = ConfirmEmail { user, link, number, earlier: vec![], former: vec![] };
    let confirmed = company.commands.execute(&by(n), fresh(&company.commands), confirm).await;
    confirmed.map_err(refusal)
}

fn refusal<R: std::fmt::Debug>(error: CommandError<R>) -> R {
    match error {
        CommandError::Refused(refusal) => refusal,
        other => panic!("{other:?}"),
    }
}

/// What happened to people.
fn events(receipt: &Receipt) -> Vec<user::Event> {
    receipt.facts::<User>().unwrap().into_iter().map(|fact| fact.event).collect()
}

const fn void() -> EmailRefusal {
    EmailRefusal::Account(AccountRefusal::User(user::Error::LinkVoid))
}

fn escalation() -> AccountRefusal {
    AccountRefusal::Roles(roles::Error::Escalation)
}

#[tokio::test]
async fn a_name_is_corrected_by_oneself_and_by_those_who_may_do_as_much() {
    let company = staff().await;
    for (number, actor) in [(1, OWNER), (2, MANAGER), (3, CASHIER)] {
        let renamed = rename(&company, actor, CASHIER).await.unwrap();
        assert_eq!(events(&renamed), [Renamed { number }.into()]);
    }
    for other in [OWNER, ELSEWHERE] {
        assert_eq!(rename(&company, MANAGER, other).await.unwrap_err(), escalation());
        let requested = request(&company, MANAGER, other, email(90)).await;
        assert_eq!(requested.unwrap_err(), EmailRefusal::Account(escalation()));
    }
    assert_eq!(rename(&company, CASHIER, MANAGER).await.unwrap_err(), escalation());
    let unknown = AccountRefusal::Roles(roles::Error::Unknown);
    assert_eq!(rename(&company, OWNER, 99).await.unwrap_err(), unknown);
}

#[tokio::test]
async fn an_address_belongs_to_its_user_once_confirmed_and_frees_the_former_one() {
    let company = staff().await;
    let new = email(90);
    let requested = request(&company, MANAGER, CASHIER, new).await.unwrap();
    assert_eq!(events(&requested), [EmailChangeRequested { number: 1, email: new }.into()]);
    // Until then the one before is theirs.
    let request_old = request(&company, OWNER, MANAGER, email(CASHIER)).await;
    assert_eq!(request_old.unwrap_err(), EmailRefusal::EmailTaken);
    let confirmed = confirm(&company, CASHIER, 1).await.unwrap();
    let changed = EmailChanged { number: 1, email: new }.into();
    assert_eq!(events(&confirmed), [changed, InvitedAgain {}.into()]);
    let repeated = confirm(&company, CASHIER, 1).await.unwrap();
    assert_eq!(events(&repeated), []);
    let taken = request(&company, OWNER, MANAGER, new).await;
    assert_eq!(taken.unwrap_err(), EmailRefusal::EmailTaken);
    request(&company, OWNER, MANAGER, email(CASHIER)).await.unwrap();
    confirm(&company, MANAGER, 1).await.unwrap();
    let taken = request(&company, OWNER, CASHIER, email(CASHIER)).await;
    assert_eq!(taken.unwrap_err(), EmailRefusal::EmailTaken);
}

#[tokio::test]
async fn an_address_that_was_taken_meanwhile_is_not_confirmed() {
    let company = staff().await;
    request(&company, OWNER, CASHIER, email(53)).await.unwrap();
    invite(&company, 53, Seed::Cashier, company.branch).await.unwrap();
    assert_eq!(confirm(&company, CASHIER, 1).await.unwrap_err(), EmailRefusal::EmailTaken);
    // Both keep what they had.
    let taken = request(&company, OWNER, MANAGER, email(CASHIER)).await;
    assert_eq!(taken.unwrap_err(), EmailRefusal::EmailTaken);
    let earlier = RequestEmail {
        user: user(CASHIER),
        email: email(91),
        earlier: vec![email(92), email(MANAGER)],
    };
    let taken = company.commands.execute(&by(OWNER), fresh(&company.commands), earlier).await;
    assert_eq!(refusal(taken.unwrap_err()), EmailRefusal::EmailTaken);
}

#[tokio::test]
async fn an_address_held_under_an_earlier_key_moves_too() {
    let company = staff().await;
    request(&company, OWNER, CASHIER, email(90)).await.unwrap();
    let confirm = ConfirmEmail {
        user: user(CASHIER),
        link: 0,
        number: 1,
        earlier: vec![email(CASHIER)],
        former: vec![email(CASHIER), email(MANAGER)],
    };
    let receipt = company.commands.execute(&by(CASHIER), fresh(&company.commands), confirm).await;
    receipt.unwrap();
    request(&company, OWNER, ELSEWHERE, email(CASHIER)).await.unwrap();
    // What another person holds is not released.
    let taken = request(&company, OWNER, CASHIER, email(MANAGER)).await;
    assert_eq!(taken.unwrap_err(), EmailRefusal::EmailTaken);
}

#[tokio::test]
async fn a_suspended_user_confirms_nothing() {
    let company = staff().await;
    request(&company, OWNER, CASHIER, email(90)).await.unwrap();
    for change in [Change::Suspend(user(CASHIER)), Change::Resume(user(CASHIER))] {
        let change = ChangeRoles { seen: None, change };
        company.commands.execute(&by(OWNER), fresh(&company.commands), change).await.unwrap();
        assert_eq!(confirm(&company, CASHIER, 1).await.unwrap_err(), void());
    }
    assert_eq!(confirm(&company, CASHIER, 2).await.unwrap_err(), void());
}
