//! Certificates and keys of one control plane, and the kubeconfig made of them.

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use k8s_openapi::ByteString;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use serde_json::json;

/// Everything that the servers and their administrator prove themselves with.
#[derive(Clone, Debug)]
pub(super) struct Credentials {
    pub(super) ca: PathBuf,
    pub(super) server_certificate: PathBuf,
    pub(super) server_key: PathBuf,
    /// Signs the service accounts' tokens.
    pub(super) token_key: PathBuf,
    /// Proves them.
    pub(super) token_public_key: PathBuf,
    pub(super) kubeconfig: PathBuf,
}

impl Credentials {
    /// Makes a new authority, a serving certificate for loopback, and an administrator's kubeconfig.
    pub(super) fn create(dir: &Path, api_server_port: u16) -> Result<Self> {
        let authority = Authority::create()?;
        let (server_certificate, server_key) = authority.server()?;
        let admin = authority.admin()?;
        let token_key = KeyPair::generate()?;
        let url = format!("https://127.0.0.1:{api_server_port}");
        let certs = dir.join("certs");
        fs::create_dir_all(&certs).with_context(|| format!("making {}", certs.display()))?;
        Ok(Self {
            kubeconfig: write(
                dir.join("kubeconfig"),
                &kubeconfig(&url, &authority.certificate, &admin)?,
            )?,
            ca: write(certs.join("ca.crt"), &authority.certificate)?,
            server_certificate: write(certs.join("server.crt"), &server_certificate)?,
            server_key: write(certs.join("server.key"), &server_key)?,
            token_key: write(certs.join("token.key"), &token_key.serialize_pem())?,
            token_public_key: write(certs.join("token.pub"), &token_key.public_key_pem())?,
        })
    }
}

struct Authority {
    certificate: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn create() -> Result<Self> {
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

    fn server(&self) -> Result<(String, String)> {
        let names = ["127.0.0.1", "localhost", "kubernetes.default.svc"].map(String::from);
        let mut params = CertificateParams::new(names)?;
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        self.sign(&params)
    }

    /// `system:masters` may do everything, before any RBAC rule exists.
    fn admin(&self) -> Result<(String, String)> {
        let mut params = named("admin", Some("system:masters"))?;
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        self.sign(&params)
    }

    fn sign(&self, params: &CertificateParams) -> Result<(String, String)> {
        let key = KeyPair::generate()?;
        Ok((
            params.signed_by(&key, &self.issuer)?.pem(),
            key.serialize_pem(),
        ))
    }
}

fn named(name: &str, group: Option<&str>) -> Result<CertificateParams> {
    let mut params = CertificateParams::new(Vec::new())?;
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    if let Some(group) = group {
        params
            .distinguished_name
            .push(DnType::OrganizationName, group);
    }
    Ok(params)
}

/// Complete in itself, so that it can be copied elsewhere.
fn kubeconfig(url: &str, ca: &str, (certificate, key): &(String, String)) -> Result<String> {
    let data = |pem: &str| ByteString(pem.as_bytes().to_vec());
    let name = "ironcore-ni";
    let value = json!({
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{ "name": name, "cluster": { "server": url, "certificate-authority-data": data(ca) } }],
        "users": [{ "name": "admin", "user": {
            "client-certificate-data": data(certificate), "client-key-data": data(key),
        } }],
        "contexts": [{ "name": name, "context": { "cluster": name, "user": "admin" } }],
        "current-context": name,
    });
    Ok(serde_norway::to_string(&value)?)
}

/// Only the user may read it: there are keys in it.
fn write(path: PathBuf, text: &str) -> Result<PathBuf> {
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
