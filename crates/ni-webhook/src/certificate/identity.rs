// SPDX-License-Identifier: Apache-2.0

//! A certificate chain with its key, as far as it can be judged before a client does.

use std::sync::Arc;
use std::time::SystemTime;

use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;

use super::validity::{NotValid, Unreadable, Validity};

/// Why a certificate and a key can't be served.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// What should hold certificates holds none.
    #[error("it contains no certificate")]
    NoCertificate,
    /// A certificate's PEM is damaged.
    #[error("a certificate is not valid PEM: {0}")]
    BadChain(rustls::pki_types::pem::Error),
    /// The key's PEM is absent or damaged.
    #[error("the key is not valid PEM: {0}")]
    BadKey(rustls::pki_types::pem::Error),
    /// The key is of a kind that is not known, or it belongs to another certificate.
    #[error("certificate and key do not belong together, or are of no known kind: {0}")]
    Mismatch(rustls::Error),
    /// The certificate's dates can't be read.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// No client would trust it now.
    #[error("the certificate {0}")]
    NotValid(#[from] NotValid),
}

/// A certificate chain with the key that belongs to it.
#[derive(Debug)]
pub struct Identity {
    key: Arc<CertifiedKey>,
    validity: Validity,
}

impl Identity {
    /// Reads a chain (the server's own certificate first) and its key, both PEM, for use at `now`.
    ///
    /// # Errors
    /// Where they are damaged, do not belong together, or are not valid at `now`.
    pub fn parse(chain: &[u8], key: &[u8], now: SystemTime) -> Result<Self, IdentityError> {
        let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(chain)
            .collect::<Result<_, _>>()
            .map_err(IdentityError::BadChain)?;
        let first = chain.first().ok_or(IdentityError::NoCertificate)?;
        let validity = Validity::of(first)?;
        let key = PrivateKeyDer::from_pem_slice(key).map_err(IdentityError::BadKey)?;
        let key = CertifiedKey::from_der(chain, key, &ring::default_provider())
            .map_err(IdentityError::Mismatch)?;
        validity.check(now)?;
        Ok(Self {
            key: Arc::new(key),
            validity,
        })
    }

    /// What a handshake needs.
    pub fn key(&self) -> Arc<CertifiedKey> {
        self.key.clone()
    }

    /// When the server's own certificate is valid.
    pub fn validity(&self) -> Validity {
        self.validity
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::time::Duration;

    use rcgen::{CertificateParams, KeyPair};

    use super::*;

    /// A certificate that is valid from an hour ago for `time` from now, and its key.
    pub(crate) fn valid_for(time: Duration) -> (String, String) {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::new(["localhost".to_owned()]).expect("a name");
        let now = SystemTime::now();
        params.not_before = (now - Duration::from_hours(1)).into();
        params.not_after = (now + time).into();
        let certificate = params.self_signed(&key).expect("a certificate");
        (certificate.pem(), key.serialize_pem())
    }

    /// A certificate and its key.
    pub(crate) fn pair() -> (String, String) {
        valid_for(Duration::from_hours(1))
    }

    fn said(chain: &str, key: &str, now: SystemTime) -> String {
        Identity::parse(chain.as_bytes(), key.as_bytes(), now)
            .expect_err("refused")
            .to_string()
    }

    #[test]
    fn what_cannot_be_served_is_refused_by_its_reason() {
        let ((chain, key), (_, other)) = (pair(), pair());
        let now = SystemTime::now();
        let damaged = chain.replace("MII", "!!!");
        let day = Duration::from_hours(24);
        let cases = [
            ("", key.as_str(), now, "contains no certificate"),
            (&key, &key, now, "contains no certificate"),
            (&damaged, &key, now, "a certificate is not valid PEM"),
            (&chain, "", now, "the key is not valid PEM"),
            (&chain, &chain, now, "the key is not valid PEM"),
            (&chain, &other, now, "do not belong together"),
            (&chain, &key, now + day, "the certificate expired at"),
            (
                &chain,
                &key,
                now - day,
                "the certificate is valid only from",
            ),
        ];
        for (chain, key, now, expected) in cases {
            let said = said(chain, key, now);
            assert!(said.contains(expected), "{said:?} lacks {expected:?}");
        }
    }

    #[test]
    fn a_certificate_that_is_no_certificate_is_refused() {
        let (_, key) = pair();
        let chain = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        let said = said(chain, &key, SystemTime::now());
        assert!(said.contains("dates"), "{said}");
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_it_panic(chain: Vec<u8>, key: Vec<u8>) {
            let _ = Identity::parse(&chain, &key, SystemTime::now());
        }
    }
}
