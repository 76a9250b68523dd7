//! Which modules of a crate use which others.

use std::collections::{BTreeMap, BTreeSet};

use crate::source::Source;

/// What each top-level module of a crate's `src` folder uses of the others.
pub(crate) type Uses = BTreeMap<String, BTreeSet<String>>;

/// The uses among the modules of the crate in `folder`, by their paths from `crate::` on.
pub(crate) fn uses(sources: &[Source], folder: &str) -> Uses {
    let mut uses = Uses::new();
    let prefix = format!("{folder}/src/");
    for source in sources {
        let Some(path) = source.path.strip_prefix(&prefix) else { continue };
        let module = path.split('/').next().unwrap().trim_end_matches(".rs");
        if module == "lib" {
            continue;
        }
        let others = uses.entry(module.to_owned()).or_default();
        let code = source.delivered();
        for (at, root) in code.match_indices("crate::") {
            let name: String = code[at + root.len()..]
                .chars()
                .take_while(|c| c.is_ascii_lowercase() || *c == '_')
                .collect();
            assert!(!name.is_empty(), "{}: name one module after `crate::`", source.path);
            others.insert(name);
        }
        others.remove(module);
    }
    uses
}

/// Modules that use each other, directly or over others; nothing where each can be read after those that it
/// uses.
pub(crate) fn circle(mut uses: Uses) -> Uses {
    loop {
        let known: BTreeSet<String> = uses.keys().cloned().collect();
        let before = uses.len();
        uses.retain(|_, used| used.iter().any(|module| known.contains(module)));
        if uses.len() == before {
            return uses;
        }
    }
}

#[test]
fn a_circle_is_found_and_what_only_leads_to_one_is_named_with_it() {
    let uses = |pairs: &[(&str, &str)]| -> Uses {
        let mut uses = Uses::new();
        for (from, to) in pairs {
            uses.entry((*from).to_owned()).or_default().insert((*to).to_owned());
        }
        uses
    };
    assert!(circle(uses(&[("a", "b"), ("b", "c"), ("a", "c")])).is_empty());
    let found = circle(uses(&[("a", "b"), ("b", "c"), ("c", "b"), ("c", "d")]));
    assert_eq!(found.into_keys().collect::<Vec<_>>(), ["a", "b", "c"]);
}
