//! From the two kinds of no to problems.

mod inventory;
mod people;
mod subscription;

use commands::catalog::{CategoryRefusal, ProductRefusal};
use commands::identity::BranchRefusal;
use commands::orders::OrderRefusal;
use commands::{CommandError, Failure, World};
use commands::{LogError as Error, Revision};
use domain::catalog::{category, offer, product};
use domain::identity::branch;
use domain::orders::{order, series, status};
use projections::ReadError;
use projections::parking::ParkingError;

use super::fields::money_error;
use crate::problem::{Code, FieldError, Problem};

pub(super) use inventory::{recipe, stock, stock_item};
use subscription::not_covered;

pub(super) use people::{Named, account, device, invite, roles, user};
pub(super) use subscription::{company, restoring, subscription};

/// What became of a command that has no receipt.
pub(super) fn refused<R>(error: CommandError<R>, rule: impl FnOnce(&R) -> Problem) -> Problem {
    match error {
        CommandError::Refused(refusal) => rule(&refusal),
        CommandError::Stale { actual } => stale(actual),
        CommandError::ForeignBranch { .. } => Problem::foreign_branch(),
        CommandError::BranchClosed { .. } => Problem::new(Code::BranchClosed),
        CommandError::NotCovered(why) => not_covered(why),
        CommandError::IdReused => Problem::new(Code::IdempotencyMismatch),
        CommandError::World(world) => failed(&world),
    }
}

/// What became of a look that failed.
pub(super) fn not_looked<R>(failure: Failure<R>, rule: impl FnOnce(&R) -> Problem) -> Problem {
    refused(CommandError::from(failure), rule)
}

fn stale(actual: Revision) -> Problem {
    Problem::new(Code::VersionConflict).detail((
        format!("La versión actual es \"{actual}\"."),
        format!("The current version is \"{actual}\"."),
    ))
}

/// The world's no.
pub(super) fn failed(world: &World) -> Problem {
    let code = match world {
        World::Busy => Code::Busy,
        World::Log(Error::Overloaded) => Code::Overloaded,
        World::Log(Error::StorageFull) => Code::StorageFull,
        World::Log(Error::Unavailable { .. }) => Code::Unavailable,
        World::Log(Error::OutcomeUnknown) | World::Lost => Code::OutcomeUnknown,
        World::Unreadable(error) if error.is_of_a_later_release() => Code::ReleaseBehind,
        World::Log(Error::Rejected { .. } | Error::Corrupt { .. }) | World::Unreadable(_) => {
            Code::Internal
        }
    };
    if code == Code::Internal {
        tracing::error!(error = %world, "a command met a defect");
    } else {
        tracing::warn!(error = %world, "a command could not be carried out");
    }
    Problem::new(code)
}

/// Why a read model was not read.
#[expect(clippy::needless_pass_by_value, reason = "the shape that map_err wants")]
pub(super) fn unread(error: ReadError) -> Problem {
    match &error {
        ReadError::Unavailable(source) => {
            tracing::warn!(error = %source, "a read model could not be read");
            Problem::new(Code::Unavailable)
        }
        ReadError::Defect(source) => {
            tracing::error!(error = %source, "a read model met a defect");
            Problem::new(Code::Internal)
        }
    }
}

/// Why a decision about parked events could not be carried out.
pub(super) fn not_resolved(error: &ParkingError) -> Problem {
    let code = match error {
        ParkingError::Consumer(failure) if failure.is_transient() => Code::Unavailable,
        _ => Code::Internal,
    };
    tracing::error!(error = %error, code = code.slug(), "parked events could not be resolved");
    Problem::new(code)
}

pub(super) fn branch(refusal: &BranchRefusal) -> Problem {
    match refusal {
        BranchRefusal::NameTaken => name_taken(),
        BranchRefusal::Branch(branch::Error::Unknown) => Problem::new(Code::NotFound),
        BranchRefusal::Branch(branch::Error::AlreadyOpen) => Problem::new(Code::InvalidTransition),
        BranchRefusal::Branch(branch::Error::DayHasBegun { earliest }) => {
            let words = (
                format!("debe ser {earliest} o una fecha posterior"),
                format!("must be {earliest} or a later date"),
            );
            Problem::validation(vec![FieldError::new("/from", "minimum", words)])
        }
    }
}

pub(super) fn category(refusal: &CategoryRefusal) -> Problem {
    match refusal {
        CategoryRefusal::NameTaken => name_taken(),
        CategoryRefusal::Category(category::Error::Unknown) => Problem::new(Code::NotFound),
        CategoryRefusal::Category(category::Error::AlreadyAdded) => {
            Problem::new(Code::InvalidTransition)
        }
    }
}

pub(super) fn product(refusal: &ProductRefusal) -> Problem {
    let variant = |index: usize, field: &str, code, words: (&'static str, &'static str)| {
        Problem::validation(vec![FieldError::new(format!("/variants/{index}{field}"), code, words)])
    };
    match refusal {
        ProductRefusal::NameTaken => name_taken(),
        ProductRefusal::Product(refusal) => match refusal {
            product::Error::Unknown => Problem::new(Code::NotFound),
            product::Error::AlreadyAdded => Problem::new(Code::InvalidTransition),
            product::Error::UnknownCategory => unknown("/category_id"),
            product::Error::UnknownVariant { index } => unknown(&format!("/variants/{index}/id")),
            product::Error::VariantCount { .. } => {
                let words = ("debe tener de 1 a 50 variantes", "must have 1 to 50 variants");
                Problem::validation(vec![FieldError::new("/variants", "length", words)])
            }
            product::Error::PriceNotPositive { index } => {
                let words = ("debe ser mayor que cero", "must be more than zero");
                variant(*index, "/price/amount", "minimum", words)
            }
            product::Error::VariantRepeated { index } => {
                let words = ("repite otra variante", "repeats another variant");
                variant(*index, "", "repeated", words)
            }
            product::Error::MixedCurrencies { index } => {
                let words = ("todas en la misma moneda", "all in the same currency");
                variant(*index, "/price/currency", "currency", words)
            }
        },
    }
}

/// Why an order is not placed or priced: sums are about its lines, not about an amount.
pub(super) fn new_order(refusal: &OrderRefusal) -> Problem {
    match refusal {
        OrderRefusal::Order(order::Error::Money(refusal)) => {
            Problem::validation(vec![money_error("/lines", refusal)])
        }
        refusal => order(refusal),
    }
}

pub(super) fn order(refusal: &OrderRefusal) -> Problem {
    match refusal {
        OrderRefusal::UnknownBranch => unknown("/branch_id"),
        OrderRefusal::Offer(refusal) => not_offered(*refusal),
        OrderRefusal::OutOfStock { items } => inventory::short(items),
        OrderRefusal::Stock(refusal) => inventory::rule_of_stock(refusal),
        OrderRefusal::Series(series::Error::Exhausted) => Problem::new(Code::InvalidTransition),
        OrderRefusal::Order(refusal) => rule_of_order(refusal),
    }
}

fn not_offered(refusal: offer::Error) -> Problem {
    match refusal {
        offer::Error::UnknownProduct { index } => unknown(&format!("/lines/{index}/product_id")),
        offer::Error::UnknownVariant { index } => unknown(&format!("/lines/{index}/variant_id")),
        offer::Error::ForeignCurrency { index } => {
            let words = (
                "el producto no tiene precio en la moneda de la sede",
                "the product has no price in the branch's currency",
            );
            let pointer = format!("/lines/{index}/product_id");
            Problem::validation(vec![FieldError::new(pointer, "currency", words)])
        }
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
        order::Error::Money(refusal) => Problem::validation(vec![money_error("/amount", refusal)]),
        order::Error::Ingredients(_) => Problem::validation(vec![inventory::too_much("/lines")]),
        order::Error::AmountExceedsBalance { amount, .. } if !amount.is_positive() => {
            let words = ("debe ser mayor que cero", "must be more than zero");
            Problem::validation(vec![FieldError::new("/amount/amount", "minimum", words)])
        }
        order::Error::AmountExceedsBalance { balance, .. } => Problem::new(Code::PaymentExceeds)
            .detail((format!("El saldo es {balance}."), format!("{balance} is left to pay."))),
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

fn name_taken() -> Problem {
    let words = ("otro ya tiene este nombre", "another one has this name");
    Problem::new(Code::NameTaken).with_errors(vec![FieldError::new("/name", "taken", words)])
}

fn unknown(pointer: &str) -> Problem {
    let words = ("no existe", "does not exist");
    Problem::new(Code::UnknownReference)
        .with_errors(vec![FieldError::new(pointer, "unknown", words)])
}

#[cfg(test)]
mod tests;
