//! Machine.

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use serde_json::json;

use super::node::Node;
use super::{bound, common, derive, network_interface};
use crate::compute::{AttachState, Machine, MachineState};

pub(crate) fn crd() -> CustomResourceDefinition {
    derive::crd::<Machine>(|mut root| {
        spec(root.at("spec"));
        status(root.at("status"));
    })
}

fn spec(mut node: Node<'_>) {
    node.require(&["machineClassRef"]);
    common::reference(node.at("machineClassRef"));
    node.at("machinePoolSelector").at_most(bound::ENTRIES);
    node.at("machinePoolSelector{}").at_most(bound::LABEL_VALUE);
    common::reference(node.at("machinePoolRef"));
    node.at("power").at_most(bound::WORD).default(json!("On"));
    node.at("networkInterfaces")
        .at_most(bound::MACHINE_INTERFACES)
        .list_map("name");
    interface(node.at("networkInterfaces[]"));
    node.at("volumes").at_most(bound::VOLUMES).list_map("name");
    volume(node.at("volumes[]"));
    guest(&mut node);
}

fn interface(mut node: Node<'_>) {
    node.at("name").at_most(bound::NAME);
    common::reference(node.at("networkInterfaceRef"));
    let mut template = node.at("ephemeral.networkInterfaceTemplate");
    common::template_metadata(template.at("metadata"));
    network_interface::spec(template.at("spec"));
}

fn volume(mut node: Node<'_>) {
    node.at("name").at_most(bound::NAME);
    node.at("device").at_most(bound::WORD);
    common::reference(node.at("volumeRef"));
    node.at("emptyDisk.sizeLimit").at_most(bound::QUANTITY);
    node.at("localDisk.sizeLimit").at_most(bound::QUANTITY);
    node.at("localDisk.image").at_most(bound::IMAGE);
    let mut template = node.at("ephemeral.volumeTemplate");
    common::template_metadata(template.at("metadata"));
    template
        .at("spec")
        .set("type", json!("object"))
        .set("x-kubernetes-preserve-unknown-fields", json!(true));
}

fn guest(node: &mut Node<'_>) {
    node.at("ignitionRef.name").at_most(bound::NAME);
    node.at("ignitionRef.key").at_most(bound::NAME);
    node.at("guestConfig.hostname").at_most(bound::NAME);
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

fn status(mut node: Node<'_>) {
    node.at("machineID").at_most(bound::HANDLE);
    node.at("state").values_of::<MachineState>();
    node.at("conditions")
        .at_most(bound::CONDITIONS)
        .list_map("type");
    node.at("conditions[]").require(&["type", "status"]);
    for (list, reference) in [
        ("networkInterfaces", "networkInterfaceRef"),
        ("volumes", "volumeRef"),
    ] {
        node.at(list)
            .at_most(bound::MACHINE_INTERFACES)
            .list_map("name");
        let mut entry = node.at(&format!("{list}[]"));
        entry.at("name").at_most(bound::NAME);
        entry.at("handle").at_most(bound::HANDLE);
        entry.at("state").values_of::<AttachState>();
        common::reference(entry.at(reference));
    }
    common::status_with(node, "state", "Pending");
}
