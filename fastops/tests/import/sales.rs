//! One file of sales, a row per line of an order, into a branch that is there already.

use std::path::{Path, PathBuf};
use std::process::Output;

use commands::catalog::{
    AddCategory, AddProduct, Changes, ProductRequest, ReviseProduct, VariantRequest,
};
use commands::identity::OpenBranch;
use commands::{Request, Scope};
use domain::catalog::product;
use domain::shared::{
    BranchId, CategoryId, CommandId, CorrelationId, Currency, Money, Name, ProductId, UserId,
    VariantId,
};
use tempfile::TempDir;
use uuid::Uuid;

use crate::target::{SLUG, Target, succeeded, text};
use crate::year::Totals;

pub(crate) const HEAD: &str =
    "order_ref,occurred_at,order_type,category,product,variant,quantity,unit_price";

pub(crate) fn pesos(pesos: i64) -> Money {
    Money::try_new(pesos * 100, Currency::COP).unwrap()
}

pub(crate) fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

impl Target {
    /// A company that has a branch in Bogotá, and sells one arepa in one size.
    pub(crate) async fn with_a_branch() -> Self {
        let target = Self::set_up().await;
        let id = |n| Uuid::from_u128(n);
        let scope = target.person();
        let commands = &target.installation.commands;
        let request = || Request::live(CommandId::from_uuid(commands.uuid()));
        let branch = OpenBranch {
            branch: BranchId::from_uuid(id(3)),
            name: name("Chapinero"),
            time_zone: chrono_tz::America::Bogota,
            currency: Currency::COP,
            cut_off: "04:00".parse().unwrap(),
        };
        commands.execute(&scope, request(), branch).await.unwrap();
        let category = CategoryId::from_uuid(id(4));
        let add = AddCategory { category, name: name("Arepas"), place: 1 };
        commands.execute(&scope, request(), add).await.unwrap();
        let single = VariantId::from_uuid(id(6));
        let variants = vec![VariantRequest::new(None, single, name("Sencilla"), pesos(9_000))];
        let product = AddProduct {
            product: ProductId::from_uuid(id(5)),
            request: ProductRequest::new(name("Arepa de chócolo"), category, variants),
        };
        commands.execute(&scope, request(), product).await.unwrap();
        target
    }

    /// Renames a product of the menu.
    async fn rename(&self, before: &str, after: &str) {
        let events = self.events().await;
        let (id, _) = events
            .iter()
            .filter_map(|event| match event.decode().ok()? {
                product::Event::Added(added) => Some((event.stream.id().to_owned(), added)),
                _ => None,
            })
            .find(|(_, added)| added.name.as_str() == before)
            .unwrap();
        let changes = Changes { name: Some(name(after)), ..Changes::default() };
        let revise = ReviseProduct { product: id.parse().unwrap(), seen: None, changes };
        let (scope, commands) = (self.person(), &self.installation.commands);
        let request = Request::live(CommandId::from_uuid(commands.uuid()));
        commands.execute(&scope, request, revise).await.unwrap();
    }

    pub(crate) fn person(&self) -> Scope {
        let (user, correlation) = (Uuid::from_u128(1), Uuid::from_u128(2));
        Scope::user(self.tenant, UserId::from_uuid(user), CorrelationId::from_uuid(correlation))
    }

    pub(crate) async fn import_sales(&self, file: &Path, more: &[&str]) -> Output {
        let file = file.to_str().unwrap();
        let arguments = ["sales", "--tenant", SLUG, "--branch", "chapinero", "--file", file];
        self.import(&[&arguments[..], more].concat()).output().await.unwrap()
    }
}

/// A file of sales with these rows.
pub(crate) fn file(folder: &TempDir, rows: &[&str]) -> PathBuf {
    let path = folder.path().join("ventas.csv");
    std::fs::write(&path, format!("{HEAD}\r\n{}\r\n", rows.join("\r\n"))).unwrap();
    path
}

/// A product that the menu has, one with a new variant, and new ones; prices that change and come back.
const ROWS: [&str; 7] = [
    "A-1,2026-03-14 19:35,dine_in,Arepas,AREPA DE CHÓCOLO,sencilla,2,8500",
    "A-1,2026-03-14 19:35,dine_in,Bebidas,Jugo de lulo,Grande,1,6000.50",
    "A-2,2026-03-15T01:30:00-05:00,takeaway,Arepas,Arepa de chócolo,Con queso,1,11000",
    "A-3,2026-03-15 12:00:00,delivery,Bebidas,Jugo de lulo,Grande,3,6500",
    "A-4,2026-03-15 12:00:00,delivery,Bebidas,Jugo de lulo,Pequeño,1,4000",
    "A-5,2026-03-15 12:01:00,dine_in,Arepas,Arepa de chócolo,Sencilla,1,8500",
    "A-5,2026-03-15 12:01:00,dine_in,Bebidas,Jugo de lulo,Grande,1,6000.50",
];

fn totals() -> Totals {
    // In centavos.
    let gross = [1_700_000, 600_050, 1_100_000, 1_950_000, 400_000, 850_000, 600_050];
    let gross = Money::try_new(gross.into_iter().sum(), Currency::COP).unwrap();
    Totals { orders: 5, lines: 7, items: 10, gross }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sales_are_worth_what_the_file_says_whatever_the_menu_says() {
    let folder = TempDir::new().unwrap();
    let target = Target::with_a_branch().await;

    succeeded(&target.import_sales(&file(&folder, &ROWS), &[]).await);

    assert_eq!(target.reported().await, totals());
    let orders = "SELECT order_type, number, business_date::text, total, status FROM orders
        ORDER BY placed_at, order_type, number";
    let orders: Vec<(String, i64, String, i64, String)> = target.figures(orders).await;
    let order = |order_type: &str, number, date: &str, total| {
        let (date, status) = (date.to_owned(), "delivered".to_owned());
        (order_type.to_owned(), number, date, total, status)
    };
    let expected = vec![
        order("dine_in", 1, "2026-03-14", 2_300_050),
        // Half past one at night is before the cut-off.
        order("takeaway", 1, "2026-03-14", 1_100_000),
        order("delivery", 1, "2026-03-15", 1_950_000),
        order("delivery", 2, "2026-03-15", 400_000),
        order("dine_in", 2, "2026-03-15", 1_450_050),
    ];
    assert_eq!(orders, expected);
    let menu = "SELECT p.name, c.name, v->>'name', (v->'price'->>'amount')::bigint
        FROM products p
        JOIN categories c USING (tenant_id, category_id)
        CROSS JOIN jsonb_array_elements(p.variants) v
        ORDER BY 1, 3";
    let menu: Vec<(String, String, String, i64)> = target.figures(menu).await;
    let variant = |product: &str, category: &str, name: &str, price| {
        (product.to_owned(), category.to_owned(), name.to_owned(), price)
    };
    let expected = vec![
        variant("Arepa de chócolo", "Arepas", "Con queso", 1_100_000),
        variant("Arepa de chócolo", "Arepas", "Sencilla", 850_000),
        variant("Jugo de lulo", "Bebidas", "Grande", 600_050),
        variant("Jugo de lulo", "Bebidas", "Pequeño", 400_000),
    ];
    assert_eq!(menu, expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_has_grown_adds_only_what_is_new() {
    let folder = TempDir::new().unwrap();
    let target = Target::with_a_branch().await;
    succeeded(&target.import_sales(&file(&folder, &ROWS[..3]), &[]).await);
    let head = target.head().await;

    succeeded(&target.import_sales(&file(&folder, &ROWS[..3]), &[]).await);
    assert_eq!(target.head().await, head);
    succeeded(&target.import_sales(&file(&folder, &ROWS), &[]).await);

    assert_eq!(target.reported().await, totals());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_product_that_was_renamed_since_is_still_the_one_that_was_imported() {
    let folder = TempDir::new().unwrap();
    let target = Target::with_a_branch().await;
    succeeded(&target.import_sales(&file(&folder, &ROWS[..3]), &[]).await);
    target.rename("Jugo de lulo", "Lulada").await;

    succeeded(&target.import_sales(&file(&folder, &ROWS), &[]).await);
    let head = target.head().await;
    succeeded(&target.import_sales(&file(&folder, &ROWS), &[]).await);

    assert_eq!(target.head().await, head);
    assert_eq!(target.reported().await, totals());
    let names: Vec<(String,)> = target.figures("SELECT name FROM products ORDER BY 1").await;
    assert_eq!(names, [("Arepa de chócolo".to_owned(),), ("Lulada".to_owned(),)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reference_that_means_something_else_now_is_refused_unless_its_source_is_another() {
    let folder = TempDir::new().unwrap();
    let target = Target::with_a_branch().await;
    succeeded(&target.import_sales(&file(&folder, &ROWS), &[]).await);
    let head = target.head().await;
    let cheaper = "A-4,2026-03-15 12:00:00,delivery,Bebidas,Jugo de lulo,Pequeño,1,3000";
    let later = "A-5,2026-03-15 12:02:00,dine_in,Arepas,Arepa de chócolo,Sencilla,1,8500";
    let changed = file(&folder, &[cheaper, later]);

    let refused = target.import_sales(&changed, &["--lang", "en"]).await;

    assert!(!refused.status.success());
    let said = text(&refused);
    for place in ["ventas.csv:2: order \"A-4\"", "ventas.csv:3: order \"A-5\""] {
        assert!(said.contains(place), "{said}");
    }
    assert_eq!(target.head().await, head);
    succeeded(&target.import_sales(&changed, &["--source", "caja 2"]).await);
    assert_eq!(target.reported().await.orders, 7);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_bad_row_of_a_file_is_listed_with_all_its_mistakes() {
    let folder = TempDir::new().unwrap();
    let target = Target::with_a_branch().await;
    let head = target.head().await;
    let rows = [
        "B-1,2026-03-14 19:35,dine_in,Arepas,Arepa,Sencilla,1,8500",
        "B-1,2026-03-14 19:36,dine_in,Arepas,Arepa,Sencilla,1,8500",
        "B-1,2026-03-14 19:35,takeaway,Arepas,Arepa,Sencilla,1,8500",
        "B-1,2026-03-14 19:35,dine_in,Arepas,Arepa,Sencilla,1,9000",
        "B-1,2026-03-14 19:35,dine_in,Bebidas,Arepa,Sencilla,1,8500",
        ",ayer,sentado,,\u{200b},Sencilla,0,8500.001",
        "B-2,2026-03-14 19:35,dine_in,Arepas,Arepa,Sencilla,1",
    ];

    let output = target.import_sales(&file(&folder, &rows), &["--dry-run"]).await;

    assert!(!output.status.success());
    let said = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<&str> =
        said.lines().map(|line| line.split_once("ventas.csv:").unwrap().1).collect();
    let expected = [
        "3: occurred_at no coincide con el renglón 2",
        "4: order_type no coincide con el renglón 2",
        "5: unit_price no coincide con el renglón 2",
        "6: category no coincide con el renglón 2",
        "7: order_ref está vacío",
        "7: \"ayer\" no es una fecha y hora válida",
        "7: order_type \"sentado\" no es dine_in, takeaway, delivery",
        "7: category está vacío",
        "7: product tiene caracteres invisibles",
        "7: la cantidad \"0\" no es un entero de 1 a 1000",
        "7: \"8500.001\" no es un precio en COP con máximo 2 decimales",
        "8: tiene 7 campos y el encabezado 8",
    ];
    assert_eq!(lines, expected);
    assert_eq!(target.head().await, head);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_into_an_unknown_branch_is_reported() {
    let folder = TempDir::new().unwrap();
    let target = Target::set_up().await;

    let output = target.import_sales(&file(&folder, &ROWS), &[]).await;

    assert!(!output.status.success());
    assert!(text(&output).contains("no existe la sucursal chapinero"), "{}", text(&output));
}
