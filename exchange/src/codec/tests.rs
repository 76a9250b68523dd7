use proptest::prelude::*;

use super::*;
use crate::bad_cell::BadCell;
use crate::sheets::PRODUCT_STATIONS;
use crate::text::Fault;
use crate::{Menu, changes, reading, testing, writing};

fn sent(name: &str, bytes: &[u8]) -> Sent {
    Sent { name: name.to_owned(), bytes: bytes.to_vec() }
}

fn read_text(name: &str, text: &[u8]) -> (Vec<Vec<String>>, Vec<(u64, Reason)>) {
    let mut bad = BadCells::default();
    let tables = read(&[sent(name, text)], None, &mut bad).unwrap();
    let rows = tables.into_iter().flat_map(|table| table.rows).map(|row| row.cells).collect();
    let reason = |BadCell { place, reason }| (place.row, reason);
    (rows, bad.into_sorted().into_iter().map(reason).collect())
}

fn stations(rows: &[[&str; 3]]) -> Table {
    let row = |cells: &[&str; 3]| cells.iter().map(|cell| (*cell).to_owned()).collect();
    Table::new(&PRODUCT_STATIONS, rows.iter().map(row).collect())
}

#[test]
fn s47_cells_of_files_and_workbooks_do_not_begin_like_formulas() {
    let formula = "=HYPERLINK(\"http://evil\";\"x\")";
    let table = stations(&[[formula, "+1", "-1"]]);
    let text = csv_text(&table);
    assert!(
        text.contains("\r\n\"'=HYPERLINK(\"\"http://evil\"\";\"\"x\"\")\",'+1,'-1\r\n"),
        "{text:?}"
    );
    let (rows, bad) = read_text("product_stations.csv", text.as_bytes());
    let cells = [formula, "+1", "-1"].map(str::to_owned).to_vec();
    assert_eq!((rows, bad), (vec![cells], vec![]));
    let bytes = write(std::slice::from_ref(&table), Format::Xlsx).unwrap();
    let sheets = workbook::read(&bytes).unwrap();
    assert!(sheets[0].rows[1].cells.iter().all(|cell| cell.starts_with('\'')), "{sheets:?}");
}

#[test]
fn files_of_spreadsheets_are_read_whatever_they_separate_and_end_lines_with() {
    let cells = ["Arepa", "Platos, fuertes", "", "", ""].map(str::to_owned);
    let expected = vec![cells.to_vec()];
    for text in [
        "\u{feff}product,category\r\nArepa,\"Platos, fuertes\"\r\n",
        "PRODUCT;Category\n;\nArepa;Platos, fuertes",
        "x\tcategory\tproduct\r7\tPlatos, fuertes\tArepa\r\r",
    ] {
        let (rows, bad) = read_text("menu/Products.CSV", text.as_bytes());
        assert_eq!(rows, expected, "{text:?} {bad:?}");
    }
}

#[test]
fn a_row_that_is_none_is_listed_and_costs_no_other() {
    let (rows, bad) = read_text("products.csv", b"product,category\n\"a,b\nc\nd,\xff\ne,f\n");
    assert_eq!(rows.last().map(|row| &row[..2]), Some(&["e".to_owned(), "f".to_owned()][..]));
    let expected = vec![
        (2, Reason::Text(Fault::UnclosedQuote)),
        (3, Reason::FieldCount { expected: 2, given: 1 }),
        (4, Reason::Text(Fault::NotUtf8)),
    ];
    assert_eq!(bad, expected);
}

#[test]
fn heads_and_names_of_files_are_checked() {
    let bad = |name, text: &str| read_text(name, text.as_bytes()).1;
    assert_eq!(bad("notes.csv", "a\n"), [(1, Reason::UnknownSheet)]);
    assert_eq!(bad("products.csv", ""), [(1, Reason::EmptyFile)]);
    assert_eq!(bad("products.csv", "\nproduct\n"), [(2, Reason::MissingColumn)]);
    let twice = bad("products.csv", "product,category,product\n");
    assert_eq!(twice, [(1, Reason::RepeatedColumn)]);
    let mut bad = BadCells::default();
    let file = sent("products.csv", b"product,category\n");
    read(&[file.clone(), file], None, &mut bad).unwrap();
    assert_eq!(bad.into_sorted()[0].reason, Reason::RepeatedSheet);
}

#[test]
fn an_archive_that_unpacks_to_too_much_is_refused_before_it_is_unpacked() {
    let zeros = vec![b'0'; usize::try_from(UNPACKED_MAX).unwrap()];
    let files = [("a.csv".to_owned(), zeros), ("b.csv".to_owned(), b"bb".to_vec())];
    let bomb = archive::write(files.into_iter()).unwrap();
    assert!(bomb.len() < 1 << 20, "{}", bomb.len());
    let read = read(&[sent("menu.zip", &bomb)], None, &mut BadCells::default());
    assert!(matches!(read, Err(Unreadable::TooLarge)));
}

#[test]
fn what_is_damaged_is_refused() {
    let bytes = write(&[stations(&[["a", "b", "c"]])], Format::Xlsx).unwrap();
    let read = read(&[sent("x", &bytes[..bytes.len() / 2])], None, &mut BadCells::default());
    assert!(matches!(read, Err(Unreadable::Damaged(_))));
}

/// What is read of a menu that was written.
fn again(menu: &Menu, format: Format, current: &Menu) -> Menu {
    let bytes = write(&writing::tables(menu), format).unwrap();
    let mut bad = BadCells::default();
    let tables = read(&[sent("menu", &bytes)], None, &mut bad).unwrap();
    let read = reading::lay(&tables, current, &mut bad);
    assert_eq!(bad.into_sorted(), []);
    read
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_menu_that_is_exported_and_imported_is_the_same(menu in testing::menu()) {
        let nothing = Menu { context: menu.context.clone(), ..Menu::default() };
        for format in [Format::Csv, Format::Xlsx] {
            prop_assert_eq!(&again(&menu, format, &nothing), &menu);
            prop_assert_eq!(&again(&menu, format, &menu), &menu);
        }
    }

    #[test]
    fn an_import_into_another_menu_has_everything_of_the_file_and_removes_nothing(
        menu in testing::menu(),
        other in testing::menu(),
    ) {
        // What the file names stays what it is: items and combos, units, who has a code.
        let mut products = other.products;
        products.retain(|key, _| !menu.products.contains_key(key));
        for variant in products.values_mut().flat_map(|product| &mut product.variants) {
            (variant.sku, variant.barcode) = (None, None);
        }
        let other = Menu {
            categories: other.categories,
            products: products.clone(),
            context: menu.context.clone(),
            ..Menu::default()
        };
        let wanted = again(&menu, Format::Csv, &other);
        prop_assert!(menu.products.iter().all(|(key, it)| wanted.products.get(key) == Some(it)));
        prop_assert!(products.keys().all(|key| wanted.products.contains_key(key)));
        let left = changes(&wanted, &again(&menu, Format::Csv, &wanted));
        prop_assert_eq!(left, vec![]);
    }
}
