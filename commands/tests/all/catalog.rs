//! The catalogue through the whole command path, on a log in memory.

use crate::support::{Company, fresh, id, name, pesos};
use commands::catalog::{
    AddCategory, AddProduct, CategoryRefusal, Changes, ProductRefusal, ProductRequest,
    ReviseCategory, ReviseProduct, VariantRequest,
};
use commands::names::NameOf;
use commands::{CommandError, Intent, UnitOfWork};
use domain::catalog::{Category, category, product};
use domain::claim::{self, Claim, ClaimId, Named};
use domain::shared::{CategoryId, Name, ProductId, VariantId};
use event_store::Revision;
use serde::Serialize;

#[tokio::test]
async fn a_name_is_given_once_and_is_free_again_after_a_rename() {
    let company = Company::open().await;
    let add = |n, text| AddCategory {
        category: CategoryId::from_uuid(id(n)),
        name: name(text),
        place: 2,
    };
    let run = |intent| company.commands.execute(&company.scope, fresh(&company.commands), intent);
    let taken = run(add(20, "PLATOS")).await;
    assert!(matches!(taken, Err(CommandError::Refused(CategoryRefusal::NameTaken))));
    let rename = ReviseCategory {
        category: company.category,
        seen: Some(Revision::new(1)),
        name: name("Platos fuertes"),
        place: 1,
    };
    company.commands.execute(&company.scope, fresh(&company.commands), rename).await.unwrap();
    run(add(21, "platos")).await.unwrap();
}

/// Adds a category with the claim of the first version of the folding alone.
#[derive(Debug, Serialize)]
struct AddedBefore {
    category: CategoryId,
    name: Name,
}

impl Intent for AddedBefore {
    const OPERATION: &'static str = "category.add";
    type Refusal = CategoryRefusal;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), CommandError<CategoryRefusal>> {
        let claim = ClaimId::of_name(Named::Category, &self.name);
        let wanted = vec![work.wanted::<Category>(&self.category), work.wanted::<Claim>(&claim)];
        work.read(wanted).await?;
        let details = category::Details { name: self.name.clone(), place: 2 };
        work.try_decide::<Category>(&self.category, category::Command::Add(details)).unwrap();
        let holder = self.category.uuid();
        work.try_decide::<Claim>(&claim, claim::Command::Take { holder }).unwrap();
        Ok(())
    }
}

#[tokio::test]
async fn names_from_before_the_second_fold_are_still_taken_and_can_be_kept() {
    let company = Company::open().await;
    let (commands, scope) = (&company.commands, &company.scope);
    let category = |n| CategoryId::from_uuid(id(n));
    let before = AddedBefore { category: category(20), name: name("Straße") };
    commands.execute(scope, fresh(commands), before).await.unwrap();
    let add = async |n, text| {
        let intent = AddCategory { category: category(n), name: name(text), place: 2 };
        commands.execute(scope, fresh(commands), intent).await
    };
    let rename = async |n, text| {
        let intent =
            ReviseCategory { category: category(n), seen: None, name: name(text), place: 2 };
        commands.execute(scope, fresh(commands), intent).await
    };
    let is_taken =
        |outcome| matches!(outcome, Err(CommandError::Refused(CategoryRefusal::NameTaken)));
    assert!(is_taken(add(21, "STRAßE").await), "a claim of the first folding still counts");
    rename(20, "STRAßE").await.unwrap();
    rename(20, "Strasse").await.unwrap();
    assert!(is_taken(add(22, "STRASSE").await));
    assert!(is_taken(add(22, "Straße").await), "the second folding makes the same key");
    rename(20, "Avenida").await.unwrap();
    add(23, "Straße").await.unwrap();
    assert!(is_taken(add(24, "strasse").await));
    rename(23, "Calle").await.unwrap();
    add(24, "STRASSE").await.unwrap();
}

#[tokio::test]
async fn claims_of_names_from_before_the_second_fold_are_completed_once() {
    let company = Company::open().await;
    let (commands, scope) = (&company.commands, &company.scope);
    let category = |n| CategoryId::from_uuid(id(n));
    for (n, text) in [(20, "Straße"), (21, "Gruß"), (22, "Spaß")] {
        let before = AddedBefore { category: category(n), name: name(text) };
        commands.execute(scope, fresh(commands), before).await.unwrap();
    }
    let add = async |n, text| {
        let intent = AddCategory { category: category(n), name: name(text), place: 2 };
        commands.execute(scope, fresh(commands), intent).await
    };
    // One name was given to another category meanwhile, and one was given up after the names were read.
    add(30, "GRUSS").await.unwrap();
    let rename =
        ReviseCategory { category: category(22), seen: None, name: name("Alegría"), place: 2 };
    commands.execute(scope, fresh(commands), rename).await.unwrap();

    let names = [(20, "Straße"), (21, "Gruß"), (22, "Spaß")].map(|(n, text)| NameOf {
        kind: Named::Category,
        holder: id(n),
        name: name(text),
    });
    assert!(!commands.has_complete_claims(scope.tenant).await.unwrap());
    commands.complete_claims(scope.tenant, names.to_vec()).await.unwrap();
    assert!(commands.has_complete_claims(scope.tenant).await.unwrap());
    commands.complete_claims(scope.tenant, vec![]).await.unwrap();
    let is_taken =
        |outcome| matches!(outcome, Err(CommandError::Refused(CategoryRefusal::NameTaken)));
    assert!(is_taken(add(31, "STRASSE").await));
    assert!(is_taken(add(31, "Gruss").await), "it belongs to the other category");
    add(31, "SPASS").await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_who_want_one_name_at_once_one_gets_it() {
    let company = Company::open().await;
    let tries = (100..120).map(|n| {
        let category = CategoryId::from_uuid(id(n));
        let intent = AddCategory { category, name: name("Jugos"), place: 3 };
        company.commands.execute(&company.scope, fresh(&company.commands), intent)
    });
    let outcomes = futures_util::future::join_all(tries).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
}

#[tokio::test]
async fn a_product_belongs_to_a_category_of_the_company() {
    let company = Company::open().await;
    let intent = AddProduct {
        product: ProductId::from_uuid(id(30)),
        request: ProductRequest::new(name("Ajiaco"), CategoryId::from_uuid(id(31)), vec![]),
    };
    let outcome = company.commands.execute(&company.scope, fresh(&company.commands), intent).await;
    let expected = ProductRefusal::Product(product::Error::UnknownCategory);
    assert!(matches!(outcome, Err(CommandError::Refused(refusal)) if refusal == expected));
}

#[tokio::test]
async fn an_overtaken_revision_is_stale() {
    let company = Company::open().await;
    let revise = |pesos_now| {
        let (id, other) = (Some(company.variant), VariantId::from_uuid(id(40)));
        let variant = VariantRequest::new(id, other, name("Completa"), pesos(pesos_now));
        let changes = Changes { variants: Some(vec![variant]), ..Changes::default() };
        let seen = Some(Revision::new(1));
        let intent = ReviseProduct { product: company.product, seen, changes };
        company.commands.execute(&company.scope, fresh(&company.commands), intent)
    };
    revise(29_000).await.unwrap();
    let stale = revise(30_000).await;
    assert!(matches!(stale, Err(CommandError::Stale { actual }) if actual == Revision::new(2)));
}
