//! What an import or export of a menu prints.

use std::io::{self, BufWriter, Write};

use api::language::Language;
use exchange::changes::Kind;
use exchange::{BadCell, Change, Words};

use crate::import::Error;

/// Lists bad cells as `file:row:column: reason`, if there are any, and is content if there are none.
pub(super) fn bad_cells(language: Language, bad: &[BadCell]) -> Result<(), Error> {
    let mut out = BufWriter::new(io::stdout().lock());
    for BadCell { place, reason } in bad {
        writeln!(out, "{place}: {}", in_language(language, reason.words()))?;
    }
    out.flush()?;
    if bad.is_empty() { Ok(()) } else { Err(Error::BadRows { n_reasons: bad.len() }) }
}

/// Lists what would change, a thing a line.
pub(super) fn would_change(language: Language, changes: &[Change]) -> Result<(), Error> {
    let mut out = BufWriter::new(io::stdout().lock());
    for change in changes {
        let (es, en) = if change.is_new {
            ("se agregaría", "would be added")
        } else {
            ("cambiaría", "would change")
        };
        let words = Words { es: es.to_owned(), en: en.to_owned() };
        let (kind, is) = (in_language(language, kind(change.kind)), in_language(language, words));
        writeln!(out, "{kind} {}: {is}", change.name)?;
    }
    let n_changes = changes.len();
    match language {
        Language::Spanish => {
            writeln!(out, "sin errores: {n_changes} cambios; no se escribió nada")?;
        }
        Language::English => {
            writeln!(out, "no errors: {n_changes} changes; nothing was written")?;
        }
    }
    Ok(out.flush()?)
}

/// What an import came to.
pub(super) fn changed(language: Language, n_changes: usize) -> Result<(), Error> {
    crate::import::line(&match language {
        Language::Spanish => format!("{n_changes} cambios en el menú"),
        Language::English => format!("{n_changes} changes of the menu"),
    })
}

/// What an export came to.
pub(super) fn exported(language: Language, n_rows: usize) -> Result<(), Error> {
    crate::import::line(&match language {
        Language::Spanish => format!("menú exportado: {n_rows} renglones"),
        Language::English => format!("menu exported: {n_rows} rows"),
    })
}

fn kind(kind: Kind) -> Words {
    let (es, en) = match kind {
        Kind::Category => ("categoría", "category"),
        Kind::Ingredient => ("ingrediente", "ingredient"),
        Kind::Group => ("grupo de modificadores", "modifier group"),
        Kind::Product => ("producto", "product"),
        Kind::Recipe => ("receta de", "recipe of"),
        Kind::PriceList => ("lista de precios", "price list"),
    };
    Words { es: es.to_owned(), en: en.to_owned() }
}

fn in_language(language: Language, words: Words) -> String {
    match language {
        Language::Spanish => words.es,
        Language::English => words.en,
    }
}
