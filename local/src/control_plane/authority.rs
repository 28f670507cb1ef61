// SPDX-License-Identifier: Apache-2.0

//! A certificate authority of a control plane, what it signs, and kubeconfigs made of that.

use std::fs::File;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use anyhow::{Context, Result};
use k8s_openapi::ByteString;
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose,
};
use serde_json::json;

/// An authority, whose key is forgotten with it.
pub struct Authority {
    certificate: String,
    issuer: Issuer<'static, KeyPair>,
}

/// What one proves oneself with, as PEM.
pub struct Pair {
    /// Who it is.
    pub certificate: String,
    /// Its secret.
    pub key: String,
}

impl Authority {
    /// A new one.
    pub fn create() -> Result<Self> {
        let key = KeyPair::generate()?;
        let mut params = named("ironcore-ni-ca", None)?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![
            KeyUsagePurpose::KeyCertSign,
            KeyUsagePurpose::DigitalSignature,
        ];
        let certificate = params.self_signed(&key)?.pem();
        Ok(Self {
            certificate,
            issuer: Issuer::new(params, key),
        })
    }

    /// Whom to trust, as PEM.
    pub fn certificate(&self) -> &str {
        &self.certificate
    }

    /// For a server that is reached by these names and addresses.
    pub fn server(&self, names: &[&str]) -> Result<Pair> {
        let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = CertificateParams::new(names)?;
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        self.sign(&params)
    }

    /// For a user of this name, of this group.
    pub fn client(&self, user: &str, group: Option<&str>) -> Result<Pair> {
        let mut params = named(user, group)?;
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        self.sign(&params)
    }

    /// A kubeconfig of that user, complete in itself, so that it can be copied elsewhere.
    pub fn kubeconfig(&self, url: &str, pair: &Pair) -> Result<String> {
        let data = |pem: &str| ByteString(pem.as_bytes().to_vec());
        let name = "ironcore-ni";
        let cluster =
            json!({ "server": url, "certificate-authority-data": data(&self.certificate) });
        let user = json!({ "client-certificate-data": data(&pair.certificate), "client-key-data": data(&pair.key) });
        let value = json!({
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{ "name": name, "cluster": cluster }],
            "users": [{ "name": "admin", "user": user }],
            "contexts": [{ "name": name, "context": { "cluster": name, "user": "admin" } }],
            "current-context": name,
        });
        Ok(serde_norway::to_string(&value)?)
    }

    fn sign(&self, params: &CertificateParams) -> Result<Pair> {
        let key = KeyPair::generate()?;
        Ok(Pair {
            certificate: params.signed_by(&key, &self.issuer)?.pem(),
            key: key.serialize_pem(),
        })
    }
}

fn named(name: &str, group: Option<&str>) -> Result<CertificateParams> {
    let mut params = CertificateParams::new(Vec::new())?;
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    if let Some(group) = group {
        params
            .distinguished_name
            .push(DnType::OrganizationName, group);
    }
    Ok(params)
}

/// Writes a file that only its owner may read, as there may be keys in it.
///
/// # Errors
/// Names the file that can't be written.
pub fn write_private(path: PathBuf, text: &str) -> Result<PathBuf> {
    let file = File::options()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&path);
    let written = file.and_then(|mut file| file.write_all(text.as_bytes()));
    written.with_context(|| format!("writing {}", path.display()))?;
    Ok(path)
}
