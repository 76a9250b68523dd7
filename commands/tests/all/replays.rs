//! Which users a retried command answers.

use commands::catalog::AddCategory;
use commands::{CommandError, Request, Scope};
use domain::identity::roles::BranchAccess;
use domain::shared::{BranchId, CategoryId, CommandId, CorrelationId, TenantId, UserId};

use crate::support::{Company, id, name};

fn user(n: u128) -> Scope {
    let tenant = TenantId::from_uuid(id(2));
    Scope::user(tenant, UserId::from_uuid(id(n)), CorrelationId::from_uuid(id(4)))
}

#[tokio::test]
async fn s39_a_command_is_replayed_only_to_its_user() {
    let company = Company::open().await;
    let request = Request::live(CommandId::from_uuid(company.commands.uuid()));
    let order = company.order(company.order_id());
    let place = async |by: &Scope| company.commands.execute(by, request, order.clone()).await;
    let first = place(&company.scope).await.unwrap();
    let other = place(&user(33)).await.unwrap_err();
    assert!(matches!(other, CommandError::IdReused), "{other:?}");
    let retried = place(&company.scope).await.unwrap();
    assert!(retried.replayed && retried.position == first.position);

    // Also on another node, and for commands without a branch.
    let elsewhere = company.on_another_node();
    let request = Request::live(CommandId::from_uuid(company.commands.uuid()));
    let add = || AddCategory {
        category: CategoryId::from_uuid(company.commands.uuid()),
        name: name("Sopas"),
        place: 2,
    };
    company.commands.execute(&company.scope, request, add()).await.unwrap();
    let other = elsewhere.commands.execute(&user(33), request, add()).await.unwrap_err();
    assert!(matches!(other, CommandError::IdReused), "{other:?}");
    assert!(elsewhere.commands.execute(&company.scope, request, add()).await.unwrap().replayed);
}

#[tokio::test]
async fn s15_a_command_answers_again_only_where_its_actor_may_still_act() {
    let company = Company::open().await;
    let request = Request::live(CommandId::from_uuid(company.commands.uuid()));
    let order = company.order(company.order_id());
    company.commands.execute(&company.scope, request, order.clone()).await.unwrap();
    let only = |branch| BranchAccess::Only([branch].into());
    let there = company.scope.clone().in_branches(only(company.branch));
    let gone = company.scope.clone().in_branches(only(BranchId::from_uuid(id(99))));
    for commands in [&company.commands, &company.on_another_node().commands] {
        let refused = commands.execute(&gone, request, order.clone()).await.unwrap_err();
        assert!(matches!(refused, CommandError::ForeignBranch { .. }), "{refused:?}");
        assert!(commands.execute(&there, request, order.clone()).await.unwrap().replayed);
    }
}
