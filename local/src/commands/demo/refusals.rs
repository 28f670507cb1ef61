// SPDX-License-Identifier: Apache-2.0

//! What is malformed, and what its author reads.

use anyhow::{Result, bail, ensure};
use kube::{Client, Error};

use super::kubectl;
use super::samples::try_apply;

/// A file of `deploy/samples/refused`, and the fields that are at fault in it.
struct Refusal(&'static str, &'static [&'static str]);

const TEMPLATE: &str =
    "spec.networkInterfaces[0].ephemeral.networkInterfaceTemplate.spec.ips[0].value";

const REFUSED: [Refusal; 6] = [
    Refusal(
        "networkinterface.yaml",
        &[
            "spec.networkRef.name",
            "spec.ips[0].value",
            "spec.ips[1].value",
            "spec.prefixes[0].value",
            "spec.virtualIP",
        ],
    ),
    Refusal(
        "networkinterface-changed.yaml",
        &["spec.networkRef", "spec.ipFamilies"],
    ),
    Refusal(
        "machine.yaml",
        &[
            "spec.volumes[1].device",
            "spec.volumes[2]",
            "spec.guestConfig.hostname",
            TEMPLATE,
        ],
    ),
    Refusal("virtualip.yaml", &["spec.type", "spec.ipFamily"]),
    Refusal("prefix.yaml", &["spec.prefix", "spec.prefixLength"]),
    Refusal(
        "network.yaml",
        &[
            "spec.peerings[0].networkRef",
            "spec.peerings[0].prefixes[0].prefix",
        ],
    ),
];

/// Applies what is malformed, shows what kubectl prints of each, and fails if one is not refused for its faults.
pub(super) async fn tell(client: &Client) -> Result<()> {
    println!("Objects that may not work are stored with a warning:\n");
    warn(client, "warned/machine.yaml").await?;
    println!("Invalid objects are refused, with all errors at once:\n");
    for Refusal(file, fields) in REFUSED {
        refuse(client, &format!("refused/{file}"), fields).await?;
    }
    Ok(())
}

async fn warn(client: &Client, file: &str) -> Result<()> {
    println!("$ kubectl apply --server-side --dry-run=server -f deploy/samples/{file}");
    let answer = try_apply(client, file, true).await?;
    print!("{}", kubectl::warnings(&answer.warnings));
    let object = answer.result?;
    let resource = object
        .types
        .as_ref()
        .map_or("", |types| types.kind.as_str());
    let name = object.metadata.name.as_deref().unwrap_or_default();
    println!(
        "{}.compute.ironcore.dev/{name} serverside-applied (server dry run)\n",
        resource.to_lowercase()
    );
    ensure!(!answer.warnings.is_empty(), "{file} brought no warning");
    Ok(())
}

async fn refuse(client: &Client, file: &str, fields: &[&str]) -> Result<()> {
    println!("$ kubectl apply --server-side -f deploy/samples/{file}");
    match try_apply(client, file, false).await?.result {
        Err(Error::Api(status)) => {
            println!("{}\n", kubectl::refusal(&status));
            let details = status.details.as_ref();
            let mut refused: Vec<&str> = details
                .iter()
                .flat_map(|details| &details.causes)
                .map(|cause| cause.field.as_str())
                .collect();
            let mut expected = fields.to_vec();
            refused.sort_unstable();
            expected.sort_unstable();
            ensure!(
                refused == expected,
                "{file} was refused for {refused:?}, and not for {expected:?}"
            );
            Ok(())
        }
        Err(error) => Err(error.into()),
        Ok(_) => bail!("{file} was not refused"),
    }
}
