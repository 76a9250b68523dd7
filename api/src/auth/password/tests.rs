//! Passwords, PINs and their turns.

use std::sync::atomic::{AtomicUsize, Ordering};

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, Version};
use tokio::sync::Semaphore;

use super::*;
use crate::problem::{Code, Problem};

const RIGHT: &str = "correct horse battery";

async fn verified(
    passwords: &Passwords,
    password: &str,
    stored: Option<String>,
) -> Result<Verdict, PasswordError> {
    passwords.place(None)?.turn().await.verify(password.to_owned(), stored).await
}

/// All slots that are free.
fn places(passwords: &Passwords) -> impl Iterator<Item = Place> {
    std::iter::from_fn(|| passwords.queue.place(None))
}

#[tokio::test]
async fn a_password_is_known_again_and_another_is_not() {
    let passwords = Passwords::new();
    let stored = passwords.hash(RIGHT.to_owned()).await.unwrap();
    assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
    let verdict = |password: &str, stored: Option<String>| {
        let (password, passwords) = (password.to_owned(), passwords.clone());
        async move { verified(&passwords, &password, stored).await.unwrap() }
    };
    let right = verdict(RIGHT, Some(stored.clone())).await;
    assert_eq!(right, Verdict::Right { needs_rehash: false });
    assert_eq!(verdict("correct horse batterY", Some(stored.clone())).await, Verdict::Wrong);
    assert_eq!(verdict(RIGHT, None).await, Verdict::Wrong);
    assert_eq!(verdict("nobody's password", None).await, Verdict::Wrong);
    let again = passwords.hash(RIGHT.to_owned()).await.unwrap();
    assert_ne!(stored, again, "two hashes share a salt");
}

#[tokio::test]
async fn a_cheaper_hash_is_right_and_asks_to_be_made_again() {
    let params = Params::new(8_192, 1, 1, None).unwrap();
    let cheap = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let stored: PasswordHash = cheap.hash_password(RIGHT.as_bytes()).unwrap();
    let verdict = verified(&Passwords::new(), RIGHT, Some(stored.to_string())).await;
    assert_eq!(verdict.unwrap(), Verdict::Right { needs_rehash: true });
}

#[tokio::test]
async fn a_hash_that_is_none_is_an_error_and_not_a_wrong_password() {
    let result = verified(&Passwords::new(), RIGHT, Some("secret".to_owned())).await;
    assert!(matches!(result, Err(PasswordError::Unreadable(_))));
}

#[tokio::test]
async fn a_pin_that_everybody_tries_first_is_refused() {
    let passwords = Passwords::new();
    for pin in [
        "0000", "1234", "7890", "4321", "3210", "1212", "98989898", "11111", "1987", "2010",
        "2580", "45714571",
    ] {
        let result = passwords.hash_pin(pin.to_owned(), None).await;
        assert!(matches!(result, Err(PasswordError::CommonPin)), "{pin}");
    }
    for pin in ["2468", "1213", "1221", "12345679"] {
        assert!(passwords.hash_pin(pin.to_owned(), None).await.is_ok(), "{pin}");
    }
    for pin in ["123", "123456789", "12a4", "١٢٣٤"] {
        let result = passwords.hash_pin(pin.to_owned(), None).await;
        assert!(matches!(result, Err(PasswordError::Pin)), "{pin}");
    }
    let problem = Problem::from(PasswordError::CommonPin);
    assert_eq!((problem.status().as_u16(), problem.code()), (422, Code::Validation));
}

#[tokio::test]
async fn s11_a_password_of_the_wrong_length_is_refused_without_hashing() {
    let passwords = Passwords::with_cores(1).by(Arc::new(|| unreachable!("it is hashed")));
    for chars in [0, 7, 129, 1 << 20] {
        let result = verified(&passwords, &"ñ".repeat(chars), None).await;
        assert!(matches!(result, Err(PasswordError::Length)), "{chars}");
    }
    let problem = Problem::from(PasswordError::Length);
    assert_eq!((problem.status().as_u16(), problem.code()), (422, Code::Validation));
}

#[tokio::test]
async fn s10_whoever_finds_the_queue_full_is_sent_away_at_once() {
    let passwords = Passwords::with_cores(1);
    let core = passwords.queue.core().await;
    let waiting: Vec<_> = (0..=queue::WAITING_MAX)
        .map(|_| {
            let passwords = passwords.clone();
            tokio::spawn(async move { verified(&passwords, RIGHT, None).await })
        })
        .collect();
    while passwords.queue.place(None).is_some() {
        tokio::task::yield_now().await;
    }
    let one_too_many = verified(&passwords, RIGHT, None).await;
    let problem = Problem::from(one_too_many.unwrap_err());
    assert_eq!(problem.code(), Code::RateLimited);
    let response = poem::error::ResponseError::as_response(&problem);
    assert_eq!(response.header("retry-after"), Some("2"));
    for waiting in waiting {
        waiting.abort();
    }
    while passwords.queue.place(None).is_none() {
        tokio::task::yield_now().await;
    }
    drop(core);
    assert_eq!(verified(&passwords, RIGHT, None).await.unwrap(), Verdict::Wrong);
}

#[tokio::test]
async fn a_hash_waits_for_its_turn_and_gives_it_back() {
    let turns = Arc::new(Semaphore::new(1));
    let (asks, mut asked) = tokio::sync::mpsc::unbounded_channel();
    let taken = Arc::clone(&turns);
    let passwords = Passwords::with_cores(1).by(Arc::new(move || {
        asks.send(()).unwrap();
        let taken = Arc::clone(&taken);
        async move { taken.acquire_owned().await.ok() }.boxed()
    }));
    let other = Arc::clone(&turns).acquire_owned().await.unwrap();
    let hashing = passwords.clone();
    let hashing = tokio::spawn(async move { hashing.hash(RIGHT.to_owned()).await });
    asked.recv().await.unwrap();
    let second = Arc::clone(&turns).acquire_owned();
    drop(other);
    // Turns are given in the order in which they are asked for.
    let _second = second.await.unwrap();
    let free = places(&passwords).collect::<Vec<_>>().len();
    assert_eq!(free, 1 + queue::WAITING_MAX, "the hash before it is done");
    assert!(hashing.await.unwrap().is_ok());
}

#[tokio::test]
async fn s09_an_unknown_name_is_hashed_like_a_wrong_password() {
    let n_hashes = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&n_hashes);
    let passwords = Passwords::new().by(Arc::new(move || {
        counted.fetch_add(1, Ordering::Relaxed);
        ready(None).boxed()
    }));
    let stored = passwords.hash(RIGHT.to_owned()).await.unwrap();
    for stored in [Some(stored.clone()), None] {
        let before = n_hashes.load(Ordering::Relaxed);
        assert_eq!(verified(&passwords, "wrong password", stored).await.unwrap(), Verdict::Wrong);
        assert_eq!(n_hashes.load(Ordering::Relaxed) - before, 1, "each is hashed once");
    }
    let how = |hash: &str| hash.rsplitn(3, '$').last().map(str::to_owned);
    assert_eq!(how(&passwords.decoy), how(&stored), "with the same parameters");
    assert_eq!(passwords.decoy.len(), stored.len());
}

#[tokio::test]
async fn a_password_is_the_same_from_every_keyboard() {
    let passwords = Passwords::new();
    let (composed, decomposed) = ("contraseña única", "contrasen\u{303}a\u{a0}u\u{301}nica");
    let verify = async |password: &str, stored: &str| {
        let turn = passwords.place(None).unwrap().turn().await;
        turn.verify(password.to_owned(), Some(stored.to_owned())).await.unwrap()
    };
    for chosen in [composed, decomposed] {
        let stored = passwords.hash_new(chosen.to_owned(), Vec::new(), None).await.unwrap();
        for typed in [composed, decomposed] {
            let verdict = verify(typed, &stored).await;
            assert_eq!(verdict, Verdict::Right { needs_rehash: false }, "{chosen} {typed}");
        }
        assert_eq!(verify("contrasena unica", &stored).await, Verdict::Wrong, "accents count");
    }
    // A hash of before, of what was typed.
    let early = hash(decomposed.as_bytes()).unwrap();
    assert_eq!(verify(decomposed, &early).await, Verdict::Right { needs_rehash: true });
    assert_eq!(verify("otra contrasen\u{303}a", &early).await, Verdict::Wrong);
    let turn = passwords.place(None).unwrap().turn().await;
    assert_eq!(turn.verify(decomposed.to_owned(), None).await.unwrap(), Verdict::Wrong);
}

#[tokio::test]
async fn s11_a_password_that_says_whose_it_is_is_refused() {
    let passwords = Passwords::new();
    let texts = || ["Arepas del Parque", "Ana Muñoz", "ana.munoz@example.com"].map(str::to_owned);
    let hashed = async |text: &str| passwords.hash_new(text.to_owned(), texts().into(), None).await;
    for telling in
        ["las AREPAS del domingo", "muñoz y compañía", "MUNOZ-y-otros-9", "domingo en example"]
    {
        assert!(matches!(hashed(telling).await, Err(PasswordError::Telling)), "{telling}");
    }
    // Words of three letters are in too many others.
    for good in ["una clave de la mañana", "ventana con vista"] {
        assert!(hashed(good).await.is_ok(), "{good}");
    }
    assert!(matches!(hashed("password").await, Err(PasswordError::Common)));
    let problem = Problem::from(PasswordError::Telling);
    assert_eq!((problem.status().as_u16(), problem.code()), (422, Code::Validation));
}
