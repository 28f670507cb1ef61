// SPDX-License-Identifier: Apache-2.0

//! Building the Dockerfiles, as `image --with-buildah` and `test` do.

use std::path::PathBuf;

use anyhow::Result;
use xtask::image::{Origin, dockerfile, megabytes};
use xtask::repo;
use xtask::up::lock;

/// Builds them and checks what they make.
pub(super) async fn check(origin: &Origin) -> Result<()> {
    // buildah's containers and mounts are of one run at a time.
    let _lock = lock("dockerfiles")?;
    let origin = origin.clone();
    let check = move || dockerfile::check(&origin, &dir());
    for built in tokio::task::spawn_blocking(check).await?? {
        let size = megabytes(built.binary.len() as u64);
        println!(
            "{} as its Dockerfile makes it ({size} MB): good",
            built.program
        );
    }
    Ok(())
}

/// Where buildah keeps layers.
pub(super) fn dir() -> PathBuf {
    repo::root().join("target/images/buildah")
}
