//! A menu goes out and comes in again.

use std::path::Path;
use std::process::Output;

use tempfile::TempDir;

use crate::target::{SLUG, Target, succeeded, text};
use crate::year::generate;

impl Target {
    async fn export_menu(&self, to: &Path) {
        let to = to.to_str().unwrap();
        let mut command = self.fastops(&["export", "menu", "--tenant", SLUG, "--to", to]);
        succeeded(&command.output().await.unwrap());
    }

    async fn import_menu(&self, file: &Path, arguments: &[&str]) -> Output {
        let file = file.to_str().unwrap();
        let menu = ["menu", "--lang", "en", "--tenant", SLUG, "--file", file];
        self.import(&[&menu, arguments].concat()).output().await.unwrap()
    }

    /// What the read models say of the menu, without ids.
    async fn menu(&self) -> Vec<(String, String, String, String)> {
        self.figures(
            "SELECT c.name, p.name, v ->> 'name' || ' ' || (v ->> 'price'),
                 coalesce((
                     SELECT string_agg(s.name || ' ' || (i ->> 'quantity'), ', ' ORDER BY s.name)
                     FROM recipes r
                     CROSS JOIN jsonb_array_elements(r.portions) portion
                     CROSS JOIN jsonb_array_elements(portion -> 'ingredients') i
                     JOIN stock_items s ON s.item_id = (i ->> 'item')::uuid
                     WHERE r.product_id = p.product_id AND portion ->> 'variant' = v ->> 'id'
                 ), '')
             FROM products p
             JOIN categories c USING (tenant_id, category_id)
             CROSS JOIN jsonb_array_elements(p.variants) WITH ORDINALITY variants (v, nth)
             ORDER BY p.name, nth",
        )
        .await
    }
}

/// Exports the menu of a company in every format, imports it there and into an empty company, and compares.
async fn goes_out_and_in_again(target: &Target, n_variants: usize) {
    let folder = TempDir::new().unwrap();
    for name in ["menu", "menu.zip", "menu.xlsx"] {
        let file = folder.path().join(name);
        target.export_menu(&file).await;
        let (menu, head) = (target.menu().await, target.head().await);
        assert_eq!(menu.len(), n_variants, "{name}");

        let again = target.import_menu(&file, &[]).await;
        succeeded(&again);
        assert!(text(&again).contains("0 changes"), "{name}: {}", text(&again));
        assert_eq!(
            target.head().await,
            head,
            "{name}: an import of what was exported wrote an event"
        );

        let other = Target::set_up().await;
        succeeded(&other.import_menu(&file, &[]).await);
        other.export_menu(&folder.path().join("again")).await;
        assert_eq!(other.menu().await, menu, "{name}");
        for sheet in exchange::sheets::ALL {
            let written = |to: &str| {
                let path = folder.path().join(to).join(format!("{}.csv", sheet.name));
                std::fs::read_to_string(path).unwrap()
            };
            assert_eq!(written("again"), written("menu"), "{name}: {}", sheet.name);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_menu_goes_out_and_in_again_without_a_difference() {
    let folder = TempDir::new().unwrap();
    generate(folder.path(), 4, 3);
    let target = Target::set_up().await;
    target.import_to_its_end(folder.path()).await;
    let variants = "SELECT sum(jsonb_array_length(variants))::bigint FROM products";
    target.export_menu(&folder.path().join("first.zip")).await;
    let n_variants = target.figures::<(i64,)>(variants).await[0].0;

    goes_out_and_in_again(&target, usize::try_from(n_variants).unwrap()).await;
}

/// 32 recipes of 96 variants in 5 sizes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_real_menu_goes_out_and_in_again_without_a_difference() {
    let Some(data) = std::env::var_os("FASTOPS_TEST_DATA") else { return };
    let (data, folder) = (Path::new(&data).join("pizza-place"), TempDir::new().unwrap());
    for file in ["pizzas.csv", "pizza_types.csv"] {
        std::fs::copy(data.join(file), folder.path().join(file)).unwrap();
    }
    // The menu comes with the orders; the first ones do.
    for (file, n_lines) in [("orders.csv", 3), ("order_details.csv", 7)] {
        let text = std::fs::read_to_string(data.join(file)).unwrap();
        let first: Vec<&str> = text.lines().take(n_lines).collect();
        std::fs::write(folder.path().join(file), first.join("\n")).unwrap();
    }
    let target = Target::set_up().await;
    target.import_to_its_end(folder.path()).await;

    goes_out_and_in_again(&target, 96).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dry_run_lists_every_bad_cell_and_an_import_writes_nothing_while_there_is_one() {
    let (folder, target) = (TempDir::new().unwrap(), Target::set_up().await);
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("categories.csv", "category\nPlatos\n");
    write("products.csv", "product,category\nArepa,Platos\n=1+1,Bebidas\n");
    write("variants.csv", "product,variant,price,currency\nArepa,Sola,x,COP\nArepa,Sola,1,COP\n");
    let head = target.head().await;

    for arguments in [&["--dry-run"][..], &[]] {
        let refused = target.import_menu(folder.path(), arguments).await;
        assert!(!refused.status.success());
        let said = text(&refused);
        for place in ["products.csv:3:category", "variants.csv:2:price", "variants.csv:3:variant"] {
            assert!(said.contains(place), "{place}: {said}");
        }
        assert_eq!(target.head().await, head);
    }

    write("products.csv", "product,category\nArepa,Platos\n=1+1,platos\n");
    write("variants.csv", "product,variant,price,currency\nArepa,Sola,2,COP\n=1+1,Sola,1,COP\n");
    let dry = target.import_menu(folder.path(), &["--dry-run"]).await;
    succeeded(&dry);
    assert!(text(&dry).contains("3 changes"), "{}", text(&dry));
    assert_eq!(target.head().await, head);
    succeeded(&target.import_menu(folder.path(), &[]).await);
    let csv = folder.path().join("out");
    target.export_menu(&csv).await;
    let products = std::fs::read_to_string(csv.join("products.csv")).unwrap();
    assert!(products.contains("\n'=1+1,Platos"), "{products}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn price_lists_are_drafted_published_changed_and_withdrawn() {
    let (folder, target) = (TempDir::new().unwrap(), Target::set_up().await);
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("categories.csv", "category\nPlatos\n");
    write("products.csv", "product,category\nArepa,Platos\n");
    write("variants.csv", "product,variant,price,currency\nArepa,Sola,5000,COP\n");
    let head = "list,channel,weekdays,from,until,valid_from,published\n";
    let list = |published: &str| {
        format!("{head}Hora feliz,web,friday saturday,17:00,02:00,2026-01-01,{published}\n")
    };
    let lists = async || {
        let query = "SELECT name, is_published, entries #>> '{0,price,amount}' FROM price_lists";
        target.export_menu(&folder.path().join("out.zip")).await;
        target.figures::<(String, bool, String)>(query).await
    };

    let happy =
        |is_published, price: &str| vec![("Hora feliz".to_owned(), is_published, price.to_owned())];

    write("price_lists.csv", &list("yes"));
    write("prices.csv", "list,product,variant,price,currency\nHora feliz,Arepa,Sola,4000,COP\n");
    succeeded(&target.import_menu(folder.path(), &[]).await);
    assert_eq!(lists().await, happy(true, "400000"));
    let again = target.import_menu(&folder.path().join("out.zip"), &[]).await;
    assert!(text(&again).contains("0 changes"), "{}", text(&again));

    write("prices.csv", "list,product,variant,price\nHORA FELIZ,AREPA,sola,3500\n");
    write("price_lists.csv", &list("no"));
    let changed = target.import_menu(folder.path(), &[]).await;
    succeeded(&changed);
    assert!(text(&changed).contains("1 changes"), "{}", text(&changed));
    assert_eq!(lists().await, happy(false, "350000"));
}

/// A row or more of every sheet but that of stations, which need a branch.
const WHOLE_MENU: &[(&str, &str)] = &[
    ("categories", "category,place\nPlatos,1\nBebidas,2\n"),
    ("ingredients", "ingredient,unit,on_shortage\nMaíz,gram,allow\nQueso,gram,allow\n"),
    ("ingredient_allergens", "ingredient,mark,contains\nQueso,milk,yes\nMaíz,gluten,no\n"),
    (
        "modifier_groups",
        "group,required,min,max\nAdiciones,no,0,3\nSalsas,no,0,2\nTérmino,yes,1,1\n",
    ),
    (
        "modifiers",
        "group,modifier,price,currency,max_quantity,default_quantity,asks_group\n\
         Adiciones,Con queso,1500,COP,2,0,Salsas\nAdiciones,Con ají,0,COP,1,0,\n\
         Salsas,Rosada,0,COP,1,0,\nTérmino,Azul,0,COP,1,0,\nTérmino,Tres cuartos,0,COP,1,1,\n",
    ),
    ("modifier_recipes", "group,modifier,ingredient,quantity\nAdiciones,Con queso,queso,30.5\n"),
    (
        "products",
        "product,category,place,tax_class,preparation_minutes\nArepa,Platos,1,,12\n\
         Limonada,Bebidas,1,,\nAlmuerzo,Platos,2,,\n",
    ),
    (
        "variants",
        "product,variant,price,currency,recipe_multiplier,sku,barcode\n\
         Arepa,Sola,5000,COP,,A-1,7702004003508\nArepa,Doble,9000,COP,1.8,A-2,\n\
         Limonada,Vaso,4000,COP,,,\nAlmuerzo,Del día,12000,COP,,,\n",
    ),
    (
        "product_texts",
        "product,language,description,search_words\n\
         Arepa,es,\"De maíz\\ncon queso\",\"masa, tela\"\nArepa,en,Corn cake,\n",
    ),
    ("allergens", "product,mark,contains\nArepa,eggs,no\nLimonada,added_sugar,yes\n"),
    (
        "product_groups",
        "product,group,required,min,max\nArepa,Adiciones,no,0,1\nArepa,Término,,,\n",
    ),
    (
        "product_modifiers",
        "product,group,modifier,hidden,price,currency,default_quantity\n\
         Arepa,Adiciones,Con queso,no,2000,COP,1\nArepa,Adiciones,Con ají,yes,,,\n",
    ),
    (
        "combos",
        "product,slot,pieces,option_product,option_variant,price,currency\n\
         Almuerzo,Plato,1,Arepa,Sola,0,COP\nAlmuerzo,Plato,1,Arepa,Doble,3000,COP\n\
         Almuerzo,Bebida,1,Limonada,Vaso,0,COP\n",
    ),
    (
        "recipes",
        "product,variant,ingredient,quantity\nArepa,Sola,Maíz,120\nArepa,Sola,Queso,40.25\n",
    ),
    (
        "price_lists",
        "list,weekdays,from,until,valid_from,published\nHora feliz,friday,17:00,19:00,2026-01-01,yes\n",
    ),
    (
        "prices",
        "list,product,variant,group,modifier,price,currency\n\
         Hora feliz,Limonada,Vaso,,,3000,COP\nHora feliz,,,Adiciones,Con queso,0,COP\n",
    ),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_sheet_of_a_menu_comes_in_and_goes_out_again() {
    let (folder, target) = (TempDir::new().unwrap(), Target::set_up().await);
    for (sheet, text) in WHOLE_MENU {
        std::fs::write(folder.path().join(format!("{sheet}.csv")), text).unwrap();
    }
    assert_eq!(WHOLE_MENU.len(), exchange::sheets::ALL.len() - 1);

    let imported = target.import_menu(folder.path(), &[]).await;
    succeeded(&imported);
    assert!(text(&imported).contains("12 changes"), "{}", text(&imported));

    goes_out_and_in_again(&target, 4).await;
    let out = folder.path().join("out");
    target.export_menu(&out).await;
    for (sheet, text) in WHOLE_MENU {
        let written = std::fs::read_to_string(out.join(format!("{sheet}.csv"))).unwrap();
        assert_eq!(written.lines().count(), text.lines().count(), "{sheet}: {written}");
    }
}
