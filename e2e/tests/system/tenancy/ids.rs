//! Ids of objects that one company has and another must not reach.

use e2e::client::id_in;
use e2e::menu::{modifier_group, price_list, stock_item, tax_profile};
use e2e::{Client, Menu, fresh};
use serde_json::{Value, json};
use uuid::Uuid;

use super::standalone::Standalones;

/// Ids of a company's objects, or ids of nothing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ids {
    pub(super) branch: Uuid,
    pub(super) category: Uuid,
    pub(super) product: Uuid,
    pub(super) variant: Uuid,
    pub(super) order: Uuid,
    pub(super) item: Uuid,
    pub(super) prices: Prices,
    pub(super) choice: Choice,
    pub(super) station: Uuid,
    pub(super) standalones: Standalones,
    pub(super) staff: Staff,
}

/// Ids of what says what things cost.
#[derive(Debug, Clone, Copy)]
pub(super) struct Prices {
    pub(super) list: Uuid,
    pub(super) tax_profile: Uuid,
}

/// Ids of a modifier group and of one of its modifiers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Choice {
    pub(super) group: Uuid,
    pub(super) modifier: Uuid,
}

impl Choice {
    /// Adds a group of this name.
    pub(super) async fn of(client: &Client, name: &str) -> Self {
        let added = client.post("/v1/modifier-groups").json(&modifier_group(name)).send().await;
        added.expect(201);
        let path = format!("/v1/modifier-groups/{}?after={}", added.id(), added.position());
        let shown = client.get(&path).send().await;
        Self { group: added.id(), modifier: id_in(shown.expect(200), "/modifiers/0/id") }
    }
}

/// Adds a station of this name to a branch.
pub(super) async fn station(client: &Client, branch: Uuid, name: &str) -> Uuid {
    let path = format!("/v1/branches/{branch}/stations");
    let added = client.post(&path).json(&json!({"name": name})).send().await;
    added.expect(201);
    added.id()
}

/// Ids of users, roles and what belongs to them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Staff {
    pub(super) role: Uuid,
    pub(super) category: Uuid,
    pub(super) user: Uuid,
    pub(super) device: Uuid,
    pub(super) session: Uuid,
}

impl Staff {
    /// Creates a user with a role, a till in `branch`, and a category of permissions.
    pub(super) async fn of(client: &Client, branch: Uuid) -> Self {
        let add = async |path: &str, body: Value| {
            let added = client.post(path).json(&body).send().await;
            added.expect(201);
            added.id()
        };
        let role = add("/v1/rbac/roles", json!({"name": format!("Barra {branch}")})).await;
        let category = json!({"name": format!("Caja {branch}")});
        let category = add("/v1/rbac/permission-categories", category).await;
        let email = format!("luz-{branch}@example.com");
        let user = json!({"name": "Luz Marina", "email": email, "roles": [role], "branches": []});
        let user = add("/v1/users", user).await;
        let device = add("/v1/devices", json!({"name": "Caja", "branch_id": branch})).await;
        let sessions = client.get("/v1/auth/sessions").send().await;
        let session = id_in(sessions.expect(200), "/data/0/id");
        Self { role, category, user, device, session }
    }

    fn of_nothing() -> Self {
        let [role, category, user, device, session] = std::array::from_fn(|_| fresh());
        Self { role, category, user, device, session }
    }
}

impl Prices {
    /// Drafts a list with a price of a product, and adds a tax profile.
    pub(super) async fn of(client: &Client, product: Uuid, variant: Uuid) -> Self {
        let list = price_list(&format!("Lista {product}"), product, variant);
        let list = client.post("/v1/price-lists").json(&list).send().await;
        list.expect(201);
        let profile = tax_profile(&format!("Impuestos {product}"));
        let profile = client.post("/v1/tax-profiles").json(&profile).send().await;
        profile.expect(201);
        Self { list: list.id(), tax_profile: profile.id() }
    }

    fn of_nothing() -> Self {
        Self { list: fresh(), tax_profile: fresh() }
    }
}

impl Ids {
    /// What the standalone objects of a company are called, and those of no other.
    pub(super) const NAME: &str = "Lo que es de otra";

    pub(super) async fn of(client: &Client, menu: &Menu) -> Self {
        let order = menu.place(client).await.id();
        let added = client.post("/v1/stock-items").json(&stock_item("Maíz")).send().await;
        let Menu { branch, category, product, small, .. } = *menu;
        let (item, staff) = (added.id(), Staff::of(client, branch).await);
        let rappi = json!({"kind": "aggregator", "name": format!("Rappi {branch}")});
        client.put("/v1/channels/rappi").json(&rappi).send().await.expect(200);
        let prices = Prices::of(client, product, small).await;
        let choice = Choice::of(client, "Adiciones").await;
        let station = station(client, branch, "Parrilla").await;
        Self {
            branch,
            category,
            product,
            variant: small,
            order,
            item,
            prices,
            choice,
            station,
            standalones: Standalones::of(client, Self::NAME).await,
            staff,
        }
    }

    pub(super) fn of_nothing() -> Self {
        let [branch, category, product, variant, order, item, station] =
            std::array::from_fn(|_| fresh());
        let choice = Choice { group: fresh(), modifier: fresh() };
        let (prices, staff) = (Prices::of_nothing(), Staff::of_nothing());
        let standalones = Standalones::of_nothing();
        Self {
            branch,
            category,
            product,
            variant,
            order,
            item,
            prices,
            choice,
            station,
            standalones,
            staff,
        }
    }

    /// All ids as texts, to search for them in answers.
    pub(super) fn texts(self) -> Vec<String> {
        let Self {
            branch,
            category,
            product,
            variant,
            order,
            item,
            prices,
            choice,
            station,
            standalones,
            staff,
        } = self;
        let Choice { group, modifier } = choice;
        let Prices { list, tax_profile } = prices;
        let Staff { role, user, device, session, .. } = staff;
        let of_menu = [category, product, variant, group, modifier, list, tax_profile];
        let of_branch = [branch, station, order, item];
        let of_staff = [role, user, device, session];
        let all = of_menu.into_iter().chain(of_branch).chain(of_staff);
        all.map(|id| id.to_string()).chain(standalones.texts()).collect()
    }
}
