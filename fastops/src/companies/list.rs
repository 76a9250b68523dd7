//! `fastops companies list`: the companies of the installation, as a table.

use std::io::{self, Write};

use api::language::Language;
use chrono::DateTime;
use commands::World;
use commands::identity::Company;
use domain::identity::subscription::Standing;

use super::command::line;
use crate::import::language;
use crate::installation::Installation;

/// How many companies are looked at in one go.
const ROWS: u16 = 200;

/// How companies are listed.
#[derive(clap::Args, Debug)]
pub struct Listing {
    /// The language of the table.
    #[arg(long, value_parser = language, default_value = "es")]
    lang: Language,

    /// Print a line of JSON for each company.
    #[arg(long)]
    json: bool,
}

/// Why the companies were not listed.
#[derive(Debug, thiserror::Error)]
pub enum ListingError {
    /// They could not be read.
    #[error(transparent)]
    World(#[from] World),
    /// Standard output is closed.
    #[error("could not write the answer")]
    Output(#[from] io::Error),
}

type Row = [String; 7];

/// Writes all of them, by short name.
pub(crate) async fn list(
    listing: &Listing,
    installation: &Installation,
    out: &mut (impl Write + Send),
) -> Result<(), ListingError> {
    let operator = installation.operator();
    let (mut companies, mut after) = (Vec::new(), None);
    loop {
        let page = operator.companies(after.as_deref(), ROWS).await?;
        companies.extend(page.rows);
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    if listing.json {
        for company in &companies {
            writeln!(out, "{}", line(company))?;
        }
        return Ok(());
    }
    let rows: Vec<Row> = companies.iter().map(|company| row(company, listing.lang)).collect();
    Ok(write_table(&heading(listing.lang), &rows, out)?)
}

fn heading(language: Language) -> Row {
    let words = match language {
        Language::Spanish => {
            ["EMPRESA", "NOMBRE", "PLAN", "SUSCRIPCIÓN", "SEDES", "PERSONAS", "DESDE"]
        }
        Language::English => {
            ["COMPANY", "NAME", "PLAN", "SUBSCRIPTION", "BRANCHES", "PEOPLE", "SINCE"]
        }
    };
    words.map(str::to_owned)
}

fn row(company: &Company, language: Language) -> Row {
    let Company { slug, details, is_closed, created_at, subscription, users, .. } = company;
    let plan = subscription.plan.as_ref().map_or_else(|| "-".to_owned(), |it| it.name.to_string());
    [
        slug.clone(),
        details.name.to_string(),
        plan,
        if *is_closed { closed(language) } else { standing(subscription.standing, language) },
        subscription.branches.to_string(),
        users.to_string(),
        day(*created_at),
    ]
}

fn closed(language: Language) -> String {
    match language {
        Language::Spanish => "cerrada".to_owned(),
        Language::English => "closed".to_owned(),
    }
}

fn standing(standing: Standing, language: Language) -> String {
    match (standing, language) {
        (Standing::Trial { until }, Language::Spanish) => format!("prueba hasta {}", day(until)),
        (Standing::Trial { until }, Language::English) => format!("trial until {}", day(until)),
        (Standing::Active, Language::Spanish) => "activa".to_owned(),
        (Standing::Active, Language::English) => "active".to_owned(),
        (Standing::PastDue { since }, Language::Spanish) => {
            format!("pago pendiente desde {}", day(since))
        }
        (Standing::PastDue { since }, Language::English) => {
            format!("past due since {}", day(since))
        }
        (Standing::Suspended, Language::Spanish) => "suspendida".to_owned(),
        (Standing::Suspended, Language::English) => "suspended".to_owned(),
    }
}

fn day(moment: DateTime<chrono::Utc>) -> String {
    moment.date_naive().to_string()
}

/// Every column as wide as its widest cell.
fn write_table(heading: &Row, rows: &[Row], out: &mut impl Write) -> io::Result<()> {
    let all = || std::iter::once(heading).chain(rows);
    let width = |column: usize| all().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: [usize; 7] = std::array::from_fn(width);
    for row in all() {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}"));
        let text = cells.collect::<Vec<_>>().join("  ");
        writeln!(out, "{}", text.trim_end())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use commands::Revision;
    use domain::identity::subscription::{Plan, State};
    use domain::identity::tenant::Details;
    use domain::shared::{Name, TenantId};
    use uuid::Uuid;

    use super::*;

    fn company(slug: &str, plan: Option<&str>, standing: Standing) -> Company {
        let name = |text: &str| Name::parse(text).unwrap();
        let plan =
            plan.map(|plan| Plan { name: name(plan), branches: None, users: None, modules: None });
        Company {
            tenant: TenantId::from_uuid(Uuid::nil()),
            slug: slug.to_owned(),
            details: Details {
                name: name("Café Ñandú"),
                legal_name: None,
                tax_id: None,
                address: None,
            },
            is_closed: slug == "cafe-viejo",
            revision: Revision::new(1),
            created_at: DateTime::UNIX_EPOCH,
            subscription: State { plan, standing, branches: 2 },
            users: 11,
        }
    }

    #[test]
    fn a_table_has_its_columns_below_each_other() {
        let until = "2026-12-24T05:00:00Z".parse().unwrap();
        let companies = [
            company("cafe", None, Standing::Active),
            company("cafe-del-parque", Some("Una sede"), Standing::Trial { until }),
            company("cafe-viejo", None, Standing::Active),
        ];
        let rows = companies.each_ref().map(|company| row(company, Language::Spanish));
        let mut out = Vec::new();
        write_table(&heading(Language::Spanish), &rows, &mut out).unwrap();
        let expected = "\
            EMPRESA          NOMBRE      PLAN      SUSCRIPCIÓN              SEDES  PERSONAS  DESDE\n\
            cafe             Café Ñandú  -         activa                   2      11        1970-01-01\n\
            cafe-del-parque  Café Ñandú  Una sede  prueba hasta 2026-12-24  2      11        1970-01-01\n\
            cafe-viejo       Café Ñandú  -         cerrada                  2      11        1970-01-01\n";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }
}
