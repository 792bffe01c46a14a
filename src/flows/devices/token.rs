//! Refresh tokens of devices: the device, something random, and a mark by which every token that was ever given is
//! known without being kept, so that an old one that comes back is told apart from one that somebody made up.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;

use crate::crypto::{CryptoError, Digest, Keys, equal_secrets, random_bytes, sha256};

/// How refresh tokens of devices begin.
pub(super) const PREFIX: &str = "d.";
/// Bytes of the id, of what is random, and of the mark.
const ID: usize = 8;
const RANDOM: usize = 32;
const MARK: usize = 16;
/// Random bytes of a token in an address.
const SHORT: usize = 19;

/// A fresh token of the device `id`.
pub(super) fn make(keys: &Keys, id: i64) -> Result<String, CryptoError> {
    let body = [&id.to_be_bytes()[..], &random_bytes::<RANDOM>()?].concat();
    let mark = mark(keys, &body);
    Ok(format!("{PREFIX}{}", BASE64.encode([body, mark].concat())))
}

/// The device that a token was given to; `None` when it was not given by us.
pub(super) fn read(keys: &Keys, token: &str) -> Option<i64> {
    let bytes = token.strip_prefix(PREFIX).filter(|text| text.len() < 128)?;
    let bytes = BASE64.decode(bytes).ok().filter(|bytes| bytes.len() == ID + RANDOM + MARK)?;
    let (body, given) = bytes.split_at_checked(ID + RANDOM)?;
    if !equal_secrets(&mark(keys, body), given) {
        return None;
    }
    Some(i64::from_be_bytes(body.first_chunk::<ID>().copied()?))
}

/// A fresh token for an address, short enough for a code that a camera reads.
pub(super) fn make_short(id: i64) -> Result<String, CryptoError> {
    Ok(BASE64.encode([&id.to_be_bytes()[..], &random_bytes::<SHORT>()?].concat()))
}

/// The device that a token of an address would be of.
pub(super) fn read_short(token: &str) -> Option<i64> {
    let bytes = Some(token).filter(|text| text.len() < 64).and_then(|text| BASE64.decode(text).ok())?;
    let bytes = Some(bytes).filter(|bytes| bytes.len() == ID + SHORT)?;
    Some(i64::from_be_bytes(bytes.first_chunk::<ID>().copied()?))
}

/// What is kept of a token.
pub(super) fn digest(token: &str) -> Digest {
    sha256(&[b"token of a device\0", token.as_bytes()])
}

fn mark(keys: &Keys, body: &[u8]) -> Vec<u8> {
    keys.index("token of a device", &BASE64.encode(body)).into_iter().take(MARK).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_names_its_device_and_one_that_was_made_up_or_changed_does_not() {
        let keys = Keys::from_bytes(&[7; 32]).unwrap();
        let token = make(&keys, 42).unwrap();
        assert_eq!(read(&keys, &token), Some(42));
        assert_ne!(make(&keys, 42).unwrap(), token);
        assert_eq!(read(&Keys::from_bytes(&[8; 32]).unwrap(), &token), None);
        let mut changed = BASE64.decode(token.strip_prefix(PREFIX).unwrap()).unwrap();
        changed[7] = 43;
        let changed = format!("{PREFIX}{}", BASE64.encode(changed));
        for wrong in ["", "d.", "d.AAAA", token.trim_start_matches("d."), &changed, &"d.A".repeat(5_000)] {
            assert_eq!(read(&keys, wrong), None, "{wrong}");
        }
    }
}
