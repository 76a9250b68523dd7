//! What a file looks like: quotes, ends of lines, separators, spellings, rows that are there twice.

use std::path::{Path, PathBuf};
use std::process::Output;

use tempfile::TempDir;

use crate::sales::{HEAD, file};
use crate::target::{Target, succeeded, text};

/// A file that once went wrong.
pub(crate) fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/import/fixtures").join(name)
}

fn write(folder: &TempDir, bytes: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.path().join("ventas.csv");
    std::fs::write(&path, bytes).unwrap();
    path
}

/// The bad rows that were listed, each without the name of its file.
fn listed(output: &Output) -> Vec<String> {
    let said = String::from_utf8(output.stdout.clone()).unwrap();
    said.lines().map(|line| line.split_once(".csv:").unwrap_or(("", line)).1.to_owned()).collect()
}

impl Target {
    /// What a check of a file lists; it fails and writes nothing, as an import does then.
    async fn refuses(&self, file: &Path) -> Vec<String> {
        let head = self.head().await;
        let checked = self.import_sales(file, &["--dry-run"]).await;
        let imported = self.import_sales(file, &[]).await;
        assert!(!checked.status.success() && !imported.status.success(), "{}", text(&checked));
        assert_eq!(listed(&checked), listed(&imported));
        assert_eq!(self.head().await, head);
        listed(&checked)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_quote_that_is_not_closed_costs_its_row_and_hides_none_behind_it() {
    let folder = TempDir::new().unwrap();
    let target = Target::with_a_branch().await;
    let unclosed = "tiene una comilla (\") que no se cierra en el mismo renglón";

    let row = target.refuses(&fixture("min-01-unclosed-quote.csv")).await;
    let head = target.refuses(&fixture("min-01b-unclosed-quote-in-head.csv")).await;
    let rows = format!(
        "{HEAD},notes\n\
         A-1,2026-03-02 12:01,dine_in,Platos,Sopa,Única,1,10000,\"sin\ncebolla\"\n\
         A-2,2026-03-02 12:02,dine_in,Platos,\"Sopa\" del día,Única,1,10000,\n\
         A-3,2026-03-02 12:03,dine_in,Platos,Sopa,Única,0,10000,\"\"\n"
    );
    let behind = target.refuses(&write(&folder, rows)).await;

    assert_eq!(row, [format!("3: {unclosed}")]);
    assert_eq!(head, [format!("1: {unclosed}")]);
    let expected = [
        format!("2: {unclosed}"),
        "3: tiene 1 campos y el encabezado 9".to_owned(),
        "4: tiene texto después de la comilla (\") que cierra un campo".to_owned(),
        "5: la cantidad \"0\" no es un entero de 1 a 1000".to_owned(),
    ];
    assert_eq!(behind, expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lines_that_end_with_a_carriage_return_alone_are_counted_and_keep_their_order() {
    let target = Target::with_a_branch().await;

    let bad = target.refuses(&fixture("min-02b-cr-only-bad-row.csv")).await;
    succeeded(&target.import_sales(&fixture("min-02-cr-only.csv"), &[]).await);

    assert_eq!(bad, ["3: la cantidad \"0\" no es un entero de 1 a 1000"]);
    assert_eq!(target.reported().await.orders, 8);
    let numbers = "SELECT number FROM orders ORDER BY placed_at";
    let numbers: Vec<(i64,)> = target.figures(numbers).await;
    assert_eq!(numbers, (1..=8).map(|number| (number,)).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reference_is_the_same_however_its_letters_are_composed() {
    let target = Target::with_a_branch().await;
    succeeded(&target.import_sales(&fixture("min-05-ref-nfc.csv"), &[]).await);
    let head = target.head().await;

    let again = target.import_sales(&fixture("min-05-ref-nfd.csv"), &[]).await;

    succeeded(&again);
    assert!(text(&again).contains("0 pedidos importados"), "{}", text(&again));
    assert_eq!(target.head().await, head);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_that_is_there_twice_is_refused_unless_it_was_sold_twice() {
    let folder = TempDir::new().unwrap();
    let target = Target::with_a_branch().await;
    let row = "A-1,2026-03-14 19:35,dine_in,Bebidas,Jugo,Grande,1,6000";
    let decomposed = "A-1,2026-03-14T19:35:00-05:00,dine_in,bebidas,JUGO,Grande,1,6000.00";
    let path = file(&folder, &[row, decomposed]);

    let refused = target.refuses(&path).await;
    let kept = target.import_sales(&path, &["--repeated-rows", "keep"]).await;

    assert!(refused.len() == 1 && refused[0].starts_with("3: repite el renglón 2"), "{refused:?}");
    succeeded(&kept);
    assert_eq!(target.reported().await.lines, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reference_that_sold_something_else_at_the_same_price_is_refused() {
    let folder = TempDir::new().unwrap();
    let target = Target::with_a_branch().await;
    let sold = |product: &str, variant: &str| {
        format!("A-1,2026-03-14 19:35,dine_in,Bebidas,{product},{variant},1,6000")
    };
    let rows = sold("Jugo", "Grande");
    succeeded(&target.import_sales(&file(&folder, &[&rows]), &[]).await);

    for (product, variant) in [("Limonada", "Grande"), ("Jugo", "Jumbo")] {
        let refused = target.refuses(&file(&folder, &[&sold(product, variant)])).await;
        assert_eq!(refused, ["2: el pedido \"A-1\" ya se importó con otro contenido"]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bad_row_has_no_second_reason_that_follows_from_the_first() {
    let folder = TempDir::new().unwrap();
    let target = Target::with_a_branch().await;
    let (first, second) = (
        "A-1,2026-03-14 19:35,dine_in,Bebidas,Jugo,Grande,1,6000",
        "A-1,2026-03-14 19:35,dine_in,Bebidas,Jugo,Pequeño,1,4000",
    );
    succeeded(&target.import_sales(&file(&folder, &[first, second]), &[]).await);

    let price = second.replace("4000", "gratis");
    let short = "A-1,2026-03-14 19:35,dine_in,Bebidas,Jugo,Pequeño,1";
    let quote = second.replace("A-1", "\"A-1");
    for bad in [&price, short, &quote] {
        let refused = target.refuses(&file(&folder, &[first, bad])).await;
        assert!(refused.len() == 1 && refused[0].starts_with("3: "), "{refused:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_spreadsheet_in_spanish_writes_is_read() {
    let folder = TempDir::new().unwrap();
    let target = Target::with_a_branch().await;
    let head = "Order_Ref;Occurred_At;ORDER_TYPE;category;product;variant;quantity;Unit_Price";
    let row = "A-1;2026-03-14 19:35;dine_in;Bebidas;\"Jugo; de lulo\";Grande, con hielo;1;6000";
    let path = write(&folder, format!("\u{feff}{head}\r\n{row}\r\n"));

    succeeded(&target.import_sales(&path, &[]).await);

    assert_eq!(target.reported().await.orders, 1);
    let products: Vec<(String,)> =
        target.figures("SELECT name FROM products ORDER BY 1 DESC LIMIT 1").await;
    assert_eq!(products, [("Jugo; de lulo".to_owned(),)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_without_rows_says_so() {
    let folder = TempDir::new().unwrap();
    let target = Target::with_a_branch().await;

    for nothing in ["", "\u{feff}", "\r\n\r\n"] {
        let refused = target.refuses(&write(&folder, nothing)).await;
        assert_eq!(refused, ["1: el archivo está vacío"]);
    }
    let refused = target.refuses(&write(&folder, format!("{HEAD}\r\n"))).await;
    assert_eq!(refused, ["1: el archivo solo tiene el encabezado, ningún renglón"]);
}
