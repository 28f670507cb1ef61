// SPDX-License-Identifier: Apache-2.0

//! Certificates and keys of one control plane, and the kubeconfig made of them.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use rcgen::KeyPair;

use super::authority::{Authority, write_private};

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
        let server = authority.server(&["127.0.0.1", "localhost", "kubernetes.default.svc"])?;
        // `system:masters` may do everything, before any RBAC rule exists.
        let admin = authority.client("admin", Some("system:masters"))?;
        let token_key = KeyPair::generate()?;
        let url = format!("https://127.0.0.1:{api_server_port}");
        let certs = dir.join("certs");
        fs::create_dir_all(&certs).with_context(|| format!("making {}", certs.display()))?;
        let kubeconfig = authority.kubeconfig(&url, &admin)?;
        Ok(Self {
            kubeconfig: write_private(dir.join("kubeconfig"), &kubeconfig)?,
            ca: write_private(certs.join("ca.crt"), authority.certificate())?,
            server_certificate: write_private(certs.join("server.crt"), &server.certificate)?,
            server_key: write_private(certs.join("server.key"), &server.key)?,
            token_key: write_private(certs.join("token.key"), &token_key.serialize_pem())?,
            token_public_key: write_private(certs.join("token.pub"), &token_key.public_key_pem())?,
        })
    }
}
