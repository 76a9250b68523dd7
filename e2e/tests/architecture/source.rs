//! Rust sources for checks: without comments and strings, with or without tests.

use std::fs;
use std::path::Path;

/// A source file.
pub(crate) struct Source {
    /// The path relative to the workspace, as `api/src/lib.rs`.
    pub(crate) path: String,
    pub(crate) text: String,
    /// The text with comments and the contents of strings replaced by blanks.
    pub(crate) code: String,
}

impl Source {
    /// All files in the folder of a package.
    pub(crate) fn all_in(package: &Path) -> Vec<Self> {
        let workspace = package.parent().unwrap();
        let mut found = Vec::new();
        let mut folders = vec![package.to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
                let path = entry.path();
                if path.is_dir() && path.file_name().unwrap() != "target" {
                    folders.push(path);
                } else if path.extension().is_some_and(|extension| extension == "rs") {
                    let text = fs::read_to_string(&path).unwrap();
                    let path = path.strip_prefix(workspace).unwrap().to_str().unwrap().to_owned();
                    found.push(Self { path, code: without_comments_and_strings(&text), text });
                }
            }
        }
        found
    }

    /// The occurrences of a text in the code, as `api/src/lib.rs:12`.
    pub(crate) fn occurrences(&self, text: &str) -> Vec<String> {
        let lines = self.code.lines().enumerate().filter(|(_, line)| line.contains(text));
        lines.map(|(line, _)| format!("{}:{}: {text}", self.path, line + 1)).collect()
    }

    /// The code that is compiled into the binary.
    pub(crate) fn delivered(&self) -> String {
        let is_test = self.path.starts_with("e2e/")
            || self.path.contains("/tests/")
            || self.path.ends_with("/tests.rs");
        if is_test { String::new() } else { without_test_modules(&self.code) }
    }
}

fn without_comments_and_strings(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let skipped = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if first == '"' {
            end_of_string(rest)
        } else if let Some(end) = end_of_raw_string(rest, code.chars().next_back()) {
            end
        } else if first == '\'' {
            end_of_character(rest)
        } else {
            0
        };
        if skipped == 0 {
            code.push(first);
            rest = &rest[first.len_utf8()..];
        } else {
            code.extend(rest[..skipped].chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
            rest = &rest[skipped..];
        }
    }
    code
}

fn end_of_string(text: &str) -> usize {
    let mut is_escaped = true;
    for (at, character) in text.char_indices() {
        match character {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// Matches `r"…"`, `r#"…"#` and so on, but not an identifier that ends in r.
fn end_of_raw_string(text: &str, before: Option<char>) -> Option<usize> {
    if before.is_some_and(|c| c.is_alphanumeric() && c != 'b' && c != 'c') {
        return None;
    }
    let hashes: String = text.strip_prefix('r')?.chars().take_while(|c| *c == '#').collect();
    let start = 1 + hashes.len() + 1;
    text.get(..start)?.strip_suffix('"')?;
    let end = format!("\"{hashes}");
    Some(text[start..].find(&end).map_or(text.len(), |at| start + at + end.len()))
}

/// Matches `'x'` and `'
/// '`; a lifetime is no character.
fn end_of_character(text: &str) -> usize {
    let mut characters = text.char_indices().skip(1);
    match (characters.next(), characters.next()) {
        (Some((_, '\\')), Some((escaped, _))) => {
            text[escaped + 1..].find('\'').map_or(0, |at| escaped + 1 + at + 1)
        }
        (Some(_), Some((at, '\''))) => at + 1,
        _ => 0,
    }
}

/// Removes modules under `#[cfg(test)]`. Braces can be counted because strings are blank.
fn without_test_modules(code: &str) -> String {
    let mut kept = String::new();
    let mut rest = code;
    while let Some(at) = rest.find("#[cfg(test)]\n") {
        kept.push_str(&rest[..at]);
        rest = &rest[at..];
        let mut depth = 0;
        let end = rest.char_indices().find_map(|(at, character)| {
            match character {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            ((character == '}' || character == ';') && depth == 0).then_some(at + 1)
        });
        rest = &rest[end.unwrap_or(rest.len())..];
    }
    kept + rest
}

#[test]
fn comments_strings_and_characters_are_no_code() {
    let text = r##"a(); // b()
/* c() */ d("e() \" f()", r#"g() " "#, '"', '\'', 'x'); fn h<'i>() {}"##;

    let code = without_comments_and_strings(text);

    for kept in ["a();", "d(", "fn h<'i>() {}"] {
        assert!(code.contains(kept), "{kept} in {code}");
    }
    for gone in ["b()", "c()", "e()", "f()", "g()", "x"] {
        assert!(!code.contains(gone), "{gone} in {code}");
    }
    assert_eq!(code.lines().count(), text.lines().count());
}

#[test]
fn modules_for_tests_are_not_delivered() {
    let code = "a();\n#[cfg(test)]\nmod tests {\n fn b() { c() }\n}\n#[cfg(test)]\nmod d;\ne();\n";

    assert_eq!(without_test_modules(code), "a();\n\n\ne();\n");
}
