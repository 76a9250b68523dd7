//! The environment that other commands need to work on the demo, as a file for shells.

use sqlx::ConnectOptions;

use super::data_dir::{DataDir, DataDirError};
use super::{IMAGES, MASTER_KEY, TOKEN_SECRET};
use crate::installation::Databases;
use crate::safety::DEMO_KEY_ID;

/// The name of the file.
const FILE: &str = "env";

/// Writes the file, and returns the line with which a shell reads it.
pub(super) fn write(
    data_dir: &DataDir,
    databases: &Databases,
    password: &str,
) -> Result<String, DataDirError> {
    let below = |name| data_dir.path().join(name).display().to_string();
    let variables = [
        ("FASTOPS_DATABASE_URL", databases.app.to_url_lossy().to_string()),
        ("FASTOPS_PROJECTOR_DATABASE_URL", databases.projector.to_url_lossy().to_string()),
        ("FASTOPS_OWNER_DATABASE_URL", databases.owner.to_url_lossy().to_string()),
        ("FASTOPS_MASTER_KEY_FILE", below(MASTER_KEY)),
        ("FASTOPS_TOKEN_SECRET_FILE", below(TOKEN_SECRET)),
        ("FASTOPS_IMAGES", below(IMAGES)),
        ("FASTOPS_TOKEN_KEY_ID", DEMO_KEY_ID.to_owned()),
        ("FASTOPS_DEMO_PASSWORD", password.to_owned()),
    ];
    let export = |(name, value): (&str, String)| format!("export {name}={}\n", quoted(&value));
    data_dir.write(FILE, &variables.map(export).concat())?;
    Ok(format!(". {}", quoted(&data_dir.path().join(FILE).display().to_string())))
}

/// A text quoted for a shell.
fn quoted(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    if text.chars().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_takes_a_text_as_it_is() {
        for (text, expected) in [
            ("/var/lib/fastops/demo/env", "/var/lib/fastops/demo/env"),
            ("/home/ana maría/env", "'/home/ana maría/env'"),
            ("it's $HOME", r"'it'\''s $HOME'"),
        ] {
            assert_eq!(quoted(text), expected);
        }
    }
}
