//! Letters to people, kept for the test that reads them.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use commands::identity::{Letter, Post, PostError};
use uuid::Uuid;

use crate::system::PATIENCE;

/// How often is looked for a letter that is waited for.
const LOOK: Duration = Duration::from_millis(2);

/// Every letter that was sent. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct Letterbox {
    taken: Arc<Mutex<Vec<Letter>>>,
    is_closed: Arc<AtomicBool>,
}

#[async_trait]
impl Post for Letterbox {
    async fn send(&self, _: Uuid, letter: Letter) -> Result<(), PostError> {
        if self.is_closed.load(Ordering::Relaxed) {
            return Err(PostError::Later("closed".to_owned()));
        }
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).push(letter);
        Ok(())
    }
}

impl Letterbox {
    /// It takes no letters for now.
    pub fn close(&self) {
        self.is_closed.store(true, Ordering::Relaxed);
    }

    /// It takes letters again.
    pub fn open(&self) {
        self.is_closed.store(false, Ordering::Relaxed);
    }

    /// How many letters an address got.
    pub fn count(&self, to: &str) -> usize {
        self.letters(to).len()
    }

    /// The token in the last letter to an address, once there is one.
    pub async fn token(&self, to: &str) -> String {
        self.nth_token(to, 1).await
    }

    /// The token in the last letter to an address, once it has got `n`.
    pub async fn nth_token(&self, to: &str, n: usize) -> String {
        token_in(&self.nth(to, n).await).expect("the letter leads somewhere")
    }

    /// What the last letter to an address says, once it has got `n`.
    pub async fn nth(&self, to: &str, n: usize) -> String {
        let arrived = async {
            while self.count(to) < n {
                tokio::time::sleep(LOOK).await;
            }
        };
        tokio::time::timeout(PATIENCE, arrived).await.expect("a letter comes");
        self.letters(to).pop().expect("it has just come").text
    }

    /// What the letters to an address say, the first one first.
    pub fn texts(&self, to: &str) -> Vec<String> {
        self.letters(to).into_iter().map(|letter| letter.text).collect()
    }

    fn letters(&self, to: &str) -> Vec<Letter> {
        let letters = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        letters.iter().filter(|letter| letter.to == to).cloned().collect()
    }
}

/// The token at the end of a letter.
pub fn token_in(text: &str) -> Option<String> {
    let (_, token) = text.rsplit_once('#')?;
    Some(token.trim().to_owned())
}
