// SPDX-License-Identifier: Apache-2.0

//! `deploy/samples`, applied as `kubectl apply --server-side` does.

use crate::samples;
use crate::warnings::Answer;
use anyhow::{Context, Result};
use kube::Client;
use kube::api::DynamicObject;

use super::kubectl;

const NAMESPACE: &str = "default";

/// Applies every object of `deploy/samples/<file>` in the namespace `default`, telling each.
pub(super) async fn apply(client: &Client, file: &str) -> Result<()> {
    for object in samples::read(file)? {
        let name = object.metadata.name.clone().unwrap_or_default();
        let kind = object.types.clone().unwrap_or_default().kind;
        let answer = samples::apply(client, NAMESPACE, object, false).await?;
        print!("{}", kubectl::warnings(&answer.warnings));
        answer.result.with_context(|| format!("applying {file}"))?;
        println!(
            "applied {}/{name} (deploy/samples/{file})",
            kind.to_lowercase()
        );
    }
    Ok(())
}

/// What comes of applying the one object of `deploy/samples/<file>`.
pub(super) async fn try_apply(
    client: &Client,
    file: &str,
    dry_run: bool,
) -> Result<Answer<DynamicObject>> {
    let object = samples::read(file)?.pop();
    let object = object.with_context(|| format!("deploy/samples/{file} holds no object"))?;
    samples::apply(client, NAMESPACE, object, dry_run).await
}
