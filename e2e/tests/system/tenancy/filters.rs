//! Filters of lists and reports with what another company has: nothing of it, ever.

use std::collections::BTreeSet;

use e2e::figure;
use serde_json::Value;
use uuid::Uuid;

use super::Neighbours;
use super::ids::Ids;
use crate::document::operations;

/// Parameters that choose no rows: how many there are, where a page or a list of changes begins (a cursor and
/// a token serve their own company, see `s18_…`), and what the read model must have applied.
const NOT_FILTERS: [&str; 4] = ["limit", "cursor", "since", "after"];

/// Parameters with which other APIs show more than was asked for; none exists here.
const EXPANSIONS: [&str; 6] = ["expand", "include", "embed", "fields", "select", "with"];

/// What a filter is set to.
#[derive(Debug, Clone, Copy)]
enum Filter {
    /// An id of one company.
    Id(fn(&Ids) -> Uuid),
    /// What holds for the data of either company.
    Value(&'static str),
}

/// What the other company's id is answered with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answered {
    /// 404 `not-found`.
    NotFound,
    /// 200 without rows.
    Empty,
    /// 200 with rows of one's own.
    Own,
    /// 200 without rows, and the other company has no such rows either.
    NoRows,
}

/// A filter with a value that finds something of the other company's, in its own hands.
#[derive(Debug)]
struct Row {
    operation: &'static str,
    path: &'static str,
    parameter: &'static str,
    filter: Filter,
    answered: Answered,
}

const fn row(
    (operation, path): (&'static str, &'static str),
    parameter: &'static str,
    filter: Filter,
    answered: Answered,
) -> Row {
    Row { operation, path, parameter, filter, answered }
}

const ORDERS: (&str, &str) = ("listOrders", "/v1/orders");
const CATEGORIES: (&str, &str) = ("listCategories", "/v1/categories");
const GROUPS: (&str, &str) = ("listModifierGroups", "/v1/modifier-groups");
const MENU: (&str, &str) = ("getMenu", "/v1/menu");
const PRODUCTS: (&str, &str) = ("listProducts", "/v1/products");
const SALES: (&str, &str) = ("reportSales", "/v1/reports/sales");
const PARKED: (&str, &str) = ("listParkedEvents", "/v1/system/parked-events");

/// Every filter of the document.
const FILTERS: [Row; 20] = [
    row(ORDERS, "branch_id", Filter::Id(|ids| ids.branch), Answered::NotFound),
    row(ORDERS, "status", Filter::Value("pending"), Answered::Own),
    row(ORDERS, "order_type", Filter::Value("dine_in"), Answered::Own),
    row(ORDERS, "channel", Filter::Value("counter"), Answered::Own),
    row(ORDERS, "from", Filter::Value("2020-01-01"), Answered::Own),
    row(ORDERS, "to", Filter::Value("2100-12-31"), Answered::Own),
    row(CATEGORIES, "active", Filter::Value("true"), Answered::Own),
    row(GROUPS, "search", Filter::Value("adicion"), Answered::Empty),
    row(GROUPS, "active", Filter::Value("true"), Answered::Own),
    row(MENU, "branch_id", Filter::Id(|ids| ids.branch), Answered::NotFound),
    row(MENU, "channel", Filter::Value("counter"), Answered::NotFound),
    row(PRODUCTS, "category_id", Filter::Id(|ids| ids.category), Answered::Empty),
    row(PRODUCTS, "active", Filter::Value("true"), Answered::Own),
    row(PRODUCTS, "kind", Filter::Value("item"), Answered::Own),
    row(PRODUCTS, "text", Filter::Value("a"), Answered::Own),
    row(SALES, "branch_id", Filter::Id(|ids| ids.branch), Answered::NotFound),
    row(SALES, "from", Filter::Value("2026-01-01"), Answered::Empty),
    row(SALES, "to", Filter::Value("2026-12-31"), Answered::Empty),
    row(SALES, "group_by", Filter::Value("product"), Answered::Empty),
    row(PARKED, "consumer", Filter::Value("orders"), Answered::NoRows),
];

impl Row {
    /// The request with what these ids are.
    fn request(&self, ids: &Ids) -> String {
        let value = match self.filter {
            Filter::Id(of) => of(ids).to_string(),
            Filter::Value(value) => value.to_owned(),
        };
        let of_branch = format!("&branch_id={}", ids.branch);
        let required = match (self.operation, self.parameter) {
            ("getMenu", "channel") => of_branch.as_str(),
            ("reportSales", "from") => "&to=2026-12-31",
            ("reportSales", "to") => "&from=2026-01-01",
            ("reportSales", _) => "&from=2026-01-01&to=2026-12-31",
            _ => "",
        };
        format!("{}?{}={value}{required}", self.path, self.parameter)
    }

    /// Asks as the other company, which finds something, and as a stranger to it, who does not.
    async fn check(&self, neighbours: &Neighbours) {
        let Neighbours { system, client, theirs, secrets, .. } = neighbours;
        let request = self.request(theirs);
        let shown = system.client().get(&request).send().await;
        let n_shown = n_rows(shown.expect(200));
        let has_no_rows = self.answered == Answered::NoRows;
        assert_eq!(
            n_shown == 0,
            has_no_rows,
            "{request} finds {n_shown} rows of the company itself"
        );
        let answer = client.get(&request).send().await;
        let n_rows = match self.answered {
            Answered::NotFound => {
                answer.problem(404, "not-found");
                0
            }
            _ => n_rows(answer.expect(200)),
        };
        assert_eq!(n_rows > 0, self.answered == Answered::Own, "{request}: {answer:?}");
        let of_nothing = client.get(&self.request(&Ids::of_nothing())).send().await;
        assert_eq!(answer.indistinct(), of_nothing.indistinct(), "{request} tells them apart");
        let text = answer.body.to_string();
        for secret in secrets {
            assert!(!text.contains(secret.as_str()), "{request} shows {secret}: {text}");
        }
    }
}

/// The rows of a list, or the products of a menu.
fn n_rows(body: &Value) -> usize {
    let rows = body["data"].as_array().or_else(|| body["products"].as_array());
    rows.map_or(0, Vec::len)
}

#[tokio::test]
async fn s19_no_filter_shows_anything_of_another_company() {
    let neighbours = Neighbours::move_in().await;
    let documented = operations(&neighbours.system).await;
    let filters: BTreeSet<(&str, &str)> = documented
        .iter()
        .flat_map(|operation| operation.queries().map(move |name| (operation.id.as_str(), name)))
        .filter(|(_, name)| !NOT_FILTERS.contains(name))
        .collect();
    let covered = FILTERS.iter().map(|row| (row.operation, row.parameter)).collect();
    assert_eq!(filters, covered, "each filter of the document has a row here, and no other");
    for row in &FILTERS {
        row.check(&neighbours).await;
    }
    figure("S19", &format!("{} filters, 0 rows of another company", FILTERS.len()));
}

#[tokio::test]
async fn s19_no_parameter_expands_an_answer() {
    let neighbours = Neighbours::move_in().await;
    let Neighbours { client, client_ids, .. } = &neighbours;
    let order = format!("/v1/orders/{}", client_ids.order);
    let product = format!("/v1/products/{}", client_ids.product);
    for path in ["/v1/orders", "/v1/products", "/v1/branches", "/v1/users", &order, &product] {
        client.get(path).send().await.expect(200);
        for parameter in EXPANSIONS {
            let answer = client.get(&format!("{path}?{parameter}=branch,company")).send().await;
            let problem = answer.problem(400, "validation");
            assert_eq!(problem["errors"][0]["pointer"], format!("/query/{parameter}"), "{problem}");
        }
    }
}
