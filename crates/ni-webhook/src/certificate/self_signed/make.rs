// SPDX-License-Identifier: Apache-2.0

//! New certificates.

use std::time::{Duration, SystemTime};

use k8s_openapi::jiff::Timestamp;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};

use super::pair::{Names, Pair, PairError};

/// How long ago a new certificate is already valid, for those whose clock is behind.
const SKEW: Duration = Duration::from_hours(1);

/// Why there is no new certificate.
#[derive(Debug, thiserror::Error)]
pub enum MakeError {
    /// The library does not make it.
    #[error("cannot make a certificate: {0}")]
    Rcgen(#[from] rcgen::Error),
    /// What was made can't be served.
    #[error("the new certificate can't be served: {0}")]
    Bad(#[from] PairError),
}

/// Makes a CA and a certificate that it signs, for all of `names`, valid until `lifetime` after `now`.
///
/// The CA's key is forgotten at once: whoever reads the Secret can pass for this webhook, and make no certificate for
/// anything else that the API server would trust. The next certificate has a CA of its own.
///
/// # Errors
/// Where a name can't be in a certificate; there is no other reason in sight.
pub fn pair(names: &Names, now: SystemTime, lifetime: Duration) -> Result<Pair, MakeError> {
    let dated = |mut params: CertificateParams, name: String| {
        params.not_before = (now - SKEW).into();
        params.not_after = (now + lifetime).into();
        params.distinguished_name.push(DnType::CommonName, name);
        params.use_authority_key_identifier_extension = true;
        params
    };
    // Each CA has a name of its own: of two of one name, a verifier would have to try both.
    let date =
        Timestamp::try_from(now).map_or_else(|_| String::new(), |time| format!(" {time:.0}"));
    let ca_key = KeyPair::generate()?;
    let mut ca = dated(CertificateParams::default(), format!("ni-webhook CA{date}"));
    ca.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    ca.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    let ca_certificate = ca.self_signed(&ca_key)?;

    let key = KeyPair::generate()?;
    let hosts: Vec<String> = names.iter().cloned().collect();
    let mut params = dated(CertificateParams::new(hosts)?, "ni-webhook".to_owned());
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let certificate = params.signed_by(&key, &Issuer::new(ca, ca_key))?;
    Ok(Pair::read(
        ca_certificate.pem().as_bytes(),
        certificate.pem().as_bytes(),
        key.serialize_pem().as_bytes(),
    )?)
}

#[cfg(test)]
mod tests {
    use rustls::client::verify_server_name;
    use rustls::pki_types::pem::PemObject;
    use rustls::pki_types::{CertificateDer, ServerName};
    use rustls::server::ParsedCertificate;

    use super::super::pair::tests::hosts;
    use super::*;

    const DAY: Duration = Duration::from_hours(24);

    #[test]
    fn a_certificate_is_for_all_its_names_and_no_other() {
        let wanted = hosts(&["ni-webhook.ns.svc", "localhost", "127.0.0.1", "2001:db8::1"]);
        let pair = pair(&wanted, SystemTime::now(), DAY).expect("a pair");
        assert_eq!(pair.names(), &wanted);
        let der = CertificateDer::from_pem_slice(pair.certificate().as_bytes()).expect("PEM");
        let parsed = ParsedCertificate::try_from(&der).expect("a certificate");
        let verified = |name: &str| {
            let name = ServerName::try_from(name.to_owned()).expect("a name");
            verify_server_name(&parsed, &name).is_ok()
        };
        assert!(wanted.iter().all(|name| verified(name)));
        assert!(!verified("other.ns.svc") && !verified("127.0.0.2"));
    }

    #[test]
    fn a_certificate_is_valid_for_its_lifetime_from_an_hour_ago() {
        let now = SystemTime::now();
        let validity = pair(&hosts(&["a"]), now, DAY).expect("a pair").validity();
        let second = Duration::from_secs(1);
        for (time, valid) in [
            (now - SKEW - second, false),
            (now - SKEW + second, true),
            (now + DAY - second, true),
            (now + DAY + second, false),
        ] {
            assert_eq!(validity.check(time).is_ok(), valid);
        }
    }

    #[test]
    fn each_certificate_has_a_ca_and_a_key_of_its_own() {
        let now = SystemTime::now();
        let make = || pair(&hosts(&["a"]), now, DAY).expect("a pair");
        let (one, other) = (make(), make());
        assert_ne!(one.ca(), other.ca());
        assert_ne!(one.key(), other.key());
    }

    #[test]
    fn a_hundred_years_are_no_trouble() {
        let pair = pair(&hosts(&["a"]), SystemTime::now(), 36_500 * DAY).expect("a pair");
        assert!(
            pair.validity()
                .check(SystemTime::now() + 36_499 * DAY)
                .is_ok()
        );
    }
}
