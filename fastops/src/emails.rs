//! How e-mails leave the installation: by SMTP, or as files in a folder.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use commands::identity::{EmailMessage, Post, PostError};
use lettre::message::Mailbox;
use lettre::message::header::ContentType;
use lettre::transport::smtp::response::{Category, Severity};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use tokio::fs::OpenOptions;
use tokio::io::AsyncWriteExt;
use uuid::Uuid;

/// How e-mails are sent, and where their links lead.
#[derive(clap::Args, Clone)]
pub struct MailArgs {
    /// The mail server: `smtps://user:password@host`, or `smtp://host:25` on one's own network.
    #[arg(long, env = "FASTOPS_SMTP_URL", hide_env_values = true, conflicts_with = "mail_folder")]
    smtp_url: Option<String>,

    /// The sender of e-mails.
    #[arg(long, env = "FASTOPS_MAIL_FROM", default_value = "FastOps <fastops@localhost>")]
    mail_from: String,

    /// A folder to put e-mails into as files, in place of a mail server.
    #[arg(long, env = "FASTOPS_MAIL_FOLDER")]
    mail_folder: Option<PathBuf>,

    /// Where people find the service, for links in e-mails; the address it listens on if not given.
    #[arg(long, env = "FASTOPS_PUBLIC_URL")]
    public_url: Option<String>,
}

/// Why e-mails cannot be sent like this.
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
    /// What sends e-mails.
    pub fn transport(&self) -> Result<Arc<dyn Post>, MailError> {
        if let Some(folder) = &self.mail_folder {
            return Ok(Arc::new(MailFolder::new(folder.clone())));
        }
        let Some(url) = &self.smtp_url else { return Ok(Arc::new(NoMailServer)) };
        smtp(url, &self.mail_from)
    }

    /// Where people find the service.
    pub fn public_url(&self, listen: &SocketAddr) -> Arc<str> {
        let url = self.public_url.as_deref().map(|url| url.trim_end_matches('/').to_owned());
        url.unwrap_or_else(|| format!("http://{listen}")).into()
    }
}

/// A mail server, and the sender that e-mails name.
pub fn smtp(url: &str, from: &str) -> Result<Arc<dyn Post>, MailError> {
    let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url);
    let transport = transport.map_err(MailError::Server)?.build();
    let from = from.parse().map_err(MailError::From)?;
    Ok(Arc::new(MailServer { transport, from }))
}

/// No mail server and no folder: e-mails wait until one is configured.
#[derive(Debug, Clone, Copy)]
pub struct NoMailServer;

#[async_trait]
impl Post for NoMailServer {
    async fn send(&self, _: Uuid, _: EmailMessage) -> Result<(), PostError> {
        Err(PostError::Later("set FASTOPS_SMTP_URL or FASTOPS_MAIL_FOLDER".to_owned()))
    }
}

/// A mail server.
struct MailServer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl fmt::Debug for MailServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MailServer")
    }
}

#[async_trait]
impl Post for MailServer {
    async fn send(&self, id: Uuid, email: EmailMessage) -> Result<(), PostError> {
        let never = |reason: &str| PostError::Never(reason.to_owned());
        let to = email.to.parse().map_err(|_| never("not an address"))?;
        // A server that has accepted an e-mail without confirming it recognizes it by its id.
        let id = format!("<{id}@{}>", self.from.email.domain());
        let message = Message::builder()
            .message_id(Some(id))
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(email.subject)
            .header(ContentType::TEXT_PLAIN)
            .body(email.text)
            .map_err(|error| PostError::Never(error.to_string()))?;
        self.transport.send(message).await.map(drop).map_err(|error| refusal(&error))
    }
}

/// Why a server did not accept an e-mail. Its answer may name the address; only the code is kept.
fn refusal(error: &lettre::transport::smtp::Error) -> PostError {
    let Some(code) = error.status() else {
        let what =
            if error.is_timeout() { "the mail server does not answer" } else { "no mail server" };
        return PostError::Later(what.to_owned());
    };
    let answer = format!("the mail server answered {code}");
    // 55x is about the e-mail or its address; other errors may be gone later.
    let is_final = code.severity == Severity::PermanentNegativeCompletion
        && code.category == Category::MailSystem;
    if is_final { PostError::Never(answer) } else { PostError::Later(answer) }
}

/// A folder in which each e-mail is a file. Only the user of this process can read either.
#[derive(Debug, Clone)]
pub struct MailFolder {
    folder: PathBuf,
}

impl MailFolder {
    /// The folder is made with the first e-mail.
    pub const fn new(folder: PathBuf) -> Self {
        Self { folder }
    }
}

#[async_trait]
impl Post for MailFolder {
    async fn send(&self, id: Uuid, email: EmailMessage) -> Result<(), PostError> {
        let failed = |error: std::io::Error| PostError::Later(error.to_string());
        let mut folder = tokio::fs::DirBuilder::new();
        folder.recursive(true).mode(0o700).create(&self.folder).await.map_err(failed)?;
        let EmailMessage { to, subject, text } = email;
        let content = format!("To: {to}\nSubject: {subject}\n\n{text}");
        // Renamed when it is complete, so that no reader sees a part of it.
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
    async fn an_email_is_a_file_that_only_its_owner_can_read() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("letters");
        let (to, subject, text) = ("luz@example.com".to_owned(), "x".to_owned(), "y".to_owned());
        let email = EmailMessage { to, subject, text };
        MailFolder::new(folder.clone()).send(Uuid::nil(), email).await.unwrap();
        let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&folder), 0o700);
        let files: Vec<_> = std::fs::read_dir(&folder).unwrap().map(Result::unwrap).collect();
        assert_eq!(files.len(), 1);
        assert_eq!(mode(&files[0].path()), 0o600);
    }
}
