// SPDX-License-Identifier: Apache-2.0

//! Machine.

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use serde_json::json;

use super::common::{forbidden, named, set_once};
use super::network_interface::{self, Of};
use super::node::Node;
use super::rule::Rule;
use super::{bound, common, derive, machine_volume, text};
use crate::compute::{AttachState, Machine, MachineState};
use crate::words;

pub(crate) fn crd() -> CustomResourceDefinition {
    derive::crd::<Machine>(|mut root| {
        root.label_name();
        spec(root.at("spec"));
        status(root.at("status"));
    })
}

fn spec(mut node: Node<'_>) {
    node.require(&["machineClassRef"]).rules(frozen());
    common::required_reference(node.at("machineClassRef"));
    node.at("machinePoolSelector").at_most(bound::ENTRIES);
    node.at("machinePoolSelector{}").at_most(bound::LABEL_VALUE);
    common::reference(node.at("machinePoolRef"));
    node.at("power")
        .at_most(bound::WORD)
        .default(json!("On"))
        .rule(text::one_of(words::POWER));
    node.at("networkInterfaces")
        .at_most(bound::MACHINE_INTERFACES)
        .list_map("name");
    interface(node.at("networkInterfaces[]"));
    machine_volume::list(&mut node);
    guest(&mut node);
}

fn interface(mut node: Node<'_>) {
    node.at("name").at_most(bound::NAME).rules(text::name());
    common::one_source(
        &mut node,
        &[
            common::reference_source("networkInterfaceRef"),
            common::source("ephemeral"),
        ],
    );
    common::reference(node.at("networkInterfaceRef"));
    common::template(node.at("ephemeral"), "networkInterfaceTemplate");
    let mut template = node.at("ephemeral.networkInterfaceTemplate");
    common::template_metadata(&mut template.at("metadata"));
    network_interface::spec(template.at("spec"), Of::Template);
}

fn guest(node: &mut Node<'_>) {
    node.at("ignitionRef.name")
        .at_most(bound::NAME)
        .rule(text::optional(text::subdomain()));
    node.at("ignitionRef.key").at_most(bound::NAME);
    node.at("guestConfig.hostname")
        .at_most(bound::NAME)
        .rules(text::optional_label());
    node.at("efiVars").at_most(bound::EFI_VARS).list_map("name");
    let mut variable = node.at("efiVars[]");
    variable.require(&["name", "uuid", "value"]);
    variable.at("name").at_most(bound::NAME);
    variable.at("uuid").at_most(bound::UID);
    variable.at("value").at_most(bound::TEXT);
    node.at("tolerations").at_most(bound::TOLERATIONS);
    let mut toleration = node.at("tolerations[]");
    toleration.at("key").at_most(bound::LABEL_KEY);
    toleration.at("operator").at_most(bound::WORD);
    toleration.at("value").at_most(bound::LABEL_VALUE);
    toleration.at("effect").at_most(bound::WORD);
}

/// What of a machine may not be changed; what of its volumes may not is said there.
fn frozen() -> Vec<Rule> {
    let had_class = named("oldSelf.machineClassRef");
    let has_class = named("self.machineClassRef");
    let hostname = |machine: &str| {
        format!(
            "(has({machine}.guestConfig) && has({machine}.guestConfig.hostname) ? {machine}.guestConfig.hostname : '')"
        )
    };
    let mut rules = vec![
        // One that is missing is refused for that.
        forbidden(
            format!(
                "!({has_class} && {had_class}) || self.machineClassRef.name == oldSelf.machineClassRef.name"
            ),
            ".machineClassRef",
            words::IMMUTABLE,
        ),
        forbidden(
            format!("{} == {}", hostname("self"), hostname("oldSelf")),
            ".guestConfig.hostname",
            words::IMMUTABLE,
        ),
    ];
    rules.extend(set_once(
        ".machinePoolRef",
        &named("oldSelf.machinePoolRef"),
        &named("self.machinePoolRef"),
        "self.machinePoolRef.name == oldSelf.machinePoolRef.name",
    ));
    rules
}

fn status(mut node: Node<'_>) {
    node.at("machineID").at_most(bound::HANDLE);
    node.at("state").values_of::<MachineState>();
    node.at("conditions")
        .at_most(bound::CONDITIONS)
        .list_map("type");
    let mut condition = node.at("conditions[]");
    condition.require(&["type", "status"]);
    attached(
        &mut node,
        "networkInterfaces",
        "networkInterfaceRef",
        bound::MACHINE_INTERFACES,
    );
    attached(&mut node, "volumes", "volumeRef", bound::VOLUMES);
    common::status_with(node, "state", "Pending");
}

/// What the machine pool's agent says of each interface or volume. Nothing there is judged.
fn attached(node: &mut Node<'_>, list: &str, reference: &str, bound: u64) {
    node.at(list).at_most(bound).list_map("name");
    let mut entry = node.at(&format!("{list}[]"));
    entry.at("name").at_most(bound::NAME);
    entry.at("handle").at_most(bound::HANDLE);
    entry.at("state").values_of::<AttachState>();
    entry
        .at(reference)
        .set("x-kubernetes-map-type", json!("atomic"));
    entry.at(reference).at("name").at_most(bound::NAME);
}
