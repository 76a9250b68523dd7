//! What permissions of FastOps are called for people, where a company does not call them differently.

use domain::identity::Permission;

use crate::language::Language;

/// The label of a permission.
pub(in crate::operations) const fn label(
    permission: Permission,
    language: Language,
) -> &'static str {
    let (spanish, english) = words(permission);
    match language {
        Language::Spanish => spanish,
        Language::English => english,
    }
}

const fn words(permission: Permission) -> (&'static str, &'static str) {
    match permission {
        Permission::AvailabilityRead => ("Ver qué está agotado", "See what has run out"),
        Permission::AvailabilitySnooze => ("Marcar lo agotado", "Say what has run out"),
        Permission::AvailabilityUpdate => {
            ("Elegir qué vende cada sede", "Choose what each branch sells")
        }
        Permission::BranchClose => ("Cerrar sedes", "Close branches"),
        Permission::BranchOpen => ("Abrir sedes", "Open branches"),
        Permission::BranchRead => ("Ver las sedes", "See branches"),
        Permission::BranchUpdate => ("Cambiar las sedes", "Change branches"),
        Permission::CategoryCreate => ("Crear categorías", "Add categories"),
        Permission::CategoryRead => ("Ver las categorías", "See categories"),
        Permission::CategoryRemove => ("Quitar categorías", "Remove categories"),
        Permission::CategoryUpdate => ("Cambiar categorías", "Change categories"),
        Permission::ChannelManage => ("Cambiar canales de venta", "Change sales channels"),
        Permission::ChannelRead => ("Ver los canales de venta", "See sales channels"),
        Permission::CompanyRead => {
            ("Ver los datos y el plan de la empresa", "See the company and its plan")
        }
        Permission::CompanyUpdate => {
            ("Cambiar los datos de la empresa", "Change what the company is called")
        }
        Permission::DeviceEnroll => ("Vincular y retirar cajas", "Enrol and remove tills"),
        Permission::ModifierGroupCreate => ("Crear grupos de modificadores", "Add modifier groups"),
        Permission::ModifierGroupRead => ("Ver los grupos de modificadores", "See modifier groups"),
        Permission::ModifierGroupRemove => {
            ("Quitar grupos de modificadores", "Remove modifier groups")
        }
        Permission::ModifierGroupUpdate => {
            ("Cambiar grupos de modificadores", "Change modifier groups")
        }
        Permission::OrderCancel => ("Anular pedidos", "Cancel orders"),
        Permission::OrderConfirm => ("Confirmar pedidos", "Confirm orders"),
        Permission::OrderDeliver => ("Entregar pedidos", "Hand orders over"),
        Permission::OrderPlace => ("Tomar pedidos", "Place orders"),
        Permission::OrderRead => ("Ver los pedidos y la cocina", "See orders and the kitchen"),
        Permission::OrderReady => ("Marcar pedidos listos", "Say that orders are ready"),
        Permission::OrderStart => ("Empezar a preparar pedidos", "Start preparing orders"),
        Permission::PaymentTake => ("Recibir pagos", "Take payments"),
        Permission::PriceListCreate => ("Crear listas de precios", "Add price lists"),
        Permission::PriceListPublish => {
            ("Publicar y retirar listas de precios", "Publish and withdraw price lists")
        }
        Permission::PriceListRead => ("Ver las listas de precios", "See price lists"),
        Permission::PriceListUpdate => ("Cambiar listas de precios", "Change price lists"),
        Permission::ProductCreate => ("Crear productos", "Add products"),
        Permission::ProductRead => ("Ver los productos", "See products"),
        Permission::ProductRemove => ("Quitar productos", "Remove products"),
        Permission::ProductUpdate => ("Cambiar productos y precios", "Change products and prices"),
        Permission::RecipePublish => ("Publicar recetas", "Publish recipes"),
        Permission::RecipeRead => ("Ver las recetas", "See recipes"),
        Permission::ReportSales => ("Ver los informes de ventas", "See sales reports"),
        Permission::RoleManage => ("Cambiar roles y permisos", "Change roles and permissions"),
        Permission::RoleRead => ("Ver los roles y quién los tiene", "See roles and who has them"),
        Permission::StationClose => ("Cerrar estaciones", "Close stations"),
        Permission::StationCreate => ("Crear estaciones", "Add stations"),
        Permission::StationRead => ("Ver las estaciones", "See stations"),
        Permission::StationUpdate => ("Cambiar estaciones", "Change stations"),
        Permission::StockRead => ("Ver las existencias", "See the stock"),
        Permission::StockReceive => ("Registrar mercancía", "Enter goods that came in"),
        Permission::StockRelease => ("Liberar reservas vencidas", "Release expired reservations"),
        Permission::StockItemCreate => ("Crear artículos de inventario", "Add stock items"),
        Permission::StockItemRead => ("Ver los artículos de inventario", "See stock items"),
        Permission::StockItemUpdate => ("Cambiar artículos de inventario", "Change stock items"),
        Permission::SupplierCreate => ("Crear proveedores", "Add suppliers"),
        Permission::SupplierRead => ("Ver los proveedores", "See suppliers"),
        Permission::SupplierUpdate => ("Cambiar proveedores", "Change suppliers"),
        Permission::SystemOperate => {
            ("Decidir sobre eventos apartados", "Decide about parked events")
        }
        Permission::SystemRead => ("Ver el estado del sistema", "See the state of the system"),
        Permission::TaxProfilePublish => ("Publicar perfiles de impuestos", "Publish tax profiles"),
        Permission::TaxProfileRead => ("Ver los perfiles de impuestos", "See tax profiles"),
        Permission::TaxRegimeSet => {
            ("Fijar el régimen de impuestos de sedes", "Set the tax regime of branches")
        }
        Permission::UserForget => {
            ("Eliminar los datos de personas", "Delete what is known of people")
        }
        Permission::UserInvite => ("Invitar personas", "Invite people"),
        Permission::UserManage => (
            "Dar roles y sedes, corregir datos de personas y suspenderlas",
            "Give roles and branches, and correct and suspend people",
        ),
        Permission::UserRead => ("Ver las personas", "See people"),
        Permission::UserSetPin => ("Dar PIN a personas", "Give people a PIN"),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_permission_is_called_something_of_its_own_in_both_languages() {
        for language in [Language::Spanish, Language::English] {
            let labels: HashSet<_> =
                Permission::ALL.iter().map(|permission| label(*permission, language)).collect();
            assert_eq!(labels.len(), Permission::ALL.len());
        }
    }
}
