//! The output of an import on standard output.

use std::io::{self, BufWriter, Write};

use api::language::Language;

use super::bad_row::BadRows;
use super::error::Error;
use super::history::Totals;

/// One line.
pub(crate) fn line(text: &str) -> Result<(), Error> {
    writeln!(io::stdout(), "{text}")?;
    Ok(())
}

/// Lists bad rows, if there are any, and is content if there are none.
pub(super) fn bad_rows(language: Language, bad: BadRows) -> Result<(), Error> {
    let bad = bad.into_sorted();
    let mut out = BufWriter::new(io::stdout().lock());
    for row in &bad {
        writeln!(out, "{}", row.in_language(language))?;
    }
    out.flush()?;
    if bad.is_empty() { Ok(()) } else { Err(Error::BadRows { n_reasons: bad.len() }) }
}

/// What a check came to.
pub(super) fn checked(language: Language, totals: Totals, n_before: usize) -> String {
    let Totals { n_orders, n_lines, n_items, gross } = totals;
    match language {
        Language::Spanish => format!(
            "sin errores: {n_orders} pedidos ({n_before} ya importados), {n_lines} renglones, \
             {n_items} unidades, {gross}; no se escribió nada"
        ),
        Language::English => format!(
            "no errors: {n_orders} orders ({n_before} imported before), {n_lines} lines, \
             {n_items} items, {gross}; nothing was written"
        ),
    }
}

/// Prints how many orders took nothing because an item was short, if there are any.
pub(super) fn short(language: Language, n_short: usize) -> Result<(), Error> {
    if n_short == 0 {
        return Ok(());
    }
    line(&match language {
        Language::Spanish => format!(
            "{n_short} pedidos no tomaron nada del inventario: había muy poco, y la política del \
             producto no deja que falte"
        ),
        Language::English => format!(
            "{n_short} orders took nothing from stock: there was too little, and the policy of an \
             item does not let it go below zero"
        ),
    })
}

/// What an import came to.
pub(super) fn imported(language: Language, totals: Totals, n_before: usize) -> String {
    let Totals { n_orders, n_lines, n_items, gross } = totals;
    let n_new = n_orders - n_before;
    match language {
        Language::Spanish => format!(
            "{n_new} pedidos importados, con los anteriores {n_orders}: {n_lines} renglones, \
             {n_items} unidades, {gross}"
        ),
        Language::English => format!(
            "{n_new} orders imported, with earlier ones {n_orders}: {n_lines} lines, \
             {n_items} items, {gross}"
        ),
    }
}
