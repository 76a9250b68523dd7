//! `docs/permissions.md`: which permission an operation needs, and which roles have it from the
//! beginning.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;

use domain::identity::Permission;
use domain::identity::roles::Seed;
use e2e::System;

use crate::document::{Operation, operations};

/// Everything that a role has when a company begins, inherited or not.
fn held(seed: Seed) -> BTreeSet<Permission> {
    if seed == Seed::Administrator {
        return Permission::ALL.iter().copied().collect();
    }
    let inherited = seed.parents().iter().flat_map(|parent| held(*parent));
    seed.permissions().iter().copied().chain(inherited).collect()
}

fn roles_with(permission: Permission) -> String {
    let with = Seed::ALL.iter().filter(|seed| held(**seed).contains(&permission));
    with.map(|seed| seed.word()).collect::<Vec<_>>().join(", ")
}

async fn page(system: &System) -> String {
    let mut page = String::from(
        "# Permissions\n\n\
         Which permission an operation needs, and which roles have it when a company begins.\n\
         Afterwards a company changes its roles as it likes; `admin` always holds everything.\n\
         Who holds a permission of high risk is looked up in the log each time it is used, and whoever\n\
         signed in with a PIN does not hold it.\n\
         One that reaches every branch counts for those alone who act in all of them.\n\
         A test keeps this page true; `FASTOPS_WRITE_DOCS=1` makes it write the page.\n\n\
         | permission | high risk | reaches every branch | roles | operations |\n\
         | --- | --- | --- | --- | --- |\n",
    );
    let operations = operations(system).await;
    for permission in Permission::ALL {
        let needing = operations.iter().filter(|it| it.permission() == Some(permission.name()));
        let needing: Vec<String> = needing.map(|operation| format!("`{}`", operation.id)).collect();
        assert!(!needing.is_empty(), "no operation needs {permission}");
        let risk = if permission.is_high_risk() { "yes" } else { "" };
        let reach = if permission.reaches_every_branch() { "yes" } else { "" };
        let (roles, needing) = (roles_with(*permission), needing.join(", "));
        writeln!(page, "| `{permission}` | {risk} | {reach} | {roles} | {needing} |").unwrap();
    }
    let mut section = |title: &str, is_theirs: fn(&Operation) -> bool| {
        let without = operations.iter().filter(|it| it.permission().is_none());
        let these = without.filter(|operation| is_theirs(operation));
        let these: Vec<String> = these.map(|operation| format!("`{}`", operation.id)).collect();
        writeln!(page, "\n{title}: {}.", these.join(", ")).unwrap();
    };
    let is_of_people = |it: &Operation| !it.is_open() && !it.is_operators() && !it.is_devices();
    section("Anybody who has signed in", is_of_people);
    section("Anybody", Operation::is_open);
    section("Whoever runs the installation, by its token", Operation::is_operators);
    section("An enrolled device, by its token", Operation::is_devices);
    page
}

#[tokio::test]
async fn the_page_of_permissions_says_what_the_code_does() {
    let system = System::start().await;
    let page = page(&system).await;
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/permissions.md");
    if std::env::var_os("FASTOPS_WRITE_DOCS").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    assert_eq!(std::fs::read_to_string(path).unwrap_or_default(), page);
}
