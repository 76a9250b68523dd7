//! The catalogue through the whole command path, on a log in memory.

use crate::support::{Company, fresh, id, name, pesos};
use commands::CommandError;
use commands::catalog::{
    AddCategory, AddProduct, CategoryRefusal, ProductRefusal, ReviseCategory, ReviseProduct,
    VariantRequest,
};
use domain::catalog::product;
use domain::shared::{CategoryId, ProductId, VariantId};
use event_store::Revision;

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
        name: name("Ajiaco"),
        category: CategoryId::from_uuid(id(31)),
        variants: vec![],
    };
    let outcome = company.commands.execute(&company.scope, fresh(&company.commands), intent).await;
    let expected = ProductRefusal::Product(product::Error::UnknownCategory);
    assert!(matches!(outcome, Err(CommandError::Refused(refusal)) if refusal == expected));
}

#[tokio::test]
async fn an_overtaken_revision_is_stale() {
    let company = Company::open().await;
    let revise = |pesos_now| {
        let variant = VariantRequest {
            id: Some(company.variant),
            id_if_new: VariantId::from_uuid(id(40)),
            name: name("Completa"),
            price: pesos(pesos_now),
        };
        let intent = ReviseProduct {
            product: company.product,
            seen: Some(Revision::new(1)),
            name: name("Bandeja paisa"),
            category: company.category,
            variants: vec![variant],
        };
        company.commands.execute(&company.scope, fresh(&company.commands), intent)
    };
    revise(29_000).await.unwrap();
    let stale = revise(30_000).await;
    assert!(matches!(stale, Err(CommandError::Stale { actual }) if actual == Revision::new(2)));
}
