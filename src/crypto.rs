//! Encryption of phones, names and texts, keyed digests to find them again, and randomness.
//!
//! One data key per installation, kept in a file beside the database or given by the settings; the keys in use are
//! derived from it. The database stores the key's fingerprint, so that a server with another key refuses to start.

mod provider;

use std::fmt;
use std::io::Write;
use std::path::{Path, PathBuf};

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::{digest, hkdf, hmac, rand};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;

pub use provider::{SignatureMethod, hex};

/// Length of a digest in bytes.
pub const DIGEST_LEN: usize = 32;
/// A SHA-256 or HMAC-SHA-256.
pub type Digest = [u8; DIGEST_LEN];

/// First byte of every sealed text: how it was sealed, so that a later way can stand beside this one.
const SEALED_V1: u8 = 1;

/// What went wrong with keys or sealed texts.
#[derive(Debug, thiserror::Error)]
pub enum CryptoError {
    /// The key file cannot be read or made.
    #[error("the key file {path} cannot be read or made: {source}")]
    KeyFile {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The file holds no key.
    #[error("{0} does not hold a data key: 32 bytes in base64, one line")]
    NotAKey(PathBuf),
    /// A sealed text was changed, moved to another row, or sealed with another key.
    #[error("a sealed text cannot be opened: it was changed, or sealed with another key")]
    Unsealable,
    /// The operating system gave no randomness, or the library refused a key.
    #[error("the cryptographic library refused an operation")]
    Library,
}

impl From<aws_lc_rs::error::Unspecified> for CryptoError {
    fn from(_: aws_lc_rs::error::Unspecified) -> Self {
        CryptoError::Library
    }
}

/// The keys in use, derived from the installation's data key.
pub struct Keys {
    sealing: LessSafeKey,
    index: hmac::Key,
    fingerprint: Digest,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keys(…)")
    }
}

impl Keys {
    /// The keys of the data key in the file at `path`; makes the file (readable by its owner only) when there is none.
    pub fn load_or_make(path: &Path) -> Result<Keys, CryptoError> {
        match std::fs::read_to_string(path) {
            Ok(text) => Keys::parse(&text).ok_or_else(|| CryptoError::NotAKey(path.to_owned()))?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let key = random_bytes::<32>()?;
                write_private(path, &format!("{}\n", BASE64.encode(key)))
                    .map_err(|source| CryptoError::KeyFile { path: path.to_owned(), source })?;
                Keys::from_bytes(&key)
            }
            Err(source) => Err(CryptoError::KeyFile { path: path.to_owned(), source }),
        }
    }

    /// The keys of a data key of 32 bytes.
    pub fn from_bytes(key: &[u8; 32]) -> Result<Keys, CryptoError> {
        let salt = hkdf::Salt::new(hkdf::HKDF_SHA256, b"binhyen data key");
        let root = salt.extract(key);
        let sealing = UnboundKey::new(&AES_256_GCM, &derive(&root, b"seal")?)?;
        Ok(Keys {
            sealing: LessSafeKey::new(sealing),
            index: hmac::Key::new(hmac::HMAC_SHA256, &derive(&root, b"index")?),
            fingerprint: derive(&root, b"fingerprint")?,
        })
    }

    fn parse(text: &str) -> Option<Result<Keys, CryptoError>> {
        let bytes: [u8; 32] = BASE64.decode(text.trim()).ok()?.try_into().ok()?;
        Some(Keys::from_bytes(&bytes))
    }

    /// What the database remembers of the key.
    pub fn fingerprint(&self) -> &Digest {
        &self.fingerprint
    }

    /// Encrypts `plain` for one place (`table` and row): it can be opened only as that place's.
    pub fn seal(&self, place: Place, plain: &[u8]) -> Result<Vec<u8>, CryptoError> {
        let nonce = random_bytes::<NONCE_LEN>()?;
        let mut body = plain.to_vec();
        let aad = Aad::from(place.bytes());
        self.sealing.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), aad, &mut body)?;
        let mut sealed = Vec::with_capacity(1 + NONCE_LEN + body.len());
        sealed.push(SEALED_V1);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(&body);
        Ok(sealed)
    }

    /// Decrypts what [`Keys::seal`] made for the same place.
    pub fn open(&self, place: Place, sealed: &[u8]) -> Result<Vec<u8>, CryptoError> {
        let (version, rest) = sealed.split_first().ok_or(CryptoError::Unsealable)?;
        let (nonce, body) = rest.split_at_checked(NONCE_LEN).ok_or(CryptoError::Unsealable)?;
        if *version != SEALED_V1 {
            return Err(CryptoError::Unsealable);
        }
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| CryptoError::Unsealable)?;
        let mut body = body.to_vec();
        let opened = self.sealing.open_in_place(nonce, Aad::from(place.bytes()), &mut body);
        Ok(opened.map_err(|_| CryptoError::Unsealable)?.to_vec())
    }

    /// Decrypts a text.
    pub fn open_text(&self, place: Place, sealed: &[u8]) -> Result<String, CryptoError> {
        String::from_utf8(self.open(place, sealed)?).map_err(|_| CryptoError::Unsealable)
    }

    /// A keyed digest by which a secret value (`kind`: phone, text, token …) is found without being stored.
    pub fn index(&self, kind: &str, value: &str) -> Digest {
        let mut context = hmac::Context::with_key(&self.index);
        context.update(kind.as_bytes());
        context.update(&[0]);
        context.update(value.as_bytes());
        digest_of(context.sign().as_ref())
    }
}

/// Where a sealed text stands: a table (or other store) and the row's id.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// The table.
    pub table: &'static str,
    /// The row.
    pub row: i64,
}

impl Place {
    fn bytes(self) -> Vec<u8> {
        [self.table.as_bytes(), &[0], &self.row.to_be_bytes()].concat()
    }
}

/// SHA-256 of `parts`, one after the other; callers separate parts where they could run together.
pub fn sha256(parts: &[&[u8]]) -> Digest {
    let mut context = digest::Context::new(&digest::SHA256);
    for part in parts {
        context.update(part);
    }
    digest_of(context.finish().as_ref())
}

/// Bytes from the operating system's generator.
pub fn random_bytes<const N: usize>() -> Result<[u8; N], CryptoError> {
    let mut bytes = [0; N];
    rand::fill(&mut bytes)?;
    Ok(bytes)
}

/// Whether two secrets are equal, in a time that does not depend on where they differ.
pub fn equal_secrets(a: &[u8], b: &[u8]) -> bool {
    aws_lc_rs::constant_time::verify_slices_are_equal(a, b).is_ok()
}

fn derive(root: &hkdf::Prk, purpose: &[u8]) -> Result<Digest, CryptoError> {
    let mut out = [0; DIGEST_LEN];
    root.expand(&[purpose], hkdf::HKDF_SHA256)?.fill(&mut out)?;
    Ok(out)
}

fn digest_of(bytes: &[u8]) -> Digest {
    let mut out = [0; DIGEST_LEN];
    for (to, from) in out.iter_mut().zip(bytes) {
        *to = *from;
    }
    out
}

/// Writes a file that only its owner may read, whole or not at all, and never over another. File and name are on the
/// disk when this returns: a database must not be bound to a key that a power cut can take away.
fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    // Of this process alone: of two that start at once one gets the name, with its own key behind it.
    let draft = path.with_extension(format!("draft-{}", std::process::id()));
    let mut options = std::fs::OpenOptions::new();
    let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    let named = std::fs::hard_link(&draft, path);
    std::fs::remove_file(&draft)?;
    named?;
    std::fs::File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: Place = Place { table: "message", row: 7 };

    fn keys(byte: u8) -> Keys {
        Keys::from_bytes(&[byte; 32]).unwrap()
    }

    #[test]
    fn a_sealed_text_opens_only_in_its_place_and_with_its_key() {
        let sealed = keys(1).seal(HERE, "TC2".as_bytes()).unwrap();
        assert_eq!(keys(1).open_text(HERE, &sealed).unwrap(), "TC2");
        assert!(keys(2).open(HERE, &sealed).is_err());
        assert!(keys(1).open(Place { row: 8, ..HERE }, &sealed).is_err());
        assert!(keys(1).open(HERE, &sealed[..10]).is_err());
        assert!(keys(1).open(HERE, &[]).is_err());
    }

    #[test]
    fn an_index_is_stable_and_keyed() {
        assert_eq!(keys(1).index("phone", "+84912345678"), keys(1).index("phone", "+84912345678"));
        assert_ne!(keys(1).index("phone", "+84912345678"), keys(2).index("phone", "+84912345678"));
        assert_ne!(keys(1).index("phone", "a"), keys(1).index("text", "a"));
    }

    #[test]
    fn a_key_file_is_made_once_and_readable_by_its_owner_only() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys/data.key");
        let first = Keys::load_or_make(&path).unwrap();
        let second = Keys::load_or_make(&path).unwrap();
        assert_eq!(first.fingerprint(), second.fingerprint());
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        std::fs::write(&path, "no key").unwrap();
        assert!(matches!(Keys::load_or_make(&path), Err(CryptoError::NotAKey(_))));
    }
}
