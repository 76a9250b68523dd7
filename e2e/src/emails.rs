//! E-mails that the system sent, kept for tests to read.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use commands::identity::{EmailMessage, Post, PostError};
use uuid::Uuid;

use crate::system::TIMEOUT;

/// The interval between two checks for an expected e-mail.
const INTERVAL: Duration = Duration::from_millis(2);

/// All e-mails that were sent. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct SentEmails {
    sent: Arc<Mutex<Vec<EmailMessage>>>,
    refuses: Arc<AtomicBool>,
}

#[async_trait]
impl Post for SentEmails {
    async fn send(&self, _: Uuid, email: EmailMessage) -> Result<(), PostError> {
        if self.refuses.load(Ordering::Relaxed) {
            return Err(PostError::Later("refused".to_owned()));
        }
        self.sent.lock().unwrap_or_else(PoisonError::into_inner).push(email);
        Ok(())
    }
}

impl SentEmails {
    /// Refuses further e-mails until [`Self::accept`].
    pub fn refuse(&self) {
        self.refuses.store(true, Ordering::Relaxed);
    }

    /// Accepts e-mails again.
    pub fn accept(&self) {
        self.refuses.store(false, Ordering::Relaxed);
    }

    /// The number of e-mails to an address.
    pub fn count(&self, to: &str) -> usize {
        self.emails(to).len()
    }

    /// Waits for an e-mail to an address and returns the token in the last one.
    pub async fn token(&self, to: &str) -> String {
        self.nth_token(to, 1).await
    }

    /// Waits for `n` e-mails to an address and returns the token in the last one.
    pub async fn nth_token(&self, to: &str, n: usize) -> String {
        token_in(&self.nth(to, n).await).expect("an e-mail contains a token")
    }

    /// Waits for `n` e-mails to an address and returns the text of the last one.
    pub async fn nth(&self, to: &str, n: usize) -> String {
        let arrived = async {
            while self.count(to) < n {
                tokio::time::sleep(INTERVAL).await;
            }
        };
        tokio::time::timeout(TIMEOUT, arrived).await.expect("an e-mail arrives");
        self.emails(to).pop().expect("an e-mail has arrived").text
    }

    /// The texts of the e-mails to an address, oldest first.
    pub fn texts(&self, to: &str) -> Vec<String> {
        self.emails(to).into_iter().map(|email| email.text).collect()
    }

    fn emails(&self, to: &str) -> Vec<EmailMessage> {
        let emails = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        emails.iter().filter(|email| email.to == to).cloned().collect()
    }
}

/// The token at the end of an e-mail.
pub fn token_in(text: &str) -> Option<String> {
    let (_, token) = text.rsplit_once('#')?;
    Some(token.trim().to_owned())
}
