// SPDX-License-Identifier: Apache-2.0

//! What Argo CD, Flux and Helm make of our objects, by their own libraries: `tests/gitops`.

use anyhow::Result;
use xtask::control_plane::{check_go, go};
use xtask::repo;

use super::clients::lint_go;
use super::run;

/// Lints and tests of the module. They need no API server.
pub(super) async fn run_tests() -> Result<()> {
    let module = repo::root().join("tests/gitops");
    check_go(
        &module,
        "the tests of health checks",
        "leave them out: `--only` names the steps to run",
    )?;
    lint_go(&module).await?;
    // Go's cache of results does not see `deploy`, which they read.
    run(go(&module, ["test", "-count=1", "./..."])).await
}
