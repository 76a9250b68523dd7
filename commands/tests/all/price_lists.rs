//! Price lists: what they name, and that no two that tie are published, on one node or several.

use std::sync::Arc;

use commands::catalog::{
    DraftPriceList, PriceListRefusal, PublishPriceList, RevisePriceList, WithdrawPriceList,
};
use commands::{CommandError, Receipt};
use domain::catalog::PriceList;
use domain::catalog::price_list::{self, Conditions, Entry, Hours, List, Subject};
use domain::shared::{BranchId, Money, PriceListId, VariantId};

use crate::held::Held;
use crate::support::{Company, fresh, id, name, pesos};

type Outcome = Result<Receipt, CommandError<PriceListRefusal>>;

fn list_id(n: u128) -> PriceListId {
    PriceListId::from_uuid(id(n))
}

fn bandeja(company: &Company) -> Subject {
    Subject::Variant { product: company.product, variant: company.variant }
}

fn priced(company: &Company, text: &str, price: Money) -> List {
    List {
        name: name(text),
        conditions: Conditions::default(),
        valid_from: "2026-01-01".parse().unwrap(),
        entries: vec![Entry { subject: bandeja(company), price }],
    }
}

/// A list of these hours of every day.
fn daily(company: &Company, text: &str, (from, until): (&str, &str)) -> List {
    let hours = Hours::try_new(from.parse().unwrap(), until.parse().unwrap()).unwrap();
    let conditions = Conditions { hours: Some(hours), ..Conditions::default() };
    List { conditions, ..priced(company, text, pesos(20_000)) }
}

async fn draft(company: &Company, n: u128, attributes: List) -> Outcome {
    let draft = DraftPriceList { list: list_id(n), attributes };
    company.commands.execute(&company.scope, fresh(&company.commands), draft).await
}

async fn publish(company: &Company, n: u128) -> Outcome {
    let publish = PublishPriceList { list: list_id(n) };
    company.commands.execute(&company.scope, fresh(&company.commands), publish).await
}

async fn revise(company: &Company, n: u128, attributes: List) -> Outcome {
    let revise = RevisePriceList { list: list_id(n), seen: None, attributes };
    company.commands.execute(&company.scope, fresh(&company.commands), revise).await
}

async fn withdraw(company: &Company, n: u128) -> Outcome {
    let withdraw = WithdrawPriceList { list: list_id(n) };
    company.commands.execute(&company.scope, fresh(&company.commands), withdraw).await
}

#[track_caller]
fn refused(outcome: &Outcome, expected: &PriceListRefusal) {
    assert!(
        matches!(outcome, Err(CommandError::Refused(refusal)) if refusal == expected),
        "{outcome:?}"
    );
}

fn tie(company: &Company, with: u128, text: &str) -> PriceListRefusal {
    PriceListRefusal::Tie { with: list_id(with), name: name(text), subject: bandeja(company) }
}

#[tokio::test]
async fn a_list_that_ties_with_a_published_one_waits_for_its_withdrawal() {
    let company = Company::open().await;
    draft(&company, 21, daily(&company, "Tarde", ("15:00", "18:00"))).await.unwrap();
    draft(&company, 22, daily(&company, "Hora feliz", ("17:00", "19:00"))).await.unwrap();
    publish(&company, 21).await.unwrap();
    refused(&publish(&company, 22).await, &tie(&company, 21, "Tarde"));
    withdraw(&company, 21).await.unwrap();
    publish(&company, 22).await.unwrap();
    refused(&publish(&company, 21).await, &tie(&company, 22, "Hora feliz"));
    // It is published still and again.
    publish(&company, 22).await.unwrap();
}

#[tokio::test]
async fn a_published_list_is_not_changed_into_one_that_ties() {
    let company = Company::open().await;
    let (early, late) = (("15:00", "17:00"), ("17:00", "19:00"));
    draft(&company, 21, daily(&company, "Tarde", early)).await.unwrap();
    draft(&company, 22, daily(&company, "Hora feliz", late)).await.unwrap();
    publish(&company, 21).await.unwrap();
    publish(&company, 22).await.unwrap();
    let longer = daily(&company, "Hora feliz", ("16:00", "19:00"));
    refused(&revise(&company, 22, longer.clone()).await, &tie(&company, 21, "Tarde"));
    withdraw(&company, 22).await.unwrap();
    revise(&company, 22, longer).await.unwrap();
    refused(&publish(&company, 22).await, &tie(&company, 21, "Tarde"));
}

#[tokio::test]
async fn of_two_lists_that_tie_and_are_published_at_once_one_is() {
    let log = Held::new();
    let here = Company::open_on(Arc::<Held>::clone(&log)).await;
    let there = here.on_another_node();
    draft(&here, 21, daily(&here, "Tarde", ("15:00", "18:00"))).await.unwrap();
    draft(&here, 22, daily(&here, "Hora feliz", ("17:00", "19:00"))).await.unwrap();
    log.hold();
    let first = tokio::spawn({
        let here = here.clone();
        async move { publish(&here, 21).await }
    });
    log.holds(1).await;
    let second = tokio::spawn(async move { publish(&there, 22).await });
    log.holds(1).await;
    log.decide().await;
    log.decide().await;
    first.await.unwrap().unwrap();
    refused(&second.await.unwrap(), &tie(&here, 21, "Tarde"));
}

#[tokio::test]
async fn of_two_published_lists_that_are_changed_at_once_to_tie_one_is() {
    let log = Held::new();
    let here = Company::open_on(Arc::<Held>::clone(&log)).await;
    let there = here.on_another_node();
    draft(&here, 21, daily(&here, "Tarde", ("14:00", "16:00"))).await.unwrap();
    draft(&here, 22, daily(&here, "Hora feliz", ("17:00", "19:00"))).await.unwrap();
    publish(&here, 21).await.unwrap();
    publish(&here, 22).await.unwrap();
    let longer =
        [daily(&here, "Tarde", ("14:00", "17:00")), daily(&here, "Hora feliz", ("16:00", "19:00"))];
    let [afternoon, evening] = longer;
    log.hold();
    let first = tokio::spawn({
        let here = here.clone();
        async move { revise(&here, 21, afternoon).await }
    });
    log.holds(1).await;
    let second = tokio::spawn(async move { revise(&there, 22, evening).await });
    log.holds(1).await;
    log.decide().await;
    log.decide().await;
    first.await.unwrap().unwrap();
    refused(&second.await.unwrap(), &tie(&here, 21, "Tarde"));
}

#[tokio::test]
async fn a_list_names_what_the_company_has_when_it_is_drafted_and_changed() {
    let company = Company::open().await;
    let rule = |error| PriceListRefusal::PriceList(error);
    let list = || priced(&company, "Domicilios", pesos(30_000));
    let elsewhere = Conditions { branch: Some(BranchId::from_uuid(id(99))), ..list().conditions };
    let elsewhere = List { conditions: elsewhere, ..list() };
    refused(&draft(&company, 21, elsewhere).await, &rule(price_list::Error::UnknownBranch));
    let channel = domain::catalog::Channel::parse("rappi").unwrap();
    let rappi = Conditions { channel: Some(channel), ..list().conditions };
    let rappi = List { conditions: rappi, ..list() };
    refused(&draft(&company, 21, rappi).await, &rule(price_list::Error::UnknownChannel));
    let variant = VariantId::from_uuid(id(99));
    let subject = Subject::Variant { product: company.product, variant };
    let price = pesos(1_000);
    let unknown = List { entries: vec![Entry { subject, price }], ..list() };
    let no_subject = rule(price_list::Error::UnknownSubject { index: 0 });
    refused(&draft(&company, 21, unknown.clone()).await, &no_subject);
    draft(&company, 21, list()).await.unwrap();
    refused(&revise(&company, 21, unknown).await, &no_subject);
    refused(&draft(&company, 22, list()).await, &PriceListRefusal::NameTaken);
    refused(&revise(&company, 23, list()).await, &rule(price_list::Error::Unknown));
}

#[tokio::test]
async fn a_list_that_is_changed_says_only_what_changed() {
    let company = Company::open().await;
    draft(&company, 21, priced(&company, "Domicilios", pesos(30_000))).await.unwrap();
    let dearer = priced(&company, "Domicilios", pesos(31_000));
    let receipt = revise(&company, 21, dearer.clone()).await.unwrap();
    let facts = receipt.facts::<PriceList>().unwrap();
    let entries = dearer.entries.clone();
    assert_eq!(facts.len(), 1);
    assert_eq!(facts[0].event, price_list::PricesSet { entries }.into());
    let again = revise(&company, 21, dearer).await.unwrap();
    assert!(again.facts::<PriceList>().unwrap().is_empty());
}
