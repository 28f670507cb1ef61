//! Whose client certificates are accepted: with `--client-ca`, only the API server may ask.

use std::sync::Arc;

use rustls::RootCertStore;
use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;

/// Why there is nobody to trust.
#[derive(Debug, thiserror::Error)]
pub enum ClientCaError {
    /// There is no certificate.
    #[error("there is no certificate in it")]
    Empty,
    /// A certificate's PEM is damaged.
    #[error("a certificate is no PEM: {0}")]
    NoPem(rustls::pki_types::pem::Error),
    /// A certificate can't be the root of others.
    #[error("a certificate is no authority: {0}")]
    NoAuthority(rustls::Error),
    /// They can't be used to verify.
    #[error("they can't be used to verify: {0}")]
    Unusable(#[from] rustls::server::VerifierBuilderError),
}

/// Requires a client certificate that one of these authorities (PEM) signed.
///
/// # Errors
/// Where there is no authority in it, or one is damaged: none is left out in silence.
pub fn verifier(pem: &[u8]) -> Result<Arc<dyn ClientCertVerifier>, ClientCaError> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate = certificate.map_err(ClientCaError::NoPem)?;
        roots.add(certificate).map_err(ClientCaError::NoAuthority)?;
    }
    if roots.is_empty() {
        return Err(ClientCaError::Empty);
    }
    let provider = Arc::new(ring::default_provider());
    Ok(WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build()?)
}

#[cfg(test)]
mod tests {
    use super::super::identity::tests::pair;
    use super::*;

    #[test]
    fn a_file_of_authorities_makes_a_client_certificate_mandatory() {
        let ((one, _), (other, _)) = (pair(), pair());
        let verifier = verifier(format!("{one}{other}").as_bytes()).expect("authorities");
        assert!(verifier.offer_client_auth() && verifier.client_auth_mandatory());
        assert_eq!(verifier.root_hint_subjects().len(), 2);
    }

    #[test]
    fn without_an_authority_nothing_is_served() {
        let (good, _) = pair();
        let half = format!("{good}-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
        for pem in ["", "nonsense", half.as_str()] {
            assert!(verifier(pem.as_bytes()).is_err(), "{pem:?}");
        }
    }
}
