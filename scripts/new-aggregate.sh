#!/usr/bin/env bash
# Writes the skeleton of an aggregate that has a name: its rules, intents, table, read model and operations, and
# its row in every registry, so that it compiles. docs/adding-an-aggregate.md says what
# each file is for.
#
#   scripts/new-aggregate.sh [--into <folder>] <context> <name> [<plural>] [<plural in Spanish>]
#
# <context> is catalog or inventory; names are snake_case. Everything else about the aggregate is written by
# hand afterwards, beginning with the rules.
#
# It edits a copy of the sources and takes over what it changed at the end: all of it or nothing. With --into the
# copy is made in that folder, which must be empty, and stays there; the repository is as it was.
set -euo pipefail
cd "$(dirname "$0")/.."

fail() { echo "new-aggregate: $*" >&2; exit 1; }

into=
[[ ${1:-} != --into ]] || { into=${2:?--into needs a folder}; shift 2; }
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

[[ -n $into || -z $(git status --porcelain) ]] || fail "commit first: this edits files all over the repository"

camel() { perl -pe 's/(?:^|_)([a-z])/\u$1/g' <<<"$1"; }
Name=$(camel "$name") Names=$(camel "$names")
words=${name//_/ } many_words=${names//_/ }
article=a; [[ $name =~ ^[aeiou] ]] && article=an
path=/v1/${names//_/-}

repository=$PWD copy=${into:-$(mktemp -d)} written=() edited=()
if [[ -n $into ]]; then
    mkdir -p "$copy"
    [[ -z $(ls -A "$copy") ]] || fail "$copy is not empty"
else
    trap 'rm -rf "$copy"' EXIT
fi
tar -c --exclude=./.git --exclude=./target . | tar -x -C "$copy"
cd "$copy"

# write <template> <file>
write() {
    [[ ! -e $2 ]] || fail "$2 is there already"
    sed -e "s/@Name@/$Name/g; s/@Names@/$Names/g; s/@name@/$name/g; s/@names@/$names/g" \
        -e "s/@a_words@/$article $words/g; s/@A_words@/${article^} $words/g; s/@words@/$words/g" \
        -e "s/@many_words@/$many_words/g; s/@Many_words@/${many_words^}/g" \
        -e "s/@path@/${names//_/-}/g; s/@context@/$context/g; s/@Module@/$module/g" \
        -e "s/@Consumer@/$consumer/g; s/@Part@/$part/g" "scripts/new-aggregate/$1" >"$2"
    written+=("$2")
}

# edit <file> <perl>...: does what the lines of Perl say with the whole file, which is in $_.
edit() {
    local file=$1; shift
    perl -0777 -pe "$*" "$file" >"$file.new" || fail "$file is not what the skeleton is written for; nothing was changed"
    mv "$file.new" "$file"
    edited+=("$file")
}

# sub <pattern> <replacement>: a line of Perl that replaces the first match; that there is none is an error.
sub() { printf 's~%s~%s~m or die "nothing is like this: %s\\n";' "$1" "$2" "${1//[\"\\\$@]/.}"; }

# add <module> <name>: lines of Perl that add a name to what is used of a module, in braces.
add() {
    printf 's~^use %s::(\\w+);$~use %s::{$1};~m;\n' "$1" "$1"
    sub "(use $1::\\{[^}]*[^},\\s]),?\\s*\\}" "\$1, $2}"
}

# Before what the permissions of the aggregate are listed, and their labels: in the order of names.
permissions_of() { perl -ne 'print "$2 $1\n" if /^    (\w+) = "([a-z_]+)\.[a-z_]+" in/' domain/src/identity/permission.rs; }
next=$(permissions_of | LC_ALL=C awk -v name="$name" '$1 > name && !n++ { print $2 }')
if [[ -n $next ]]; then
    next_permission="((?:    ///[^\\n]*\\n)+    $next = )" next_label="(        Permission::$next =>)"
else
    next_permission='(?s)^permissions! \{.*?\K(^\}$)' next_label='(?s)match permission \{.*?\K(^    \}$)'
fi

stamp=$(date -u +%Y%m%d%H%M%S)
last=$(cd migrations && LC_ALL=C printf '%s\n' *.sql | sed 's/_.*//' | tail -n 1)
((stamp > last)) || stamp=$((last + 1))

write domain.rs.tmpl "domain/src/$context/$name.rs"
write commands.rs.tmpl "commands/src/$context/$names.rs"
write projections.rs.tmpl "projections/src/$context/$names.rs"
write api.rs.tmpl "api/src/operations/$context/$names.rs"
write migration.sql.tmpl "migrations/${stamp}_$names.sql"

edit "domain/src/$context/mod.rs" \
    "$(sub '^pub mod ' "pub mod $name;\npub mod ")" \
    "$(sub '^pub use ' "pub use $name::$Name;\npub use ")"
edit domain/src/shared/id.rs \
    "my \$id = qq(    /// ${article^} $words.\n    ${Name}Id\n);" \
    "s~((?:^    ///[^\n]*\n)+    (\w+Id)\n)~\$2 gt '${Name}Id' && !\$n++ ? \$id . \$1 : \$1~gme;" \
    "\$n or $(sub '(    VariantId\n)' '$1$id')"
edit domain/src/claim.rs \
    "$(sub '(    StockItem = "stock_item",)' "\$1\n    /// ${article^} $words.\n    $Name = \"$name\",")"
edit domain/src/schemas.rs \
    "$(add "crate::$context" "$name")" \
    "$(sub '(        series::Event::schemas,)' "        $name::Event::schemas,\n\$1")"
edit domain/src/identity/permission.rs \
    "$(sub "$next_permission" "    /// Add ${article} $words.
    ${Name}Create = \"$name.create\" in $permissions,
    /// See $many_words.
    ${Name}Read = \"$name.read\" in $permissions,
    /// Change $many_words.
    ${Name}Update = \"$name.update\" in $permissions,
\$1")" \
    "$(sub '(?s)(fn reaches_every_branch.*?)(\n        \))' "\$1 | Self::${Name}Create | Self::${Name}Update\$2")"
edit domain/tests/stored_events.rs \
    "$(add "domain::$context" "$name")" \
    "$(sub "(?s)(fn $context\\(\\) -> Vec<String> \\{\\n)(.*?)\\[\\s*stored\\(" "\$1    let $names: [$name::Event; 2] = [
        $name::Added { name: name(\"Uno\") }.into(),
        $name::Renamed { name: name(\"Otro\") }.into(),
    ];
\${2}[stored(&$names), stored(")"
edit "commands/src/$context/mod.rs" \
    "$(sub '^mod ' "mod $names;\nmod ")" \
    "$(sub '\n\z' "\npub use $names::{Add$Name, Revise$Name, ${Name}Refusal};\n")"
edit "projections/src/$context/mod.rs" \
    "$(sub '^pub mod ' "pub mod $names;\npub mod ")" \
    "$(add "domain::$context" "$Name")" \
    "$(sub '(stream\.is_of::<[^;{}]*?)(\n    \})' "\$1 || stream.is_of::<$Name>()\$2")" \
    "$(sub '(        states::project::<)' "        states::project::<$names::$Name>(tx, decoded(events)?).await?;\n\$1")" \
    "$(sub '(?s)(fn tables.*?"),?(\s*\])' "\$1, \"$names\"\$2")"
edit projections/src/row/column.rs \
    "$(add domain::shared "${Name}Id")" \
    "s~^    (BranchId [^\n]*)~'    ' . join ' ', sort split(/ /, \$1), '${Name}Id'~me or die qq(no ids are columns\n);"
edit "api/src/operations/$context/mod.rs" \
    "$(sub '^mod ' "mod $names;\nmod ")" \
    "$(sub '^    \(' "    ($names::$Names(services.clone()), ")"
edit "api/src/operations/$context/codes.rs" \
    "$(sub '(?s)(const CODES.*?)(\n\];)' "\$1
    (\"add$Name\", &[NameTaken, InvalidTransition, SubscriptionRequired, PlanLimit]),
    (\"revise$Name\", &[NameTaken, SubscriptionRequired, PlanLimit]),\$2")"
edit "api/src/operations/$context/refusal.rs" \
    "$(add "commands::$context" "${Name}Refusal")" \
    "$(add "domain::$context" "$name")" \
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
    "$(sub "$next_label" "        Permission::${Name}Create => (\"Crear $spanish\", \"Add $many_words\"),
        Permission::${Name}Read => (\"Ver $spanish\", \"See $many_words\"),
        Permission::${Name}Update => (\"Cambiar $spanish\", \"Change $many_words\"),
\$1")"
edit e2e/tests/system/standalone.rs \
    "$(sub '(?s)(const STANDALONE.*?),?\s*\];' "\$1,
    Standalone {
        module: Module::$module,
        path: \"$path\",
        operations: [\"add$Name\", \"list$Names\", \"get$Name\", \"revise$Name\"],
        new: |name| json!({\"name\": name}),
        revised: |name| json!({\"name\": name}),
    },
];")"
cargo fmt

[[ -z $into ]] || exit 0
cp --parents "${written[@]}" "${edited[@]}" "$repository"
printf '%s\n' "${written[@]}" "${edited[@]}"
cat >&2 <<'TEXT'
new-aggregate: it has a name and nothing else. Write what it is, beginning with its rules, and its words for
people in api/src/operations/identity/rbac/labels.rs. Administrators may use it; who else may is said in
domain/src/identity/roles/seeds.rs and additions.rs. How one is added and revised is also said in
e2e/tests/system/standalone.rs.
Then let the tests write what they keep, and read it:
  INSTA_UPDATE=always INSTA_FORCE_PASS=1 FASTOPS_WRITE_DOCS=1 make test FILTER="document_is json_of_every page_of_permissions"
TEXT
