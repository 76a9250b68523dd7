//! Letters to people: by SMTP, or as files in a folder.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use commands::identity::{Letter, Post, PostError};
use lettre::message::Mailbox;
use lettre::message::header::ContentType;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
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
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url);
        let transport = transport.map_err(MailError::Server)?.build();
        let from = self.mail_from.parse().map_err(MailError::From)?;
        Ok(Arc::new(SmtpPost { transport, from }))
    }

    /// Where people find the service.
    pub fn public_url(&self, listen: &SocketAddr) -> Arc<str> {
        let url = self.public_url.as_deref().map(|url| url.trim_end_matches('/').to_owned());
        url.unwrap_or_else(|| format!("http://{listen}")).into()
    }
}

/// Nobody takes letters: whoever needs one is told that it was not sent.
#[derive(Debug, Clone, Copy)]
pub struct NoPost;

#[async_trait]
impl Post for NoPost {
    async fn send(&self, _: Letter) -> Result<(), PostError> {
        Err(PostError("set FASTOPS_SMTP_URL or FASTOPS_MAIL_FOLDER".to_owned()))
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
    async fn send(&self, letter: Letter) -> Result<(), PostError> {
        let to = letter.to.parse().map_err(|_| PostError("not an address".to_owned()))?;
        let message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(letter.subject)
            .header(ContentType::TEXT_PLAIN)
            .body(letter.text)
            .map_err(|error| PostError(error.to_string()))?;
        // What a server says may name the address; only the kind of the error is kept.
        self.transport.send(message).await.map_err(|error| {
            let code = error.status().map_or_else(|| "none".to_owned(), |code| code.to_string());
            PostError(format!("the mail server did not take it, code {code}"))
        })?;
        Ok(())
    }
}

/// A folder in which each letter is a file.
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
    async fn send(&self, letter: Letter) -> Result<(), PostError> {
        let failed = |error: std::io::Error| PostError(error.to_string());
        tokio::fs::create_dir_all(&self.folder).await.map_err(failed)?;
        let unique: Uuid = commands::IdGenerator::uuid(&commands::sources::RandomIds);
        let Letter { to, subject, text } = letter;
        let path = self.folder.join(format!("{unique}.txt"));
        let content = format!("To: {to}\nSubject: {subject}\n\n{text}");
        tokio::fs::write(path, content).await.map_err(failed)
    }
}
