//! A mail server that is in the mood that a test wants.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// How a server treats whoever brings a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    /// It takes every letter.
    Takes,
    /// It says this to every sender.
    Says(&'static str),
    /// It says nothing at all.
    Hangs,
}

/// A mail server. Dropping it closes all its connections.
#[derive(Debug)]
pub struct MailServer {
    /// Where it listens.
    pub address: SocketAddr,
    inner: Arc<Inner>,
    _listening: JoinSet<()>,
}

#[derive(Debug)]
struct Inner {
    mood: Mutex<Mood>,
    taken: Mutex<Vec<String>>,
}

impl MailServer {
    /// Starts a server on this address; port 0 is any.
    pub async fn start(address: SocketAddr, mood: Mood) -> Self {
        let listener = TcpListener::bind(address).await.expect("the port is free");
        let address = listener.local_addr().expect("it listens");
        let inner = Arc::new(Inner { mood: Mutex::new(mood), taken: Mutex::default() });
        let mut listening = JoinSet::new();
        let shared = Arc::clone(&inner);
        listening.spawn(async move {
            let mut talks = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                talks.spawn(talk(stream, Arc::clone(&shared)));
            }
        });
        Self { address, inner, _listening: listening }
    }

    /// Treats whoever comes from now on in another way.
    pub fn change(&self, mood: Mood) {
        *lock(&self.inner.mood) = mood;
    }

    /// The letters that it has taken, as they were sent.
    pub fn taken(&self) -> Vec<String> {
        lock(&self.inner.taken).clone()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn talk(stream: TcpStream, inner: Arc<Inner>) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    if *lock(&inner.mood) == Mood::Hangs {
        std::future::pending::<()>().await;
    }
    stream.write_all(b"220 localhost ESMTP\r\n").await?;
    let mut line = String::new();
    while stream.read_line(&mut line).await? > 0 {
        let verb = line.get(..4).unwrap_or_default().to_ascii_uppercase();
        let mood = *lock(&inner.mood);
        let answer = match (verb.as_str(), mood) {
            ("MAIL", Mood::Says(this)) => this,
            ("DATA", _) => {
                stream.write_all(b"354 go on\r\n").await?;
                let letter = letter(&mut stream).await?;
                lock(&inner.taken).push(letter);
                "250 taken"
            }
            ("QUIT", _) => "221 bye",
            _ => "250 fine",
        };
        stream.write_all(format!("{answer}\r\n").as_bytes()).await?;
        line.clear();
    }
    Ok(())
}

/// Everything up to the line with a dot alone.
async fn letter(stream: &mut BufReader<TcpStream>) -> std::io::Result<String> {
    let mut letter = String::new();
    while !letter.ends_with("\r\n.\r\n") {
        if stream.read_line(&mut letter).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
    }
    Ok(letter.trim_end_matches(".\r\n").to_owned())
}

/// The text of a letter that was sent as quoted-printable.
pub fn text_of(letter: &str) -> String {
    let (_, body) = letter.split_once("\r\n\r\n").expect("a letter has a body");
    let joined = body.replace("=\r\n", "");
    let mut parts = joined.split('=');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let (code, rest) = part.split_at_checked(2).expect("two digits stand behind each =");
        bytes.push(u8::from_str_radix(code, 16).expect("they are hexadecimal"));
        bytes.extend_from_slice(rest.as_bytes());
    }
    String::from_utf8(bytes).expect("a letter is text").replace("\r\n", "\n")
}
