#!/usr/bin/env bash
# Writes the skeleton of an aggregate that has a name: its rules, intents, table, read model and operations, and
# its row in every registry, so that it compiles. docs/adding-an-aggregate.md says what
# each file is for.
#
#   scripts/new-aggregate.sh <context> <name> [<plural>] [<plural in Spanish>]
#
# <context> is catalog or inventory; names are snake_case. Everything else about the aggregate is written by
# hand afterwards, beginning with the rules.
set -euo pipefail
cd "$(dirname "$0")/.."

fail() { echo "new-aggregate: $*" >&2; exit 1; }

context=${1:-} name=${2:-}
names=${3:-${name}s}
spanish=${4:-${names//_/ }}
case $context in
    catalog) module=Catalog consumer=Catalog part=Catalog permissions=Menu ;;
    inventory) module=Inventory consumer=Inventory part=Inventory permissions=Stock ;;
    *) fail "the context is catalog or inventory: make new-aggregate CONTEXT=inventory NAME=supplier" ;;
esac
[[ $name =~ ^[a-z]+(_[a-z]+)*$ && $names =~ ^[a-z]+(_[a-z]+)*$ ]] || fail "a name is snake_case"
[[ ! -e domain/src/$context/$name.rs ]] || fail "domain/src/$context/$name.rs is there already"

[[ -z $(git status --porcelain) ]] || fail "commit first: this edits files all over the repository"

camel() { perl -pe 's/(?:^|_)([a-z])/\u$1/g' <<<"$1"; }
Name=$(camel "$name") Names=$(camel "$names")
words=${name//_/ } many_words=${names//_/ }
article=a; [[ $name =~ ^[aeiou] ]] && article=an

# write <template> <file>
write() {
    [[ ! -e $2 ]] || fail "$2 is there already"
    sed -e "s/@Name@/$Name/g; s/@Names@/$Names/g; s/@name@/$name/g; s/@names@/$names/g" \
        -e "s/@a_words@/$article $words/g; s/@A_words@/${article^} $words/g; s/@words@/$words/g" \
        -e "s/@many_words@/$many_words/g; s/@Many_words@/${many_words^}/g" \
        -e "s/@path@/${names//_/-}/g; s/@context@/$context/g; s/@Module@/$module/g" \
        -e "s/@Consumer@/$consumer/g; s/@Part@/$part/g" "scripts/new-aggregate/$1" >"$2"
    echo "$2"
}

# edit <file> <perl>...: does what the lines of Perl say with the whole file, which is in $_.
edit() {
    local file=$1; shift
    perl -0777 -pe "$*" "$file" >"$file.new" || { rm -f "$file.new"; fail "$file is as it was"; }
    mv "$file.new" "$file"
    echo "$file"
}

# sub <pattern> <replacement>: a line of Perl that replaces the first match; that there is none is an error.
sub() { printf 's~%s~%s~m or die "nothing is like this: %s\\n";' "$1" "$2" "${1//[\"\\\$@]/.}"; }

write domain.rs.tmpl "domain/src/$context/$name.rs"
write commands.rs.tmpl "commands/src/$context/$names.rs"
write projections.rs.tmpl "projections/src/$context/$names.rs"
write api.rs.tmpl "api/src/operations/$context/$names.rs"
write migration.sql.tmpl "migrations/$(date -u +%Y%m%d%H%M%S)_$names.sql"

edit "domain/src/$context/mod.rs" \
    "$(sub '^pub mod ' "pub mod $name;\npub mod ")" \
    "$(sub '^pub use ' "pub use $name::$Name;\npub use ")"
edit domain/src/shared/id.rs \
    "$(sub '^    VariantId$' "    VariantId\n    /// ${article^} $words.\n    ${Name}Id")"
edit domain/src/claim.rs \
    "$(sub '(    StockItem = "stock_item",)' "\$1\n    /// ${article^} $words.\n    $Name = \"$name\",")"
edit domain/src/schemas.rs \
    "$(sub "(use crate::$context::\{[^}]*)\}" "\$1, $name}")" \
    's/OfAggregate; (\d+)/"OfAggregate; " . ($1 + 1)/e;' \
    "$(sub '(        series::Event::schemas,)' "        $name::Event::schemas,\n\$1")"
edit domain/src/identity/permission.rs \
    "$(sub '(    /// Delete what is known of people who left)' "    /// Add $many_words.
    ${Name}Create = \"$name.create\" in $permissions,
    /// See $many_words.
    ${Name}Read = \"$name.read\" in $permissions,
    /// Change $many_words.
    ${Name}Update = \"$name.update\" in $permissions,
\$1")" \
    "$(sub '(\| Self::SystemOperate\n        \))' "| Self::${Name}Create | Self::${Name}Update \$1")"
edit domain/tests/stored_events.rs \
    "$(sub "(use domain::$context::\{[^}]*)\}" "\$1, $name}")" \
    "$(sub "(?s)(fn $context\(\) -> Vec<String> \{\n)(.*?)\[stored\(" "\$1    let $names: [$name::Event; 2] = [
        $name::Added { name: name(\"Uno\") }.into(),
        $name::Renamed { name: name(\"Otro\") }.into(),
    ];
\${2}[stored(&$names), stored(")"
edit "commands/src/$context/mod.rs" \
    "$(sub '^mod ' "mod $names;\nmod ")" \
    "$(sub '\n\z' "\npub use $names::{Add$Name, Revise$Name, ${Name}Refusal};\n")"
edit "projections/src/$context/mod.rs" \
    "$(sub '^pub mod ' "pub mod $names;\npub mod ")" \
    "$(sub '(stream\.is_of::<)' "stream.is_of::<domain::$context::$Name>() || \$1")" \
    "$(sub '(        states::project::<)' "        states::project::<$names::$Name>(tx, decoded(events)?).await?;\n\$1")" \
    "$(sub '(        &\[")' "        &[\"$names\", \"")"
edit projections/src/row/column.rs \
    "$(sub '(use domain::shared::\{[^}]*[^},\s])\s*,?\s*\}' "\$1, ${Name}Id}")" \
    "$(sub '^(    BranchId [^\n]*)' "\$1 ${Name}Id")"
edit "api/src/operations/$context/mod.rs" \
    "$(sub '^mod ' "mod $names;\nmod ")" \
    "$(sub '^    \(' "    ($names::$Names(services.clone()), ")"
edit "api/src/operations/$context/refusal.rs" \
    "$(sub "(use commands::$context::\{[^}]*)\}" "\$1, ${Name}Refusal}")" \
    "$(sub '^use domain::' "use domain::$context::$name;\nuse domain::")" \
    "$(sub '\n\z' "

pub(in crate::operations) fn $name(refusal: &${Name}Refusal) -> Problem {
    match refusal {
        ${Name}Refusal::NameTaken => name_taken(),
        ${Name}Refusal::$Name($name::Error::Unknown) => Problem::new(Code::NotFound),
        ${Name}Refusal::$Name($name::Error::AlreadyAdded) => Problem::new(Code::InvalidTransition),
    }
}
")"
edit api/src/operations/identity/rbac/labels.rs \
    "$(sub '(        Permission::SystemOperate =>)' "        Permission::${Name}Create => (\"Crear $spanish\", \"Add $many_words\"),
        Permission::${Name}Read => (\"Ver $spanish\", \"See $many_words\"),
        Permission::${Name}Update => (\"Cambiar $spanish\", \"Change $many_words\"),
\$1")"
path=/v1/${names//_/-}
add="        let $name = json!({\"name\": \"Uno\"});
        let $name = client.post(\"$path\").json(&$name).send().await.id();"
edit e2e/tests/system/tenancy/ids.rs \
    "$(sub '(    pub\(super\) staff: Staff,)' "    pub(super) $name: Uuid,\n\$1")" \
    "s/(\{\s*branch,[^}]*)\bstaff\b/\$1$name, staff/g;" \
    "$(sub '(let \[\s*branch,[^\]]*?),?\s*\]' "\$1, $name]")" \
    's/String; (\d+)/"String; " . ($1 + 1)/e;' \
    "$(sub '(\[\s*branch,[^\]]*)\brole,' "\$1$name, role,")" \
    "$(sub '(        let \(item, staff\))' "$add\n\$1")"
edit e2e/tests/system/tenancy.rs \
    "$(sub '(        Ids \{\s*branch,[^}]*)\bstaff\b' "$add\n\$1$name, staff")"
edit e2e/tests/system/tenancy/visits.rs \
    "$(sub '(    visit\("addStockItem")' "    visit(\"add$Name\", post(\"$path\", json!({\"name\": \"Dos\"})), Expect::Created);
    visit(\"list$Names\", client.get(\"$path\"), Expect::Nothing);
    let $name = format!(\"$path/{}\", ids.$name);
    visit(\"get$Name\", client.get(&$name), Expect::NotFound);
    let $name = client.put(&$name).if_match(1).json(&json!({\"name\": \"Tres\"}));
    visit(\"revise$Name\", $name, Expect::NotFound);
\$1")"
cargo fmt
cat >&2 <<'TEXT'
new-aggregate: it has a name and nothing else. Write what it is, beginning with its rules, and its words for
people in api/src/operations/identity/rbac/labels.rs. Administrators may use it; who else may is said in
domain/src/identity/roles/seeds.rs and additions.rs. Then let the tests write what they keep, and read it:
  INSTA_UPDATE=always INSTA_FORCE_PASS=1 FASTOPS_WRITE_DOCS=1 make test
TEXT
