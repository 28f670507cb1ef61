// SPDX-License-Identifier: Apache-2.0

//! What a node's servers prove themselves with.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use rcgen::KeyPair;

use super::command_lines::{NODE_ADDRESS, SERVICE_ADDRESS, URL};
use crate::control_plane::{Authority, write_private};

/// Users that have a kubeconfig `<file>.kubeconfig`, and their groups.
const USERS: [(&str, &str, Option<&str>); 5] = [
    ("admin", "admin", Some("system:masters")),
    ("kubelet", "system:node:ironcore-ni", Some("system:nodes")),
    (
        "kube-controller-manager",
        "system:kube-controller-manager",
        None,
    ),
    ("kube-scheduler", "system:kube-scheduler", None),
    ("kube-proxy", "system:kube-proxy", None),
];

/// Writes certificates to `certs` below the node's folder, and kubeconfigs into it.
pub(super) fn create(dir: &Path) -> Result<()> {
    let certs = dir.join("certs");
    fs::create_dir_all(&certs).with_context(|| format!("making {}", certs.display()))?;
    let authority = Authority::create()?;
    write_private(certs.join("ca.crt"), authority.certificate())?;
    let names = [
        "127.0.0.1",
        NODE_ADDRESS,
        SERVICE_ADDRESS,
        "localhost",
        "kubernetes.default.svc",
    ];
    let server = authority.server(&names)?;
    write_private(certs.join("server.crt"), &server.certificate)?;
    write_private(certs.join("server.key"), &server.key)?;
    let token_key = KeyPair::generate()?;
    write_private(certs.join("token.key"), &token_key.serialize_pem())?;
    write_private(certs.join("token.pub"), &token_key.public_key_pem())?;
    for (file, user, group) in USERS {
        let pair = authority.client(user, group)?;
        let kubeconfig = authority.kubeconfig(URL, &pair)?;
        write_private(dir.join(format!("{file}.kubeconfig")), &kubeconfig)?;
        if file == "admin" {
            // By these the API server asks the kubelet: for logs, and to run commands in pods.
            write_private(certs.join("admin.crt"), &pair.certificate)?;
            write_private(certs.join("admin.key"), &pair.key)?;
        }
    }
    Ok(())
}
