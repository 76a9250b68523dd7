//! The operations, by context.

mod accepted;
mod answer;
mod catalog;
mod currency;
mod fields;
mod identity;
mod inventory;
mod model;
mod moment;
mod operator;
mod orders;
mod paging;
mod period;
mod refusal;
mod reports;
mod services;
mod system;

pub use services::Services;

use crate::contract::Refusals;

use poem_openapi::OpenApi;

/// Every operation of the product.
pub fn operations(services: &Services) -> impl OpenApi + use<> {
    (
        identity::operations(services),
        catalog::operations(services),
        orders::operations(services),
        inventory::operations(services),
        reports::operations(services),
        system::operations(services),
        operator::Companies(services.clone()),
    )
}

/// The codes that the rules of each operation answer with, by its id.
pub fn refusals() -> Vec<Refusals> {
    let contexts = [
        identity::CODES,
        catalog::CODES,
        orders::CODES,
        inventory::CODES,
        reports::CODES,
        system::CODES,
    ];
    contexts.concat()
}

/// The parts of the document: Spanish first, English in a second paragraph.
#[derive(Debug, poem_openapi::Tags)]
enum Part {
    /// Iniciar sesión.
    ///
    /// Signing in.
    #[oai(rename = "auth")]
    Auth,
    /// Sedes.
    ///
    /// Branches.
    #[oai(rename = "branches")]
    Branches,
    /// La empresa misma y su suscripción.
    ///
    /// The company itself and its subscription.
    #[oai(rename = "company")]
    Company,
    /// La carta: productos, precios, canales e impuestos.
    ///
    /// The menu: products, prices, channels and taxes.
    #[oai(rename = "catalog")]
    Catalog,
    /// Existencias, recetas y kardex.
    ///
    /// Stock, recipes and the kardex.
    #[oai(rename = "inventory")]
    Inventory,
    /// Las empresas de la instalación, para quien la opera.
    ///
    /// The companies of the installation, for its operator.
    #[oai(rename = "operator")]
    Operator,
    /// Pedidos, pagos y cocina.
    ///
    /// Orders, payments and the kitchen.
    #[oai(rename = "orders")]
    Orders,
    /// Personas, roles y permisos.
    ///
    /// People, roles and permissions.
    #[oai(rename = "people")]
    People,
    /// Informes.
    ///
    /// Reports.
    #[oai(rename = "reports")]
    Reports,
    /// Estado del sistema y eventos apartados.
    ///
    /// The state of the system and parked events.
    #[oai(rename = "system")]
    System,
}
