//! An SMTP server that accepts, rejects or hangs, as a test chooses.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// How the server answers senders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Behavior {
    /// Accepts every e-mail.
    Accepts,
    /// Answers `MAIL` with this reply.
    Rejects(&'static str),
    /// Sends nothing, not even a greeting.
    Hangs,
}

/// An SMTP server. Dropping it closes all its connections.
#[derive(Debug)]
pub struct SmtpServer {
    /// The address of the server.
    pub address: SocketAddr,
    inner: Arc<Inner>,
    _listening: JoinSet<()>,
}

#[derive(Debug)]
struct Inner {
    behavior: Mutex<Behavior>,
    accepted: Mutex<Vec<String>>,
}

impl SmtpServer {
    /// Starts a server on this address; port 0 lets the system choose one.
    pub async fn start(address: SocketAddr, behavior: Behavior) -> Self {
        let listener = TcpListener::bind(address).await.expect("the port is free");
        let address = listener.local_addr().expect("the listener is bound");
        let inner = Arc::new(Inner { behavior: Mutex::new(behavior), accepted: Mutex::default() });
        let mut listening = JoinSet::new();
        let shared = Arc::clone(&inner);
        listening.spawn(async move {
            let mut sessions = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                sessions.spawn(session(stream, Arc::clone(&shared)));
            }
        });
        Self { address, inner, _listening: listening }
    }

    /// Changes the behavior for all later commands.
    pub fn set_behavior(&self, behavior: Behavior) {
        *lock(&self.inner.behavior) = behavior;
    }

    /// The accepted e-mails, as they were sent.
    pub fn accepted(&self) -> Vec<String> {
        lock(&self.inner.accepted).clone()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn session(stream: TcpStream, inner: Arc<Inner>) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    if *lock(&inner.behavior) == Behavior::Hangs {
        std::future::pending::<()>().await;
    }
    stream.write_all(b"220 localhost ESMTP\r\n").await?;
    let mut line = String::new();
    while stream.read_line(&mut line).await? > 0 {
        let verb = line.get(..4).unwrap_or_default().to_ascii_uppercase();
        let behavior = *lock(&inner.behavior);
        let answer = match (verb.as_str(), behavior) {
            ("MAIL", Behavior::Rejects(this)) => this,
            ("DATA", _) => {
                stream.write_all(b"354 go on\r\n").await?;
                let email = email(&mut stream).await?;
                lock(&inner.accepted).push(email);
                "250 accepted"
            }
            ("QUIT", _) => "221 bye",
            _ => "250 fine",
        };
        stream.write_all(format!("{answer}\r\n").as_bytes()).await?;
        line.clear();
    }
    Ok(())
}

/// Reads up to the line that holds only a dot.
async fn email(stream: &mut BufReader<TcpStream>) -> std::io::Result<String> {
    let mut email = String::new();
    while !email.ends_with("\r\n.\r\n") {
        if stream.read_line(&mut email).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
    }
    Ok(email.trim_end_matches(".\r\n").to_owned())
}

/// The text of an e-mail in quoted-printable encoding.
pub fn text_of(email: &str) -> String {
    let (_, body) = email.split_once("\r\n\r\n").expect("an e-mail has a body");
    let joined = body.replace("=\r\n", "");
    let mut parts = joined.split('=');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let (code, rest) = part.split_at_checked(2).expect("two digits follow each =");
        bytes.push(u8::from_str_radix(code, 16).expect("they are hexadecimal"));
        bytes.extend_from_slice(rest.as_bytes());
    }
    String::from_utf8(bytes).expect("an e-mail is UTF-8").replace("\r\n", "\n")
}
