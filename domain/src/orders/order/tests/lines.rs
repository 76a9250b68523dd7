use uuid::Uuid;

use super::{item, line_of, pesos, place, request};
use crate::Decider;
use crate::inventory::recipe::Ingredient;
use crate::orders::LineRecipe;
use crate::orders::order::{Command, Error, Event, Item, LINES_MAX, Order, State, price};
use crate::shared::money::{AMOUNT_MAX, PRICE_MAX};
use crate::shared::{
    Currency, Money, MoneyError, Quantity, StockItemId, StockQuantity, StockQuantityError,
};
use crate::testing::given;

#[test]
fn the_server_prices_the_lines() {
    let lines = vec![request(2, pesos(28_000)), request(1, pesos(6_500))];
    let outcome = Order::decide(&State::Unplaced, Command::Place(place(lines))).unwrap();
    let [Event::Placed(placed)] = &outcome[..] else { panic!("{outcome:?}") };
    assert_eq!(placed.lines[0].total, pesos(56_000));
    assert_eq!(placed.total, pesos(62_500));
}

#[test]
fn a_line_takes_the_recipe_once_per_piece_and_keeps_it() {
    let grams = |item, text: &str| Ingredient {
        item: StockItemId::from_uuid(Uuid::from_u128(item)),
        quantity: text.parse().unwrap(),
    };
    let ingredients = vec![grams(7, "0.125"), grams(8, "90")];
    let recipe = LineRecipe { version: 3, ingredients, multiplier: None };
    let lines = vec![
        line_of(2, Item { recipe: Some(recipe), ..item(pesos(28_000)) }),
        request(1, pesos(6_500)),
    ];
    let outcome = Order::decide(&State::Unplaced, Command::Place(place(lines))).unwrap();
    let [Event::Placed(placed)] = &outcome[..] else { panic!("{outcome:?}") };
    let taken = vec![grams(7, "0.25"), grams(8, "180")];
    let frozen = LineRecipe { version: 3, ingredients: taken.clone(), multiplier: None };
    assert_eq!(placed.lines[0].recipe, Some(frozen));
    assert_eq!(placed.lines[1].recipe, None);
    let State::Placed(order) = Order::fold(State::Unplaced, outcome) else { panic!() };
    assert_eq!(*order.ingredients, *taken);
}

#[test]
fn a_multiplied_recipe_is_rounded_once_for_all_pieces() {
    let flour = StockItemId::from_uuid(Uuid::from_u128(7));
    let taken = |quantity: &str| {
        vec![Ingredient { item: flour, quantity: quantity.parse::<StockQuantity>().unwrap() }]
    };
    let multiplier = Some("0.5".parse().unwrap());
    let recipe = |quantity| LineRecipe { version: 1, ingredients: taken(quantity), multiplier };
    let lines = vec![line_of(3, Item { recipe: Some(recipe("0.000001")), ..item(pesos(1)) })];
    let outcome = Order::decide(&State::Unplaced, Command::Place(place(lines))).unwrap();
    let [Event::Placed(placed)] = &outcome[..] else { panic!("{outcome:?}") };
    assert_eq!(
        placed.lines[0].recipe,
        Some(recipe("0.000002")),
        "1.5 millionths, not three times 1"
    );
}

#[test]
fn an_order_that_takes_more_than_can_be_counted_is_refused() {
    let flour = StockItemId::from_uuid(Uuid::from_u128(7));
    let all = Ingredient { item: flour, quantity: StockQuantity::MAX };
    let recipe = Some(LineRecipe { version: 1, ingredients: vec![all], multiplier: None });
    given::<Order>([])
        .when(Command::Place(place(vec![line_of(2, Item { recipe, ..item(pesos(1)) })])))
        .then_refused(Error::Ingredients(StockQuantityError::TooLarge));
}

#[test]
fn an_order_without_lines_or_with_too_many_is_refused() {
    given::<Order>([])
        .when(Command::Place(place(vec![])))
        .then_refused(Error::LineCount { given: 0 });
    let many = vec![request(1, pesos(1)); LINES_MAX + 1];
    given::<Order>([])
        .when(Command::Place(place(many)))
        .then_refused(Error::LineCount { given: LINES_MAX + 1 });
}

#[test]
fn an_order_comes_to_no_more_than_the_largest_amount() {
    let minor = |amount| Money::try_new(amount, Currency::COP).unwrap();
    let dear = minor(PRICE_MAX);
    assert!(price(Currency::COP, vec![request(10, dear)]).is_ok());
    for lines in [
        vec![request(10, dear), request(1, minor(1))],
        vec![request(1, minor(AMOUNT_MAX))],
        vec![request(1, minor(AMOUNT_MAX)); 2],
        vec![request(Quantity::MAX, dear); LINES_MAX],
    ] {
        given::<Order>([])
            .when(Command::Place(place(lines)))
            .then_refused(Error::Money(MoneyError::TooLarge));
    }
}
