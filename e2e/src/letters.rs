//! Letters to people, kept for the test that reads them.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use commands::identity::{Letter, Post, PostError};

/// Every letter that was sent. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct Letterbox(Arc<Mutex<Vec<Letter>>>);

#[async_trait]
impl Post for Letterbox {
    async fn send(&self, letter: Letter) -> Result<(), PostError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(letter);
        Ok(())
    }
}

impl Letterbox {
    /// How many letters an address got.
    pub fn count(&self, to: &str) -> usize {
        self.letters(to).len()
    }

    /// The token in the last letter to an address.
    pub fn token(&self, to: &str) -> Option<String> {
        let letter = self.letters(to).pop()?;
        let (_, token) = letter.text.rsplit_once('#')?;
        Some(token.trim().to_owned())
    }

    fn letters(&self, to: &str) -> Vec<Letter> {
        let letters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        letters.iter().filter(|letter| letter.to == to).cloned().collect()
    }
}
