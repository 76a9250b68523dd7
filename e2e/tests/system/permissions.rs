//! `docs/permissions.md`: which permission an operation needs, and which seeded roles have
//! it.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;

use domain::identity::Permission;
use domain::identity::roles::Seed;
use e2e::System;

use crate::document::{Operation, operations};

/// The permissions of a seeded role, inherited ones included.
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
         Which permission an operation needs, and which seeded roles have it.\n\
         A company can change its roles later; `admin` always holds every permission.\n\
         For permissions of high risk each check reads the log, and a session that began with a \
         PIN never holds them.\n\
         Permissions that reach every branch are valid only for users of all branches.\n\
         A test verifies this page; `FASTOPS_WRITE_DOCS=1` makes it write the page.\n\n\
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
    let is_of_users = |it: &Operation| !it.is_open() && !it.is_operators() && !it.is_devices();
    section("Every signed-in user", is_of_users);
    section("Without signing in", Operation::is_open);
    section("The operator, by the token of the installation", Operation::is_operators);
    section("An enrolled device, by its token", Operation::is_devices);
    page
}

#[tokio::test]
async fn the_page_of_permissions_matches_the_code() {
    let system = System::start().await;
    let page = page(&system).await;
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/permissions.md");
    if std::env::var_os("FASTOPS_WRITE_DOCS").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    assert_eq!(std::fs::read_to_string(path).unwrap_or_default(), page);
}
