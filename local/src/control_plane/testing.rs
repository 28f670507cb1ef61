// SPDX-License-Identifier: Apache-2.0

//! What tests of downloads need: a mirror on loopback, a folder, checksums.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use axum::Router;
use http::{StatusCode, Uri};
use ring::digest::{SHA256, digest};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::checksum::hex;

/// A server that has files by their paths, until it is dropped.
pub(super) struct Mirror {
    port: u16,
    server: JoinHandle<()>,
}

impl Mirror {
    pub(super) async fn start(files: BTreeMap<String, Vec<u8>>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let answer = move |uri: Uri| {
            let found = files.get(uri.path()).cloned();
            async move { found.ok_or(StatusCode::NOT_FOUND) }
        };
        let router = Router::new().fallback(answer);
        let server = tokio::spawn(async move {
            axum::serve(listener, router).await.expect("serving");
        });
        Self { port, server }
    }

    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

impl Drop for Mirror {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// A folder that is removed with this.
pub(super) struct Folder(PathBuf);

impl Folder {
    /// Under a name of its test's own.
    pub(super) fn new(test: &str) -> Self {
        let thread = format!("{:?}", std::thread::current().id());
        let name = format!("local-{test}-{}-{thread}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).expect("a folder for temporary files");
        Self(folder)
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// As it is published beside a file.
pub(super) fn sum(text: impl AsRef<[u8]>) -> String {
    hex(digest(&SHA256, text.as_ref()).as_ref())
}
