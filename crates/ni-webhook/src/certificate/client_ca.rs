// SPDX-License-Identifier: Apache-2.0

//! Whose client certificates are accepted: with `--client-ca`, only the API server may ask.

use std::sync::Arc;

use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, RootCertStore, SignatureScheme,
};
use x509_parser::extensions::GeneralName;

/// Why there is nobody to trust.
#[derive(Debug, thiserror::Error)]
pub enum ClientCaError {
    /// There is no certificate.
    #[error("it contains no certificate")]
    Empty,
    /// A certificate's PEM is damaged.
    #[error("a certificate is not valid PEM: {0}")]
    NoPem(rustls::pki_types::pem::Error),
    /// A certificate can't be the root of others.
    #[error("a certificate is not a CA: {0}")]
    NoAuthority(rustls::Error),
    /// They can't be used to verify.
    #[error("they can't be used to verify: {0}")]
    Unusable(#[from] rustls::server::VerifierBuilderError),
}

/// Requires a client certificate that one of these authorities (PEM) signed and, where there are `names`, that has one
/// of them.
///
/// # Errors
/// Where there is no authority in it, or one is damaged: none is left out in silence.
pub fn verifier(
    pem: &[u8],
    names: &[String],
) -> Result<Arc<dyn ClientCertVerifier>, ClientCaError> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate = certificate.map_err(ClientCaError::NoPem)?;
        roots.add(certificate).map_err(ClientCaError::NoAuthority)?;
    }
    if roots.is_empty() {
        return Err(ClientCaError::Empty);
    }
    let provider = Arc::new(ring::default_provider());
    let signed = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build()?;
    if names.is_empty() {
        return Ok(signed);
    }
    let names = names.to_vec();
    Ok(Arc::new(Named { signed, names }))
}

/// Accepts what `signed` accepts, if it has one of the names.
#[derive(Debug)]
struct Named {
    signed: Arc<dyn ClientCertVerifier>,
    names: Vec<String>,
}

impl ClientCertVerifier for Named {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        self.signed.root_hint_subjects()
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        let verified = self
            .signed
            .verify_client_cert(end_entity, intermediates, now)?;
        if has_one(end_entity, &self.names) {
            Ok(verified)
        } else {
            Err(CertificateError::ApplicationVerificationFailure.into())
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.signed
            .verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.signed
            .verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.signed.supported_verify_schemes()
    }
}

/// Whether the subject's common name, or a DNS name, is one of `names`. DNS knows no case.
fn has_one(certificate: &CertificateDer<'_>, names: &[String]) -> bool {
    let Ok((_, parsed)) = x509_parser::parse_x509_certificate(certificate) else {
        return false;
    };
    let mut common = parsed.subject().iter_common_name();
    if common.any(|name| {
        name.as_str()
            .is_ok_and(|name| names.iter().any(|one| one == name))
    }) {
        return true;
    }
    let alternatives = parsed.subject_alternative_name().ok().flatten();
    let mut alternatives = alternatives.iter().flat_map(|all| &all.value.general_names);
    alternatives.any(|name| match name {
        GeneralName::DNSName(name) => names.iter().any(|one| one.eq_ignore_ascii_case(name)),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair};

    use super::super::identity::tests::pair;
    use super::{CertificateDer, has_one, verifier};

    #[test]
    fn a_file_of_authorities_makes_a_client_certificate_mandatory() {
        let ((one, _), (other, _)) = (pair(), pair());
        let pem = format!("{one}{other}");
        for names in [&[][..], &["api-server".to_owned()]] {
            let verifier = verifier(pem.as_bytes(), names).expect("authorities");
            assert!(verifier.offer_client_auth() && verifier.client_auth_mandatory());
            assert_eq!(verifier.root_hint_subjects().len(), 2);
        }
    }

    #[test]
    fn without_an_authority_nothing_is_served() {
        let (good, _) = pair();
        let half = format!("{good}-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
        for pem in ["", "nonsense", half.as_str()] {
            assert!(verifier(pem.as_bytes(), &[]).is_err(), "{pem:?}");
        }
    }

    /// A certificate of this subject, for these hosts.
    fn certificate(common_name: &str, hosts: &[&str]) -> CertificateDer<'static> {
        let key = KeyPair::generate().expect("a key");
        let hosts: Vec<String> = hosts.iter().map(|host| (*host).to_owned()).collect();
        let mut params = CertificateParams::new(hosts).expect("names");
        params.distinguished_name = DistinguishedName::new();
        params
            .distinguished_name
            .push(DnType::CommonName, common_name);
        let made = params.self_signed(&key).expect("a certificate");
        made.der().clone()
    }

    #[test]
    fn a_name_is_the_common_name_or_a_dns_name_and_no_part_of_it() {
        let names = ["kube-apiserver", "Api.Example"].map(str::to_owned);
        let cases: [(&str, &[&str], bool); 8] = [
            ("kube-apiserver", &[], true),
            ("kube-apiserver", &["other"], true),
            ("KUBE-APISERVER", &[], false),
            ("kube-apiserver-kubelet-client", &[], false),
            ("", &["api.example"], true),
            ("node", &["other", "API.EXAMPLE"], true),
            ("node", &["api.example.org", "sub.api.example"], false),
            ("node", &["10.0.0.1"], false),
        ];
        for (common_name, hosts, expected) in cases {
            let certificate = certificate(common_name, hosts);
            assert_eq!(
                has_one(&certificate, &names),
                expected,
                "{common_name} {hosts:?}"
            );
        }
        assert!(!has_one(&CertificateDer::from(vec![0; 9]), &names));
    }
}
