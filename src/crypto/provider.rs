//! Digests by which providers prove that a request is theirs. Some are too weak for anything else; they are the
//! providers' choice, not ours.

use aws_lc_rs::{digest, hmac};
use md5::Digest as _;

/// How a provider signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignatureMethod {
    /// MD5 over words with a secret among them.
    Md5,
    /// SHA-1 over words with a secret among them.
    Sha1,
    /// SHA-256 over words with a secret among them.
    Sha256,
    /// SHA-512 over words with a secret among them.
    Sha512,
    /// HMAC-SHA-1 under a key.
    HmacSha1,
    /// HMAC-SHA-256 under a key.
    HmacSha256,
    /// HMAC-SHA-512 under a key.
    HmacSha512,
}

impl SignatureMethod {
    /// Every method by the name that settings write.
    pub const ALL: [(&'static str, SignatureMethod); 7] = [
        ("md5", SignatureMethod::Md5),
        ("sha1", SignatureMethod::Sha1),
        ("sha256", SignatureMethod::Sha256),
        ("sha512", SignatureMethod::Sha512),
        ("hmac-sha1", SignatureMethod::HmacSha1),
        ("hmac-sha256", SignatureMethod::HmacSha256),
        ("hmac-sha512", SignatureMethod::HmacSha512),
    ];

    /// The name that settings write.
    pub fn name(self) -> &'static str {
        SignatureMethod::ALL.iter().find(|(_, method)| *method == self).map_or("", |(name, _)| name)
    }

    /// Whether the secret is a key of its own and not among the words that are signed.
    pub fn is_keyed(self) -> bool {
        matches!(self, SignatureMethod::HmacSha1 | SignatureMethod::HmacSha256 | SignatureMethod::HmacSha512)
    }

    /// The signature of `words`; `key` counts for keyed methods only.
    pub fn sign(self, key: &[u8], words: &[u8]) -> Vec<u8> {
        let plain = |algorithm| digest::digest(algorithm, words).as_ref().to_vec();
        let keyed = |algorithm| hmac::sign(&hmac::Key::new(algorithm, key), words).as_ref().to_vec();
        match self {
            SignatureMethod::Md5 => md5::Md5::digest(words).to_vec(),
            SignatureMethod::Sha1 => plain(&digest::SHA1_FOR_LEGACY_USE_ONLY),
            SignatureMethod::Sha256 => plain(&digest::SHA256),
            SignatureMethod::Sha512 => plain(&digest::SHA512),
            SignatureMethod::HmacSha1 => keyed(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY),
            SignatureMethod::HmacSha256 => keyed(hmac::HMAC_SHA256),
            SignatureMethod::HmacSha512 => keyed(hmac::HMAC_SHA512),
        }
    }
}

/// Bytes as lower case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |text, byte| text + &format!("{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_are_those_of_the_published_vectors() {
        let plain = |method: SignatureMethod| hex(&method.sign(b"", b"abc"));
        assert_eq!(plain(SignatureMethod::Md5), "900150983cd24fb0d6963f7d28e17f72");
        assert_eq!(plain(SignatureMethod::Sha1), "a9993e364706816aba3e25717850c26c9cd0d89d");
        assert!(plain(SignatureMethod::Sha256).starts_with("ba7816bf8f01cfea414140de5dae2223"));
        assert!(plain(SignatureMethod::Sha512).starts_with("ddaf35a193617abacc417349ae204131"));
        // RFC 2202 and RFC 4231, test case 2.
        let keyed = |method: SignatureMethod| hex(&method.sign(b"Jefe", b"what do ya want for nothing?"));
        assert_eq!(keyed(SignatureMethod::HmacSha1), "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
        assert!(keyed(SignatureMethod::HmacSha256).starts_with("5bdcc146bf60754e6a042426089575c7"));
        assert!(keyed(SignatureMethod::HmacSha512).starts_with("164b7a7bfcf819e2e395fbe73b56e0a3"));
    }

    #[test]
    fn every_method_has_a_name_of_its_own() {
        for (name, method) in SignatureMethod::ALL {
            assert_eq!(method.name(), name);
            assert_eq!(method.is_keyed(), name.starts_with("hmac-"));
        }
    }
}
