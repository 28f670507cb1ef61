//! The interface that a template asks for.

use ironcore_api::ownership::{self, EPHEMERAL_MANAGED_BY, EPHEMERAL_MANAGER};
use ironcore_api::reference::UidRef;
use serde_json::{Map, Value, json};

use crate::world::{Kind, Machine, Pairs, Str, Template};

/// The interface `name` as the template asks for it.
pub(super) fn body(machine: &Machine, name: &Str, template: &Template) -> Value {
    let mut annotations = object(&template.annotations);
    annotations.insert(EPHEMERAL_MANAGED_BY.to_owned(), EPHEMERAL_MANAGER.into());
    let owner = ownership::controller_reference(
        Kind::Machine.api_version(),
        Kind::Machine.as_str(),
        &machine.meta.name,
        &machine.meta.uid,
    );
    let mut spec = template.spec.clone();
    spec.machine_ref = Some(machine_ref(machine));
    let mut metadata = json!({
        "namespace": &*machine.meta.namespace,
        "name": &**name,
        "annotations": annotations,
        "ownerReferences": [owner],
    });
    if !template.labels.is_empty() {
        metadata["labels"] = object(&template.labels).into();
    }
    json!({
        "apiVersion": Kind::NetworkInterface.api_version(),
        "kind": Kind::NetworkInterface.as_str(),
        "metadata": metadata,
        "spec": spec,
    })
}

/// The reference to the machine that its interfaces bear.
pub(super) fn machine_ref(machine: &Machine) -> UidRef {
    UidRef::new(&*machine.meta.name, &*machine.meta.uid)
}

fn object(pairs: &Pairs) -> Map<String, Value> {
    pairs
        .iter()
        .map(|(key, value)| (key.to_owned(), value.into()))
        .collect()
}
