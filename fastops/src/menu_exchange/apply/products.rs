//! Products with their variants.

use commands::catalog::{AddProduct, ReviseProduct, VariantRequest};
use domain::shared::{ProductId, VariantId};
use exchange::Change;
use exchange::menu::{Key, Variant};

use super::Applying;
use crate::import::Error;
use crate::menu_exchange::ids::Known;

impl Applying<'_> {
    pub(super) async fn product(&mut self, change: &Change) -> Result<(), Error> {
        let wanted = &self.wanted.products[&change.key];
        let name = wanted.name.clone();
        let category = self.ids.categories[&wanted.category].id;
        let variants =
            wanted.variants.iter().map(|variant| self.variant(&change.key, variant)).collect();
        let known = self.ids.products.get(&change.key).copied();
        if let Some(Known { id: product, revision: seen }) = known {
            let revise = ReviseProduct { product, seen, name, category, variants };
            return self.execute(change, seen, revise).await;
        }
        let product = ProductId::from_uuid(self.new_id(change));
        self.ids.products.insert(change.key.clone(), Known { id: product, revision: None });
        self.execute(change, None, AddProduct { product, name, category, variants }).await
    }

    fn variant(&mut self, product: &Key, variant: &Variant) -> VariantRequest {
        let part = Key::from(&variant.name);
        let id_if_new = || VariantId::from_uuid(self.new_part_id("variant", product, &part));
        let key = (product.clone(), part.clone());
        let id = self.ids.variants.get(&key).copied();
        let id_if_new = id.unwrap_or_else(id_if_new);
        self.ids.variants.insert(key, id_if_new);
        VariantRequest { id, id_if_new, name: variant.name.clone(), price: variant.price }
    }
}
