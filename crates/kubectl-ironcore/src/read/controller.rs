// SPDX-License-Identifier: Apache-2.0

//! By which flags the controller decides: those of its Deployment, else its defaults.

use std::collections::BTreeSet;

use clap::Parser;
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::{Container, EnvVar};
use kube::api::ListParams;
use kube::{Api, Client};
use ni_controller::options::{Cli, Command, Deciding, Election};
use ni_runtime::scope::Scopes;

use crate::around::{Note, Unknown};

/// The label of its Deployment.
const SELECTOR: &str = "app.kubernetes.io/name=ni-controller";

/// By which flags the controller runs.
pub(crate) struct Controller {
    pub(crate) deciding: Deciding,
    pub(crate) election: Election,
    pub(crate) notes: Vec<Note>,
}

impl Controller {
    /// Reads them in the namespace in which it runs.
    pub(crate) async fn read(client: &Client, namespace: &str) -> anyhow::Result<Self> {
        let api: Api<Deployment> = Api::namespaced(client.clone(), namespace);
        let listed = api.list(&ListParams::default().labels(SELECTOR)).await;
        let found = listed.map(|listed| {
            let mut deployments = listed.items.into_iter();
            deployments.find_map(|deployment| Some(deployment.spec?.template.spec?.containers))
        });
        match found {
            Ok(Some(containers)) => {
                let mut flags = containers
                    .first()
                    .map_or_else(Vec::new, |container| flags(container, namespace));
                if flags.is_empty() {
                    flags.push("run".to_owned());
                }
                Self::of(&flags, None).or_else(|error| {
                    Self::defaults(
                        namespace,
                        Some(Unknown::Flags.for_reason(error.to_string())),
                    )
                })
            }
            Ok(None) => Self::defaults(namespace, None),
            Err(error) => {
                let note = Unknown::Flags.for_reason(super::told(&error));
                Self::defaults(namespace, Some(note))
            }
        }
    }

    fn defaults(namespace: &str, note: Option<Note>) -> anyhow::Result<Self> {
        let flags = [
            "run".to_owned(),
            format!("--lease-namespace={namespace}"),
            format!("--public-pool-namespace={namespace}"),
        ];
        Self::of(&flags, note)
    }

    fn of(flags: &[String], note: Option<Note>) -> anyhow::Result<Self> {
        let program = "ni-controller".to_owned();
        let cli = Cli::try_parse_from(std::iter::once(&program).chain(flags))?;
        let Command::Run(run) = cli.command else {
            anyhow::bail!("it does not run");
        };
        Ok(Self {
            deciding: run.deciding,
            election: run.election,
            notes: note.into_iter().collect(),
        })
    }

    /// The namespaces that it looks after; none for all.
    pub(crate) fn looked_after(&self) -> BTreeSet<String> {
        match &self.deciding.namespaces {
            Scopes::All => BTreeSet::new(),
            Scopes::Each(names) => names.iter().map(ToString::to_string).collect(),
        }
    }
}

/// The flags of a container: its arguments, and those that its environment sets.
fn flags(container: &Container, namespace: &str) -> Vec<String> {
    let mut flags = container.args.clone().unwrap_or_default();
    for variable in container.env.iter().flatten() {
        let Some((flag, value)) = of_variable(variable, namespace) else {
            continue;
        };
        let given = |known: &String| *known == flag || known.starts_with(&format!("{flag}="));
        if !flags.iter().any(given) {
            flags.push(format!("{flag}={value}"));
        }
    }
    flags
}

/// The flag that an environment variable sets: `NI_LEASE_NAME` is `--lease-name`. A reference to a field is to the pod's namespace.
fn of_variable(variable: &EnvVar, namespace: &str) -> Option<(String, String)> {
    let name = variable.name.strip_prefix("NI_")?;
    let flag = format!("--{}", name.to_lowercase().replace('_', "-"));
    let reference = variable.value_from.as_ref();
    let field = reference.and_then(|from| from.field_ref.as_ref());
    let own_namespace = field.is_some_and(|field| field.field_path == "metadata.namespace");
    let value = match &variable.value {
        Some(value) => value.clone(),
        None if own_namespace => namespace.to_owned(),
        None => return None,
    };
    Some((flag, value))
}

#[cfg(test)]
mod tests {
    use ni_controller::plan::StatusOwner;
    use serde_json::json;

    use super::*;

    #[test]
    fn flags_are_those_of_arguments_and_environment() {
        let container = json!({
            "name": "ni-controller",
            "args": ["run", "--leader-elect", "--network-interface-status=external"],
            "env": [
                { "name": "NI_LEASE_NAMESPACE", "valueFrom": { "fieldRef": { "fieldPath": "metadata.namespace" } } },
                { "name": "NI_NETWORK_INTERFACE_STATUS", "value": "controller" },
                { "name": "NI_NAMESPACES", "value": "a,b" },
                { "name": "PATH", "value": "/" },
            ],
        });
        let container = serde_json::from_value(container).expect("a container");
        let controller = Controller::of(&flags(&container, "home"), None).expect("flags");
        assert!(controller.election.leader_elect);
        assert_eq!(controller.election.lease_namespace, "home");
        // Arguments go before the environment.
        assert_eq!(
            controller.deciding.network_interface_status,
            StatusOwner::External
        );
        assert_eq!(
            controller.looked_after(),
            ["a", "b"].map(str::to_owned).into()
        );
    }

    #[test]
    fn without_a_deployment_defaults_are_those_of_its_namespace() {
        let controller = Controller::defaults("home", None).expect("flags");
        assert_eq!(&*controller.deciding.public_pool_namespace, "home");
        assert!(!controller.election.leader_elect);
        assert!(controller.looked_after().is_empty());
    }
}
