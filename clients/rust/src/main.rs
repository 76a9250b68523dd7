//! Signs in, places an order, pays it and lists it with the generated client.

use std::env;
use std::error::Error;
use std::num::NonZero;

use fastops::Client;
use fastops::types::{
    Login, Money, NewLine, NewOrder, NewPayment, OrderType, PaidAmount, PaymentMethod, PlacedOrder,
    Problem, ProblemCode, TakenPayment,
};
use futures::TryStreamExt;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use uuid::Uuid;

mod fastops {
    progenitor::generate_api!(spec = "openapi.json", interface = Builder, derives = [PartialEq]);
}

/// Why the API did not answer as asked; problems are bytes to progenitor, which reads no media type but
/// JSON's own.
type Refusal = progenitor_client::Error<progenitor_client::ByteStream>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let client = signed_in(&env::var("FASTOPS_URL")?).await?;

    let branch = client.list_branches().send().await?.data[0].id;
    let product = client.list_products().limit(NonZero::<u64>::MIN).send().await?.data[0].clone();
    let line = NewLine::builder()
        .product_id(product.id)
        .variant_id(product.variants[0].id)
        .quantity(NonZero::new(2_u32).ok_or("two is not zero")?);
    let wish: NewOrder = NewOrder::builder()
        .branch_id(branch)
        .order_type(OrderType::Takeaway)
        .lines(vec![line.try_into()?])
        .try_into()?;
    let once = Uuid::now_v7();
    let order = place(&client, once, &wish).await?;
    assert_eq!(place(&client, once, &wish).await?, order, "a retry gets the first answer");

    let paid = pay(&client, &order).await?;
    assert_eq!(paid.balance.amount, 0);
    let refused = pay(&client, &order).await.expect_err("another version is current");
    assert_eq!(problem(refused).await?.code, ProblemCode::VersionConflict);

    let orders =
        client.list_orders().branch_id(branch).after(paid.position.as_str()).send().await?;
    let listed = orders.data.iter().find(|listed| listed.id == order.id).ok_or("not listed")?;
    assert_eq!((&listed.total, &listed.balance), (&order.total, &paid.balance));
    println!("order {} placed, paid and listed", order.number);
    Ok(())
}

/// A client that sends the token of the signed-in user.
async fn signed_in(url: &str) -> Result<Client, Box<dyn Error>> {
    let credentials =
        Login::builder().email(env::var("FASTOPS_EMAIL")?).password(env::var("FASTOPS_PASSWORD")?);
    let session = Client::new(url).login().body(credentials).send().await?;
    let bearer = HeaderValue::try_from(format!("Bearer {}", session.access_token))?;
    let headers = HeaderMap::from_iter([(AUTHORIZATION, bearer)]);
    let http = reqwest::Client::builder().default_headers(headers).build()?;
    Ok(Client::new_with_client(url, http))
}

async fn place(client: &Client, key: Uuid, wish: &NewOrder) -> Result<PlacedOrder, Refusal> {
    let placed = client.place_order().idempotency_key(key.to_string()).body(wish.clone());
    Ok(placed.send().await?.into_inner())
}

/// Pays all of an order in the version in which it was placed.
async fn pay(client: &Client, order: &PlacedOrder) -> Result<TakenPayment, Refusal> {
    let Money { amount, currency } = &order.total;
    let amount = PaidAmount::builder().amount(amount.unsigned_abs()).currency(currency.clone());
    let payment = NewPayment::builder().method(PaymentMethod::Cash).amount(amount);
    let paid = client
        .pay_order()
        .order_id(order.id)
        .idempotency_key(Uuid::now_v7().to_string())
        .if_match(format!("\"{}\"", order.revision))
        .body(payment);
    Ok(paid.send().await?.into_inner())
}

async fn problem(refusal: Refusal) -> Result<Problem, Box<dyn Error>> {
    let Refusal::ErrorResponse(answer) = refusal else { return Err(refusal.into()) };
    let body: Vec<_> = answer.into_inner().into_inner().try_collect().await?;
    Ok(serde_json::from_slice(&body.concat())?)
}
