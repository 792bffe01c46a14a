//! Passwords: argon2id on threads that may block, a few at a time.

use std::sync::{Arc, OnceLock};

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use tokio::sync::Semaphore;

use super::AuthError;

/// Hashes that are computed at once: each takes 19 MiB and a core for some 30 ms.
const AT_ONCE: usize = 2;
/// Attempts that may wait for one of them.
const WAITING: usize = 64;

/// Fewest characters of a password.
const SHORTEST: usize = 8;
/// Most bytes of a password.
const LONGEST: usize = 512;

/// Computes hashes, a few at a time, so that a crowd of log-ins takes neither the memory nor all cores.
#[derive(Debug)]
pub(super) struct Hashing {
    running: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
}

impl Default for Hashing {
    fn default() -> Self {
        Hashing { running: Arc::new(Semaphore::new(AT_ONCE)), waiting: Arc::new(Semaphore::new(WAITING)) }
    }
}

impl Hashing {
    /// Whether `password` is the one of `hash`. With no hash (an unknown user) the same work is done in vain.
    pub(super) async fn verify(&self, password: String, hash: Option<String>) -> Result<bool, AuthError> {
        let _place = Arc::clone(&self.waiting).try_acquire_owned().map_err(|_| AuthError::Busy)?;
        let turn = Arc::clone(&self.running).acquire_owned().await.map_err(|_| AuthError::Busy)?;
        let work = move || {
            let matches = matches(&password, hash.as_deref());
            // Held by the work itself: a client that goes away does not let another one in early.
            drop(turn);
            matches
        };
        tokio::task::spawn_blocking(work).await.map_err(|_| AuthError::Busy)
    }
}

fn matches(password: &str, hash: Option<&str>) -> bool {
    static NOBODY: OnceLock<Option<String>> = OnceLock::new();
    let fits = |hash: &str| Argon2::default().verify_password(password.as_bytes(), hash).is_ok();
    if let Some(hash) = hash {
        return fits(hash);
    }
    // Whether it fits does not matter: nobody has this hash.
    fits(
        NOBODY.get_or_init(|| hash_password("nobody has this password").ok()).as_deref().unwrap_or_default(),
    );
    false
}

/// The PHC string (argon2id) of a password that is long enough. Takes some 30 ms and 19 MiB: not on the reactor.
pub fn hash_password(password: &str) -> Result<String, AuthError> {
    if password.chars().count() < SHORTEST || password.len() > LONGEST {
        return Err(AuthError::BadPassword);
    }
    let hash = Argon2::default().hash_password(password.as_bytes()).map_err(|_| AuthError::Hashing)?;
    Ok(hash.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_right_password_fits_its_hash() {
        let hash = hash_password("mật khẩu dài").unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        let hashing = Hashing::default();
        assert!(hashing.verify("mật khẩu dài".to_owned(), Some(hash.clone())).await.unwrap());
        assert!(!hashing.verify("mat khau dai".to_owned(), Some(hash)).await.unwrap());
        assert!(!hashing.verify("nobody has this password".to_owned(), None).await.unwrap());
    }

    #[test]
    fn short_and_endless_passwords_are_refused() {
        assert!(matches!(hash_password("1234567"), Err(AuthError::BadPassword)));
        assert!(matches!(hash_password(&"x".repeat(513)), Err(AuthError::BadPassword)));
    }
}
