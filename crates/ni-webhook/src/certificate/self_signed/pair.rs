// SPDX-License-Identifier: Apache-2.0

//! A certificate, its key, and the CA that signed it.

use std::collections::BTreeSet;
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use rustls::client::verify_server_cert_signed_by_trust_anchor;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{Error, RootCertStore};
use x509_parser::extensions::GeneralName;

use super::super::validity::{Unreadable, Validity};
use super::super::{Identity, IdentityError};

/// Host names and addresses: names in lower case, addresses in canonical text.
pub type Names = BTreeSet<String>;

/// Why three texts are no pair that can be served.
#[derive(Debug, thiserror::Error)]
pub enum PairError {
    /// A part is no text.
    #[error("{0} is not text")]
    NoText(&'static str),
    /// Certificate or key are damaged, or are not each other's.
    #[error("certificate and key: {0}")]
    Identity(#[from] IdentityError),
    /// There is none, or more than one.
    #[error("the CA is not one certificate")]
    NotOneCa,
    /// What is there is no CA.
    #[error("the CA can't be one: {0}")]
    NoCa(Error),
    /// Another CA signed the certificate.
    #[error("the CA did not sign the certificate: {0}")]
    OtherCa(Error),
    /// The dates can't be read.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// The names can't be read.
    #[error("the certificate's names can't be read: {0}")]
    BadNames(String),
}

/// A certificate, its key, and the CA that signed it, all PEM, which belong together; clones share them.
#[derive(Clone, PartialEq, Eq)]
pub struct Pair(Arc<Parts>);

#[derive(PartialEq, Eq)]
struct Parts {
    ca: String,
    certificate: String,
    key: String,
    validity: Validity,
    names: Names,
}

impl Pair {
    /// Reads the three parts. Whether they are valid at some time is not asked, see [`Pair::validity`].
    ///
    /// # Errors
    /// Where a part is damaged, or they do not belong together.
    pub fn read(ca: &[u8], certificate: &[u8], key: &[u8]) -> Result<Self, PairError> {
        let leaf = CertificateDer::from_pem_slice(certificate)
            .map_err(|_| IdentityError::NoCertificate)?;
        let of_leaf = Validity::of(&leaf)?;
        Identity::parse(certificate, key, of_leaf.not_before)?;
        let of_ca = signed_by(&leaf, ca, of_leaf)?;
        Ok(Self(Arc::new(Parts {
            ca: text("the CA", ca)?,
            certificate: text("the certificate", certificate)?,
            key: text("the key", key)?,
            validity: Validity {
                not_before: of_leaf.not_before.max(of_ca.not_before),
                not_after: of_leaf.not_after.min(of_ca.not_after),
            },
            names: names(&leaf)?,
        })))
    }

    /// The CA's certificate.
    pub fn ca(&self) -> &str {
        &self.0.ca
    }

    /// The server's certificate.
    pub fn certificate(&self) -> &str {
        &self.0.certificate
    }

    /// The server's key.
    pub fn key(&self) -> &str {
        &self.0.key
    }

    /// When both certificates are valid.
    pub fn validity(&self) -> Validity {
        self.0.validity
    }

    /// What the certificate is for.
    pub fn names(&self) -> &Names {
        &self.0.names
    }

    /// Whether the certificate is for all of `wanted`.
    pub fn covers(&self, wanted: &Names) -> bool {
        wanted.is_subset(&self.0.names)
    }
}

/// Without the key: logs are read by many.
impl fmt::Debug for Pair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pair")
            .field("ca", &self.0.ca)
            .field("validity", &self.0.validity)
            .field("names", &self.0.names)
            .finish_non_exhaustive()
    }
}

/// The one spelling of a host: an address in canonical text, a name in lower case.
pub fn canonical(host: &str) -> String {
    host.parse::<IpAddr>()
        .map_or_else(|_| host.to_ascii_lowercase(), |address| address.to_string())
}

fn text(what: &'static str, bytes: &[u8]) -> Result<String, PairError> {
    let text = std::str::from_utf8(bytes).map_err(|_| PairError::NoText(what))?;
    // Texts are joined to bundles, in which each certificate begins a line.
    Ok(format!("{}\n", text.trim_end()))
}

/// When the CA is valid, if it signed the certificate.
fn signed_by(
    leaf: &CertificateDer<'_>,
    ca: &[u8],
    of_leaf: Validity,
) -> Result<Validity, PairError> {
    let all: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(ca).collect();
    let Ok([ca]) = <[_; 1]>::try_from(all.unwrap_or_default()) else {
        return Err(PairError::NotOneCa);
    };
    let validity = Validity::of(&ca)?;
    let mut roots = RootCertStore::empty();
    roots.add(ca).map_err(PairError::NoCa)?;
    let parsed = ParsedCertificate::try_from(leaf).map_err(PairError::OtherCa)?;
    let since = of_leaf.not_before.duration_since(std::time::UNIX_EPOCH);
    let then = UnixTime::since_unix_epoch(since.unwrap_or_default());
    let algorithms = ring::default_provider().signature_verification_algorithms;
    verify_server_cert_signed_by_trust_anchor(&parsed, &roots, &[], then, algorithms.all)
        .map_err(PairError::OtherCa)?;
    Ok(validity)
}

fn names(leaf: &CertificateDer<'_>) -> Result<Names, PairError> {
    let bad = |error: String| PairError::BadNames(error);
    let (_, parsed) =
        x509_parser::parse_x509_certificate(leaf).map_err(|error| bad(error.to_string()))?;
    let extension = parsed
        .subject_alternative_name()
        .map_err(|error| bad(error.to_string()))?;
    let all = extension
        .iter()
        .flat_map(|found| &found.value.general_names);
    Ok(all.filter_map(name).collect())
}

/// Names of other kinds, such as e-mail addresses, are no hosts.
fn name(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(name) => Some(canonical(name)),
        GeneralName::IPAddress(bytes) => {
            let v4 = <[u8; 4]>::try_from(*bytes).map(IpAddr::from);
            let v6 = || <[u8; 16]>::try_from(*bytes).map(IpAddr::from);
            Some(v4.or_else(|_| v6()).ok()?.to_string())
        }
        _ => None,
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::time::{Duration, SystemTime, UNIX_EPOCH};

    use super::super::make;
    use super::*;

    pub(crate) fn hosts(names: &[&str]) -> Names {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    /// What has all that a planner looks at, and is no certificate.
    pub(crate) fn fake(name: &str, validity: Validity, hosts: &[&str]) -> Pair {
        Pair(Arc::new(Parts {
            ca: format!("ca of {name}\n"),
            certificate: format!("certificate {name}\n"),
            key: format!("key of {name}\n"),
            validity,
            names: self::hosts(hosts),
        }))
    }

    fn made(host: &str) -> Pair {
        let now = SystemTime::now();
        make::pair(&hosts(&[host]), now, Duration::from_hours(1)).expect("a pair")
    }

    #[test]
    fn parts_that_do_not_belong_together_are_refused_by_their_reason() {
        let (one, other) = (made("one"), made("other"));
        let both = format!("{}{}", one.ca(), other.ca());
        let cases = [
            (
                one.ca(),
                one.certificate(),
                other.key(),
                "do not belong together",
            ),
            (other.ca(), one.certificate(), one.key(), "did not sign"),
            (&both, one.certificate(), one.key(), "not one certificate"),
            ("", one.certificate(), one.key(), "not one certificate"),
            (one.ca(), "", one.key(), "contains no certificate"),
            (one.ca(), one.key(), one.key(), "contains no certificate"),
            (one.ca(), one.certificate(), "", "the key is not valid PEM"),
        ];
        for (ca, certificate, key, expected) in cases {
            let read = Pair::read(ca.as_bytes(), certificate.as_bytes(), key.as_bytes());
            let said = read.expect_err(expected).to_string();
            assert!(said.contains(expected), "{said:?} lacks {expected:?}");
        }
    }

    #[test]
    fn hosts_have_one_spelling() {
        for (host, spelling) in [
            ("A.b", "a.b"),
            ("2001:DB8:0::1", "2001:db8::1"),
            ("10.0.0.1", "10.0.0.1"),
        ] {
            assert_eq!(canonical(host), spelling);
        }
    }

    #[test]
    fn the_key_is_not_in_what_logs_show() {
        let pair = fake(
            "a",
            Validity {
                not_before: UNIX_EPOCH,
                not_after: UNIX_EPOCH,
            },
            &[],
        );
        assert!(!format!("{pair:?}").contains("key of"));
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_it_panic(ca: Vec<u8>, certificate: Vec<u8>, key: Vec<u8>) {
            let _ = Pair::read(&ca, &certificate, &key);
        }
    }
}
