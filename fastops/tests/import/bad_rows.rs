//! What a bad row does: it is listed, and nothing is written.

use std::collections::BTreeSet;
use std::path::Path;

use tempfile::TempDir;

use crate::target::Target;
use crate::year::generate;

fn write(folder: &Path, file: &str, text: impl AsRef<[u8]>) {
    std::fs::write(folder.join(file), text).unwrap();
}

/// A small pizza place whose files have every kind of bad row. A row that only refers to a bad one is
/// not bad itself, like the second detail and the one about the pizza `b_s`.
fn spoiled(folder: &Path) {
    write(
        folder,
        "pizza_types.csv",
        b"pizza_type_id,name,category,ingredients\n\
          a,The A Pizza,Classic,\"x, y\"\n\
          b,,Classic,x\n\
          c,the a pizza,Classic,x\n\
          d,The \xff Pizza,Classic,x\n\
          a,The E Pizza,Classic,x\n",
    );
    write(
        folder,
        "pizzas.csv",
        "pizza_id,pizza_type_id,size,price\n\
         a_s,a,S,10.50\n\
         a_m,a,M,0\n\
         a_l,a,L,12.345\n\
         a_x,a,s,10.50\n\
         z_s,z,S,1\n\
         b_s,b,S,1\n\
         a_s,a,XL,9\n",
    );
    write(
        folder,
        "orders.csv",
        "order_id,date,time\n\
         1,2015-01-01,11:38:36\n\
         2,2015-02-30,11:38:36\n\
         3,2015-01-01,25:00:00\n\
         1,2015-01-01,11:38:36\n\
         4,2015-01-01,12:00:00\n\
         5,2115-01-01,12:00:00\n\
         6,2015-01-01\n",
    );
    write(
        folder,
        "order_details.csv",
        "order_details_id,order_id,pizza_id,quantity\n\
         1,1,a_s,1\n\
         2,2,a_s,1\n\
         3,3,a_s,0\n\
         4,5,a_s,-1\n\
         5,1,a_s,1.5\n\
         6,1,a_s,1001\n\
         7,9,a_s,1\n\
         8,1,q_q,1\n\
         9,1,b_s,1\n\
         1,1,a_s,1\n\
         11,1,a_s\n\
         12,1,a_s,1,1\n\
         ,1,a_s,1\n",
    );
}

/// Where the rows are that `spoiled` has spoiled, and nothing else.
const SPOILED: [&str; 25] = [
    "order_details.csv:11",
    "order_details.csv:12",
    "order_details.csv:13",
    "order_details.csv:14",
    "order_details.csv:4",
    "order_details.csv:5",
    "order_details.csv:6",
    "order_details.csv:7",
    "order_details.csv:8",
    "order_details.csv:9",
    "orders.csv:3",
    "orders.csv:4",
    "orders.csv:5",
    "orders.csv:6",
    "orders.csv:7",
    "orders.csv:8",
    "pizza_types.csv:3",
    "pizza_types.csv:4",
    "pizza_types.csv:5",
    "pizza_types.csv:6",
    "pizzas.csv:3",
    "pizzas.csv:4",
    "pizzas.csv:5",
    "pizzas.csv:6",
    "pizzas.csv:8",
];

/// `file:line` of every line that a program has printed, and the lines themselves.
fn listed(folder: &Path, stdout: &[u8]) -> (BTreeSet<String>, String) {
    let prefix = format!("{}/", folder.display());
    let text = String::from_utf8(stdout.to_vec()).unwrap().replace(&prefix, "");
    let place = |line: &str| line.split(": ").next().unwrap().to_owned();
    (text.lines().map(place).collect(), text)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_bad_row_is_listed_by_file_and_line_and_nothing_is_written() {
    let folder = TempDir::new().unwrap();
    spoiled(folder.path());
    let target = Target::set_up().await;
    let head = target.head().await;

    for dry_run in [true, false] {
        let mut import = target.import_pizza_place(folder.path());
        if dry_run {
            import.arg("--dry-run");
        }
        let output = import.output().await.unwrap();

        assert!(!output.status.success(), "dry run: {dry_run}");
        let (places, text) = listed(folder.path(), &output.stdout);
        assert_eq!(places, SPOILED.map(str::to_owned).into(), "{text}");
        assert_eq!(target.head().await, head, "dry run: {dry_run}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_that_refers_to_one_that_cannot_be_read_is_not_listed_for_that() {
    let target = Target::set_up().await;
    // Of orders, of what is on them, and of pizzas: too short, and without an end to its quote.
    for (file, good, bad) in [
        ("orders.csv", "\n2,", "\n2\n"),
        ("orders.csv", "\n2,", "\n\"2,"),
        ("order_details.csv", "\n1,1,", "\n1,1\n"),
        ("order_details.csv", "\n1,1,", "\n\"1,1,"),
        ("pizzas.csv", "\nbbq_ckn_m,", "\nbbq_ckn_m\n"),
        ("pizzas.csv", "\nbbq_ckn_m,", "\n\"bbq_ckn_m,"),
    ] {
        let folder = TempDir::new().unwrap();
        generate(folder.path(), 40, 5);
        let text = std::fs::read_to_string(folder.path().join(file)).unwrap();
        assert!(text.contains(good), "{good:?} is not in {file}");
        let (before, after) = text.split_once(good).unwrap();
        let rest = if bad.ends_with('\n') { after.split_once('\n').unwrap().1 } else { after };
        write(folder.path(), file, format!("{before}{bad}{rest}"));

        let output = target.import_pizza_place(folder.path()).output().await.unwrap();

        let (places, text) = listed(folder.path(), &output.stdout);
        assert_eq!(places.len(), 1, "{text}");
        assert!(text.starts_with(file), "{text}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dry_run_of_good_files_says_what_they_come_to_and_writes_nothing() {
    let folder = TempDir::new().unwrap();
    let totals = generate(folder.path(), 40, 5);
    let target = Target::set_up().await;
    let head = target.head().await;

    let mut dry_run = target.import_pizza_place(folder.path());
    let output = dry_run.args(["--dry-run", "--lang", "en"]).output().await.unwrap();

    assert!(output.status.success());
    let said = String::from_utf8(output.stdout).unwrap();
    for figure in [totals.orders, totals.lines, totals.items] {
        assert!(said.contains(&format!("{figure} ")), "{figure} in {said}");
    }
    assert!(said.contains(&totals.gross.to_major()), "{said}");
    assert_eq!(target.head().await, head);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_without_a_column_is_one_mistake_and_not_one_per_row() {
    let folder = TempDir::new().unwrap();
    generate(folder.path(), 40, 5);
    write(folder.path(), "pizzas.csv", "pizza_id,type,size,price\na_s,a,S,1\n");
    let target = Target::set_up().await;

    let output = target.import_pizza_place(folder.path()).output().await.unwrap();

    assert!(!output.status.success());
    let (_, text) = listed(folder.path(), &output.stdout);
    assert_eq!(text, "pizzas.csv:1: falta la columna pizza_type_id\n");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_missing_file_or_an_unknown_company_is_said_in_words() {
    let folder = TempDir::new().unwrap();
    let target = Target::set_up().await;

    let data = folder.path().to_str().unwrap();
    let missing = target.import_pizza_place(folder.path()).output().await.unwrap();
    let stranger = target
        .import(&["pizza-place", "--tenant", "nobody", "--data", data])
        .output()
        .await
        .unwrap();

    assert!(!missing.status.success() && !stranger.status.success());
    let missing = String::from_utf8(missing.stderr).unwrap();
    assert!(
        missing.contains("no se pudo leer") && missing.contains("pizza_types.csv"),
        "{missing}"
    );
    let stranger = String::from_utf8(stranger.stderr).unwrap();
    assert!(stranger.contains("no existe la empresa nobody"), "{stranger}");
}
