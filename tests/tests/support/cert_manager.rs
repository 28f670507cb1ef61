// SPDX-License-Identifier: Apache-2.0

//! What cert-manager would do, where there is none.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};

use super::scratch::scratch;

/// A certificate for 127.0.0.1.
pub(crate) struct Issued {
    /// Whom to trust, as PEM.
    pub ca: String,
    /// Has `tls.crt` and `tls.key`.
    pub dir: PathBuf,
}

/// Issues a certificate, and puts it where a pod would have it mounted.
pub(crate) fn issue() -> Issued {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let key = KeyPair::generate().expect("a key");
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ca = params.self_signed(&key).expect("a CA").pem();
    let issuer = Issuer::new(params, key);

    let key = KeyPair::generate().expect("a key");
    let params = CertificateParams::new(["127.0.0.1".to_owned()]).expect("an address");
    let certificate = params.signed_by(&key, &issuer).expect("a certificate");
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let dir = scratch().join(format!("cert-manager-{number}"));
    std::fs::create_dir_all(&dir).expect("a folder");
    std::fs::write(dir.join("tls.crt"), certificate.pem()).expect("a file");
    std::fs::write(dir.join("tls.key"), key.serialize_pem()).expect("a file");
    Issued { ca, dir }
}
