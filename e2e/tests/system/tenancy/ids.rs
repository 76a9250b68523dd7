//! Ids of objects that one company has and another must not reach.

use e2e::client::id_in;
use e2e::menu::stock_item;
use e2e::{Client, Menu, fresh};
use serde_json::{Value, json};
use uuid::Uuid;

/// Ids of a company's objects, or ids of nothing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ids {
    pub(super) branch: Uuid,
    pub(super) category: Uuid,
    pub(super) product: Uuid,
    pub(super) variant: Uuid,
    pub(super) order: Uuid,
    pub(super) item: Uuid,
    pub(super) staff: Staff,
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

impl Ids {
    pub(super) async fn of(client: &Client, menu: &Menu) -> Self {
        let order = menu.place(client).await.id();
        let added = client.post("/v1/stock-items").json(&stock_item("Maíz")).send().await;
        let Menu { branch, category, product, small, .. } = *menu;
        let (item, staff) = (added.id(), Staff::of(client, branch).await);
        Self { branch, category, product, variant: small, order, item, staff }
    }

    pub(super) fn of_nothing() -> Self {
        let [branch, category, product, variant, order, item] = std::array::from_fn(|_| fresh());
        let staff = Staff::of_nothing();
        Self { branch, category, product, variant, order, item, staff }
    }

    /// All ids as texts, to search for them in answers.
    pub(super) fn texts(self) -> [String; 10] {
        let Self { branch, category, product, variant, order, item, staff } = self;
        let Staff { role, user, device, session, .. } = staff;
        [branch, category, product, variant, order, item, role, user, device, session]
            .map(|id| id.to_string())
    }
}
