//! Why orders and payments are refused.

use commands::orders::OrderRefusal;
use domain::orders::order::PAYMENTS_MAX;
use domain::orders::{order, series, status};

use super::not_offered::not_offered;
use crate::operations::fields::money_error;
use crate::operations::inventory::refusal as inventory;
use crate::operations::refusal::unknown;
use crate::problem::{Code, FieldError, Problem};

/// Why an order is not placed or priced: sums are about its lines, not about an amount.
pub(in crate::operations) fn new_order(refusal: &OrderRefusal) -> Problem {
    match refusal {
        OrderRefusal::Order(order::Error::Money(refusal)) => {
            Problem::validation(vec![money_error("/lines", refusal)])
        }
        refusal => order(refusal),
    }
}

pub(in crate::operations) fn order(refusal: &OrderRefusal) -> Problem {
    match refusal {
        OrderRefusal::UnknownBranch => unknown("/branch_id"),
        OrderRefusal::UnknownChannel => unknown("/channel"),
        OrderRefusal::Offer(refusal) => not_offered(refusal),
        OrderRefusal::OutOfStock { items } => inventory::short(items),
        OrderRefusal::Stock(refusal) => inventory::rule_of_stock(refusal),
        OrderRefusal::Series(series::Error::Exhausted) => Problem::new(Code::InvalidTransition),
        OrderRefusal::Order(refusal) => rule_of_order(refusal),
    }
}

fn rule_of_order(refusal: &order::Error) -> Problem {
    let transition =
        |es: String, en: String| Problem::new(Code::InvalidTransition).detail((es, en));
    match refusal {
        order::Error::Unplaced => Problem::new(Code::NotFound),
        order::Error::AlreadyPlaced => Problem::new(Code::InvalidTransition),
        order::Error::IllegalMove { from, to } => {
            let in_words = legal(*from, in_spanish);
            let next = legal(*from, in_english);
            let (now, wanted) = (in_spanish(*from), in_spanish(*to));
            transition(
                format!(
                    "El pedido está {now} y no puede pasar a {wanted}. Puede pasar a: {in_words}."
                ),
                format!("The order is {from} and cannot become {to}. It can become: {next}."),
            )
        }
        order::Error::NothingToPay { status, balance } => transition(
            format!(
                "El pedido está {} y el saldo es {balance}: no recibe pagos.",
                in_spanish(*status)
            ),
            format!("The order is {status} with {balance} left to pay: it takes no payment."),
        ),
        order::Error::HasPayments { paid } => transition(
            format!("Ya se pagaron {paid}; un pedido con pagos no se cancela."),
            format!("{paid} was paid already; an order with payments is not cancelled."),
        ),
        order::Error::LineCount { .. } => {
            let words = ("debe tener de 1 a 200 líneas", "must have 1 to 200 lines");
            Problem::validation(vec![FieldError::new("/lines", "length", words)])
        }
        order::Error::PartCount { .. } => {
            let words = (
                "debe tener como máximo 2000 líneas, productos de combos y modificadores",
                "must have at most 2000 lines, products of combos and modifiers",
            );
            Problem::validation(vec![FieldError::new("/lines", "length", words)])
        }
        order::Error::Money(refusal) => Problem::validation(vec![money_error("/amount", refusal)]),
        order::Error::Ingredients(_) => Problem::validation(vec![inventory::too_much("/lines")]),
        order::Error::AmountExceedsBalance { amount, .. } if !amount.is_positive() => {
            let words = ("debe ser mayor que cero", "must be more than zero");
            Problem::validation(vec![FieldError::new("/amount/amount", "minimum", words)])
        }
        order::Error::AmountExceedsBalance { balance, .. } => Problem::new(Code::PaymentExceeds)
            .detail((format!("El saldo es {balance}."), format!("{balance} is left to pay."))),
        order::Error::LastPaymentLeavesBalance { balance } => transition(
            format!(
                "Es el último de los {PAYMENTS_MAX} pagos que recibe un pedido: debe cubrir el \
                 saldo, {balance}."
            ),
            format!(
                "It is the last of the {PAYMENTS_MAX} payments that an order takes: it must pay \
                 all of the {balance} that are left."
            ),
        ),
        order::Error::TenderedTooMuch { .. } => {
            let words = ("es demasiado", "is too much");
            Problem::validation(vec![FieldError::new("/tendered/amount", "maximum", words)])
        }
        order::Error::TenderedTooLittle { amount, .. } => {
            let words = (format!("debe cubrir {amount}"), format!("must cover {amount}"));
            Problem::validation(vec![FieldError::new("/tendered/amount", "minimum", words)])
        }
    }
}

fn legal(from: status::Status, word: fn(status::Status) -> &'static str) -> String {
    let words: Vec<&str> = from.next().iter().map(|status| word(*status)).collect();
    if words.is_empty() { "—".to_owned() } else { words.join(", ") }
}

const fn in_english(status: status::Status) -> &'static str {
    status.word()
}

/// The status for people, with the word that programs send.
const fn in_spanish(status: status::Status) -> &'static str {
    match status {
        status::Status::Pending => "pendiente (pending)",
        status::Status::Confirmed => "confirmado (confirmed)",
        status::Status::Preparing => "en preparación (preparing)",
        status::Status::Ready => "listo (ready)",
        status::Status::Delivered => "entregado (delivered)",
        status::Status::Cancelled => "cancelado (cancelled)",
    }
}
