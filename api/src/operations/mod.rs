//! The operations, by context.

mod accounts;
mod answer;
mod auth;
mod branches;
mod categories;
mod company;
mod consumers;
mod devices;
mod fields;
mod kitchen;
mod letters;
mod model;
mod moment;
mod operator;
mod order_model;
mod orders;
mod parked;
mod payments;
mod products;
mod public_keys;
mod rbac;
mod recipes;
mod refusal;
mod reports;
mod services;
mod stock;
mod stock_items;
mod stock_model;
mod users;

pub use services::Services;

use poem_openapi::OpenApi;

/// Every operation of the product.
pub fn operations(services: &Services) -> impl OpenApi + use<> {
    (
        (auth::operations(services), public_keys::PublicKeys(services.clone())),
        rbac::operations(services),
        (
            users::Users(services.clone()),
            accounts::AccountsOfPeople(services.clone()),
            devices::Devices(services.clone()),
        ),
        (company::OwnCompany(services.clone()), branches::Branches(services.clone())),
        categories::Categories(services.clone()),
        products::Products(services.clone()),
        orders::Orders(services.clone()),
        payments::Payments(services.clone()),
        kitchen::Kitchen(services.clone()),
        stock_items::StockItems(services.clone()),
        recipes::Recipes(services.clone()),
        stock::StockOfBranches(services.clone()),
        reports::Reports(services.clone()),
        consumers::Consumers(services.clone()),
        (parked::Parked(services.clone()), operator::Companies(services.clone())),
    )
}

/// The parts of the document.
#[derive(Debug, poem_openapi::Tags)]
enum Part {
    /// Iniciar sesión. Signing in.
    #[oai(rename = "auth")]
    Auth,
    /// Sedes. Branches.
    #[oai(rename = "branches")]
    Branches,
    /// La empresa misma y su suscripción. The company itself and its subscription.
    #[oai(rename = "company")]
    Company,
    /// Categorías y productos. Categories and products.
    #[oai(rename = "catalog")]
    Catalog,
    /// Existencias, recetas y kardex. Stock, recipes and the kardex.
    #[oai(rename = "inventory")]
    Inventory,
    /// Las empresas de la instalación, para quien la opera. The companies of the installation, for
    /// whoever runs it.
    #[oai(rename = "operator")]
    Operator,
    /// Pedidos, pagos y cocina. Orders, payments and the kitchen.
    #[oai(rename = "orders")]
    Orders,
    /// Personas, roles y permisos. People, roles and permissions.
    #[oai(rename = "people")]
    People,
    /// Informes. Reports.
    #[oai(rename = "reports")]
    Reports,
    /// Estado del sistema y eventos apartados. The state of the system and parked events.
    #[oai(rename = "system")]
    System,
}
