//! Modifier groups through the whole command path, on a log in memory.

use commands::CommandError;
use commands::catalog::{
    AddModifierGroup, ModifierGroupRefusal, ModifierRequest, RemoveModifierGroup,
    RestoreModifierGroup, ReviseModifierGroup,
};
use domain::catalog::modifier_group::{Error, Limits, Request};
use domain::shared::{ModifierGroupId, ModifierId};

use crate::support::{Company, fresh, id, name, pesos};

fn group_id(n: u128) -> ModifierGroupId {
    ModifierGroupId::from_uuid(id(n))
}

/// A group of one modifier that asks `nested`.
fn request(n: u128, nested: Option<ModifierGroupId>) -> Request {
    let modifier = ModifierRequest {
        id: None,
        id_if_new: ModifierId::from_uuid(id(1_000 + n)),
        name: name("Con queso"),
        price: pesos(500),
        max_quantity: 1,
        default_quantity: 0,
        nested,
        ingredients: vec![],
    };
    let limits = Limits { required: false, min: 0, max: 1 };
    Request { name: name(&format!("Grupo {n}")), limits, modifiers: vec![modifier] }
}

async fn add(company: &Company, n: u128) {
    let add = AddModifierGroup { group: group_id(n), request: request(n, None) };
    company.commands.execute(&company.scope, fresh(&company.commands), add).await.unwrap();
}

#[tokio::test]
async fn of_two_groups_that_begin_to_ask_at_the_same_time_one_is_refused() {
    let company = Company::open().await;
    for round in 0..20 {
        let (first, second, third) = (100 + round * 3, 101 + round * 3, 102 + round * 3);
        for n in [first, second, third] {
            add(&company, n).await;
        }
        let revise = |n, nested| ReviseModifierGroup {
            group: group_id(n),
            seen: None,
            request: request(n, Some(group_id(nested))),
        };
        let run =
            |intent| company.commands.execute(&company.scope, fresh(&company.commands), intent);
        let (one, other) = tokio::join!(run(revise(first, second)), run(revise(second, third)));
        let refused = one.as_ref().err().or(other.as_ref().err());
        assert_ne!(one.is_ok(), other.is_ok(), "{one:?}, {other:?}");
        let too_deep = ModifierGroupRefusal::Group(Error::NestedTooDeep { index: 0 });
        assert!(
            matches!(refused, Some(CommandError::Refused(refusal)) if *refusal == too_deep),
            "{refused:?}"
        );
    }
}

#[tokio::test]
async fn a_removed_group_is_restored_unless_another_one_has_its_name() {
    let company = Company::open().await;
    add(&company, 100).await;
    let group = group_id(100);
    let (commands, scope) = (&company.commands, &company.scope);
    commands.execute(scope, fresh(commands), RemoveModifierGroup { group }).await.unwrap();
    let other = AddModifierGroup { group: group_id(101), request: request(100, None) };
    commands.execute(scope, fresh(commands), other).await.unwrap();
    let restored = commands.execute(scope, fresh(commands), RestoreModifierGroup { group }).await;
    let taken = ModifierGroupRefusal::NameTaken;
    assert!(matches!(restored, Err(CommandError::Refused(refusal)) if refusal == taken));
    let group = group_id(101);
    commands.execute(scope, fresh(commands), RemoveModifierGroup { group }).await.unwrap();
    let group = group_id(100);
    commands.execute(scope, fresh(commands), RestoreModifierGroup { group }).await.unwrap();
}
