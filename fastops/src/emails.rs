//! Letters to people: by SMTP, or as files in a folder.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use commands::identity::{Letter, Post, PostError};
use lettre::message::Mailbox;
use lettre::message::header::ContentType;
use lettre::transport::smtp::response::{Category, Severity};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use tokio::fs::OpenOptions;
use tokio::io::AsyncWriteExt;
use uuid::Uuid;

/// How letters are sent, and where they lead.
#[derive(clap::Args, Clone)]
pub struct MailArgs {
    /// The mail server: `smtps://user:password@host`, or `smtp://host:25` on one's own network.
    #[arg(long, env = "FASTOPS_SMTP_URL", hide_env_values = true, conflicts_with = "mail_folder")]
    smtp_url: Option<String>,

    /// Who letters are from.
    #[arg(long, env = "FASTOPS_MAIL_FROM", default_value = "FastOps <fastops@localhost>")]
    mail_from: String,

    /// A folder to put letters into as files, in place of a mail server.
    #[arg(long, env = "FASTOPS_MAIL_FOLDER")]
    mail_folder: Option<PathBuf>,

    /// Where people find the service, for links in letters; the address it listens on if not given.
    #[arg(long, env = "FASTOPS_PUBLIC_URL")]
    public_url: Option<String>,
}

/// What is wrong with how letters are to be sent.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// The server's address cannot be read.
    #[error("FASTOPS_SMTP_URL is not smtp://host or smtps://user:password@host")]
    Server(#[source] lettre::transport::smtp::Error),
    /// The sender's address cannot be read.
    #[error("FASTOPS_MAIL_FROM is not an address like FastOps <fastops@example.com>")]
    From(#[source] lettre::address::AddressError),
}

impl MailArgs {
    /// Whoever takes letters.
    pub fn post(&self) -> Result<Arc<dyn Post>, MailError> {
        if let Some(folder) = &self.mail_folder {
            return Ok(Arc::new(FolderPost::new(folder.clone())));
        }
        let Some(url) = &self.smtp_url else { return Ok(Arc::new(NoPost)) };
        smtp(url, &self.mail_from)
    }

    /// Where people find the service.
    pub fn public_url(&self, listen: &SocketAddr) -> Arc<str> {
        let url = self.public_url.as_deref().map(|url| url.trim_end_matches('/').to_owned());
        url.unwrap_or_else(|| format!("http://{listen}")).into()
    }
}

/// A mail server that letters are handed to, and who they are from.
pub fn smtp(url: &str, from: &str) -> Result<Arc<dyn Post>, MailError> {
    let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url);
    let transport = transport.map_err(MailError::Server)?.build();
    let from = from.parse().map_err(MailError::From)?;
    Ok(Arc::new(SmtpPost { transport, from }))
}

/// Nobody takes letters: they wait until somebody does.
#[derive(Debug, Clone, Copy)]
pub struct NoPost;

#[async_trait]
impl Post for NoPost {
    async fn send(&self, _: Uuid, _: Letter) -> Result<(), PostError> {
        Err(PostError::Later("set FASTOPS_SMTP_URL or FASTOPS_MAIL_FOLDER".to_owned()))
    }
}

/// A mail server.
struct SmtpPost {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl fmt::Debug for SmtpPost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SmtpPost")
    }
}

#[async_trait]
impl Post for SmtpPost {
    async fn send(&self, id: Uuid, letter: Letter) -> Result<(), PostError> {
        let never = |reason: &str| PostError::Never(reason.to_owned());
        let to = letter.to.parse().map_err(|_| never("not an address"))?;
        // A server that has taken a letter without our hearing of it knows it again by its id.
        let id = format!("<{id}@{}>", self.from.email.domain());
        let message = Message::builder()
            .message_id(Some(id))
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(letter.subject)
            .header(ContentType::TEXT_PLAIN)
            .body(letter.text)
            .map_err(|error| PostError::Never(error.to_string()))?;
        self.transport.send(message).await.map(drop).map_err(|error| refusal(&error))
    }
}

/// Why a server did not take a letter. What it says may name the address; only its code is kept.
fn refusal(error: &lettre::transport::smtp::Error) -> PostError {
    let Some(code) = error.status() else {
        let what =
            if error.is_timeout() { "the mail server says nothing" } else { "no mail server" };
        return PostError::Later(what.to_owned());
    };
    let said = format!("the mail server says {code}");
    // 55x is about the letter or its address; anything else may be mended here or there.
    let is_final = code.severity == Severity::PermanentNegativeCompletion
        && code.category == Category::MailSystem;
    if is_final { PostError::Never(said) } else { PostError::Later(said) }
}

/// A folder in which each letter is a file. Both are for this program's user alone.
#[derive(Debug, Clone)]
pub struct FolderPost {
    folder: PathBuf,
}

impl FolderPost {
    /// Makes the folder when the first letter comes.
    pub const fn new(folder: PathBuf) -> Self {
        Self { folder }
    }
}

#[async_trait]
impl Post for FolderPost {
    async fn send(&self, id: Uuid, letter: Letter) -> Result<(), PostError> {
        let failed = |error: std::io::Error| PostError::Later(error.to_string());
        let mut folder = tokio::fs::DirBuilder::new();
        folder.recursive(true).mode(0o700).create(&self.folder).await.map_err(failed)?;
        let Letter { to, subject, text } = letter;
        let content = format!("To: {to}\nSubject: {subject}\n\n{text}");
        // Whoever finds it finds the whole of it.
        let part = self.folder.join(format!(".{id}.part"));
        let mut options = OpenOptions::new();
        let file = options.write(true).create(true).truncate(true).mode(0o600).open(&part).await;
        let mut file = file.map_err(failed)?;
        file.write_all(content.as_bytes()).await.map_err(failed)?;
        file.flush().await.map_err(failed)?;
        tokio::fs::rename(part, self.folder.join(format!("{id}.txt"))).await.map_err(failed)
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[tokio::test]
    async fn a_letter_is_a_file_for_nobody_else_to_read() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("letters");
        let (to, subject, text) = ("luz@example.com".to_owned(), "x".to_owned(), "y".to_owned());
        let letter = Letter { to, subject, text };
        FolderPost::new(folder.clone()).send(Uuid::nil(), letter).await.unwrap();
        let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&folder), 0o700);
        let files: Vec<_> = std::fs::read_dir(&folder).unwrap().map(Result::unwrap).collect();
        assert_eq!(files.len(), 1);
        assert_eq!(mode(&files[0].path()), 0o600);
    }
}
