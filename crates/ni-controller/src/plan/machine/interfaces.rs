//! The interfaces that a machine wants.

use ironcore_api::ownership::{self, EPHEMERAL_MANAGED_BY, EPHEMERAL_MANAGER, LAST_APPLIED};
use ironcore_api::reference::UidRef;
use serde_json::{Map, Value, json};

use super::applied;
use super::difference::{difference, is_ours};
use crate::plan::children::{Difference, Field, Owns, Words};
use crate::plan::{Options, Reason, Replace};
use crate::world::{Interface, Kind, Machine, Meta, Namespace, Pairs, Str, Template};

impl Owns<Interface> for Machine {
    type Template = Template;

    const WORDS: Words = Words {
        noun: "interface",
        stays: "it is attached: delete it, or set --replace-interfaces=always",
        repaired: Some(Reason::InterfaceRepaired),
        replaced: Some(Reason::InterfaceReplaced),
        deleted: Some(Reason::InterfaceDeleted),
        kept: Some(Reason::InterfaceKept),
    };

    const MARKS: &'static [&'static str] = &[EPHEMERAL_MANAGED_BY, LAST_APPLIED];

    fn refers_to(&self, name: &str) -> bool {
        let mut declared = self.interfaces.iter();
        declared.any(|declared| declared.template.is_none() && &*declared.interface == name)
    }

    fn is_shared(field: &Field) -> bool {
        match field {
            Field::Spec(name) => matches!(*name, "prefixes" | "virtualIP"),
            Field::Annotation(key) => key == LAST_APPLIED,
            Field::Fixed(_) | Field::Label(_) => false,
        }
    }

    fn desired(&self) -> impl Iterator<Item = (&Str, &Template)> {
        let declared = self.interfaces.iter();
        declared.filter_map(|declared| Some((&declared.interface, declared.template.as_deref()?)))
    }

    fn owned<'a>(&self, namespace: &'a Namespace) -> impl Iterator<Item = &'a Interface> {
        namespace.interfaces_owned_by(&self.meta.uid)
    }

    /// Of machines whose interfaces' names collide the oldest has the name.
    fn rival<'a>(&self, name: &str, namespace: &'a Namespace) -> Option<&'a Meta> {
        let wants = |machine: &Machine| machine.desired().any(|(desired, _)| &**desired == name);
        let mut rivals = namespace
            .machines_declaring(name)
            .filter(|rival| !rival.meta.deleting && rival.meta.uid != self.meta.uid && wants(rival))
            .map(|rival| &rival.meta);
        rivals.find(|rival| rival.seniority() < self.meta.seniority())
    }

    fn body(&self, name: &str, template: &Template) -> Value {
        body(self, name, template)
    }

    fn difference(&self, template: &Template, child: &Interface) -> Difference {
        difference(self, template, child)
    }

    fn may_replace(child: &Interface, options: Options) -> bool {
        child.spec.provider_id.is_none() || options.replace == Replace::Always
    }
}

/// The interface `name` as the template asks for it.
fn body(machine: &Machine, name: &str, template: &Template) -> Value {
    let mut annotations = object(&template.annotations);
    annotations.retain(|key, _| !is_ours(key));
    annotations.insert(EPHEMERAL_MANAGED_BY.to_owned(), EPHEMERAL_MANAGER.into());
    if let Some(applied) = applied::annotation(&template.spec) {
        annotations.insert(LAST_APPLIED.to_owned(), applied.into());
    }
    let owner = ownership::controller_reference(
        &Kind::Machine.api_version(),
        Kind::Machine.as_str(),
        &machine.meta.name,
        &machine.meta.uid,
    );
    let mut spec = template.spec.clone();
    spec.machine_ref = Some(machine_ref(machine));
    let mut metadata = json!({
        "namespace": &*machine.meta.namespace,
        "name": name,
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
