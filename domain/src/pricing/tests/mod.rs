use std::num::NonZeroU32;

use super::*;
use crate::shared::money::AMOUNT_MAX;
use crate::shared::{Code, Quantity, Rate};
use crate::taxes::{Inclusion, Tax, Taxes};

mod examples;
mod properties;

fn usd(amount: i64) -> Money {
    Money::try_new(amount, Currency::USD).unwrap()
}

fn pieces(n: u32) -> Quantity {
    Quantity::try_new(n).unwrap()
}

fn percent(n: u32) -> Rate {
    Rate::try_from_millionths(n * 10_000).unwrap()
}

fn tax(code: &str, percentage: u32, inclusion: Inclusion) -> Tax {
    Tax { code: Code::parse(code).unwrap(), rate: percent(percentage), inclusion }
}

fn taxes(taxes: impl Into<Vec<Tax>>) -> Taxes {
    Taxes { taxes: taxes.into(), comp_keeps_base: false }
}

fn line(n: u32, unit_price: i64) -> Line {
    Line::product(pieces(n), usd(unit_price), Taxes::default())
}

fn taxed_line(n: u32, unit_price: i64, of_line: impl Into<Vec<Tax>>) -> Line {
    Line::product(pieces(n), usd(unit_price), taxes(of_line))
}

fn modifier(n: u32, price: i64) -> Modifier {
    Modifier { quantity: pieces(n), price: usd(price) }
}

fn child(n: u32, unit_price: i64) -> Child {
    let (quantity, unit_price) = (pieces(n), usd(unit_price));
    Child { quantity, unit_price, modifiers: vec![], taxes: Taxes::default() }
}

fn combo(n: u32, unit_price: i64, children: Vec<Child>) -> Line {
    let content = Content::Combo(Children::try_new(children).unwrap());
    Line { content, ..line(n, unit_price) }
}

fn order(lines: impl Into<Vec<Line>>) -> Order {
    Order { lines: lines.into(), ..Order::empty(Currency::USD) }
}

fn priced(order: &Order) -> Priced {
    price(order).unwrap()
}

/// One amount of each part of the order's lines, in cents.
fn of_parts(order: &Order, amount: fn(&Amounts) -> Money) -> Vec<i64> {
    let priced = priced(order);
    let parts = priced.lines.iter().flat_map(|line| &line.parts);
    parts.map(|part| amount(&part.amounts).amount()).collect()
}
