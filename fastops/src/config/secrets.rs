//! The secrets of an installation.

use std::fmt;
use std::path::PathBuf;

use api::auth::operator::{OperatorToken, WeakOperatorToken};
use api::auth::token::TokenAlgorithm;

use super::ConfigError;
use super::secret_file::{Given, all_differ};
use crate::identity::MasterKey;

/// The secrets of an installation: the keys that sign tokens, and the key that encrypts personal data.
#[derive(clap::Args, Clone)]
pub struct TokenArgs {
    /// The file with the key that encrypts names, addresses and other personal data, at least 32 bytes.
    /// Without it they are lost.
    #[arg(long, env = "FASTOPS_MASTER_KEY_FILE")]
    master_key_file: Option<PathBuf>,

    /// The key itself, where no file can be given.
    #[arg(long, env = "FASTOPS_MASTER_KEY", hide_env_values = true, hide = true)]
    master_key: Option<String>,

    /// How tokens are signed, `HS256` or `EdDSA`. Secrets are random bytes, or for `EdDSA` private keys
    /// as `openssl genpkey -algorithm ed25519` makes them.
    #[arg(long, env = "FASTOPS_TOKEN_ALGORITHM", default_value = "HS256", value_parser = algorithm)]
    token_algorithm: TokenAlgorithm,

    /// The file with the secret that tokens and cursors are signed with, at least 32 bytes.
    #[arg(long, env = "FASTOPS_TOKEN_SECRET_FILE")]
    token_secret_file: Option<PathBuf>,

    /// The secret itself, where no file can be given.
    #[arg(long, env = "FASTOPS_TOKEN_SECRET", hide_env_values = true, hide = true)]
    token_secret: Option<String>,

    /// The name of the secret, written into tokens.
    #[arg(long, env = "FASTOPS_TOKEN_KEY_ID", default_value = "1")]
    token_key_id: String,

    /// The file with the secret before this one; its tokens are accepted until they expire.
    #[arg(long, env = "FASTOPS_PREVIOUS_TOKEN_SECRET_FILE")]
    previous_token_secret_file: Option<PathBuf>,

    /// The name of the secret before this one.
    #[arg(long, env = "FASTOPS_PREVIOUS_TOKEN_KEY_ID", default_value = "0")]
    previous_token_key_id: String,
}

/// The secret of the installation's operator.
#[derive(clap::Args, Clone)]
pub struct OperatorArgs {
    /// The file with the token of the installation's operator, at least 32 characters; without it every
    /// request to `/v1/operator` is refused.
    #[arg(long, env = "FASTOPS_OPERATOR_TOKEN_FILE")]
    operator_token_file: Option<PathBuf>,
}

/// A secret and the name of its key in tokens.
#[derive(Clone)]
pub struct NamedSecret {
    /// The name.
    pub id: String,
    /// The bytes.
    pub bytes: Vec<u8>,
}

impl fmt::Debug for NamedSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NamedSecret({})", self.id)
    }
}

/// The secrets of an installation.
#[derive(Debug, Clone)]
pub struct Secrets {
    /// How tokens are signed.
    pub algorithm: TokenAlgorithm,
    /// Signs tokens and cursors.
    pub current: NamedSecret,
    /// Its tokens are accepted until they expire.
    pub previous: Option<NamedSecret>,
    /// Seals what is stored of people.
    pub master: MasterKey,
}

impl TokenArgs {
    /// The secrets, read from where they are kept.
    pub fn secrets(&self) -> Result<Secrets, ConfigError> {
        let all = self.given()?;
        all_differ(&all)?;
        let [current, previous, master] = all.map(|given| given.bytes);
        let current = current.ok_or(ConfigError::NoSecret)?;
        let named = |id: &String, bytes| NamedSecret { id: id.clone(), bytes };
        Ok(Secrets {
            algorithm: self.token_algorithm,
            current: named(&self.token_key_id, current),
            previous: previous.map(|bytes| named(&self.previous_token_key_id, bytes)),
            master: MasterKey::try_new(&master.ok_or(ConfigError::NoMasterKey)?)?,
        })
    }

    /// Every secret that is given here: what signs, what signed before, and the master key.
    fn given(&self) -> Result<[Given; 3], ConfigError> {
        let (current, master) = (self.token_secret.as_ref(), self.master_key.as_ref());
        Ok([
            Given::read("FASTOPS_TOKEN_SECRET_FILE", self.token_secret_file.as_ref(), current)?,
            Given::read(
                "FASTOPS_PREVIOUS_TOKEN_SECRET_FILE",
                self.previous_token_secret_file.as_ref(),
                None,
            )?,
            Given::read("FASTOPS_MASTER_KEY_FILE", self.master_key_file.as_ref(), master)?,
        ])
    }

    /// The key that encrypts personal data.
    pub fn master_key(&self) -> Result<MasterKey, ConfigError> {
        let [_, _, master] = self.given()?;
        Ok(MasterKey::try_new(&master.bytes.ok_or(ConfigError::NoMasterKey)?)?)
    }
}

impl OperatorArgs {
    /// The token, if there is one; it is none of the other secrets.
    pub fn token(&self, others: &TokenArgs) -> Result<Option<OperatorToken>, ConfigError> {
        let file = self.operator_token_file.as_ref();
        let operator = Given::read("FASTOPS_OPERATOR_TOKEN_FILE", file, None)?;
        let [current, previous, master] = others.given()?;
        let all = [operator, current, previous, master];
        all_differ(&all)?;
        let [Given { bytes: Some(bytes), .. }, ..] = all else { return Ok(None) };
        // Text that no header can carry is no token.
        let text = String::from_utf8(bytes).map_err(|_| WeakOperatorToken)?;
        Ok(Some(OperatorToken::try_new(&text)?))
    }
}

fn algorithm(text: &str) -> Result<TokenAlgorithm, String> {
    let found = TokenAlgorithm::ALL.into_iter().find(|algorithm| algorithm.name() == text);
    found.ok_or_else(|| TokenAlgorithm::ALL.map(TokenAlgorithm::name).join(", "))
}
