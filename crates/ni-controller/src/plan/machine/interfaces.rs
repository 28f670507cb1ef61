// SPDX-License-Identifier: Apache-2.0

//! The interfaces that a machine wants.

use ironcore_api::ownership::{EPHEMERAL_MANAGED_BY, LAST_APPLIED};
use ironcore_api::reference::UidRef;
use serde_json::Value;

use super::applied;
use super::difference::difference;
use crate::plan::children::{Difference, Field, Owns, Words, body, value};
use crate::plan::{Options, Reason, Replace};
use crate::world::{Interface, Kind, Machine, Meta, Namespace, Str, Template};

impl Owns<Interface> for Machine {
    type Template = Template;

    const WORDS: Words = Words {
        noun: "interface",
        taken: true,
        stays: "it is attached: delete it, or set --replace-interfaces=always",
        repaired: Some(Reason::InterfaceRepaired),
        replaced: Some(Reason::InterfaceReplaced),
        deleted: Some(Reason::InterfaceDeleted),
        kept: Some(Reason::InterfaceKept),
    };

    const MARKS: &'static [&'static str] = &[EPHEMERAL_MANAGED_BY, LAST_APPLIED];

    fn drops(&self, template: &Template, child: &Interface) -> bool {
        applied::drops(&template.spec.unpack(), child)
    }

    fn refers_to(&self, name: &str) -> bool {
        Machine::refers_to(self, name)
    }

    fn is_shared(field: &Field) -> bool {
        match field {
            Field::Spec(name) => matches!(*name, "prefixes" | "virtualIP"),
            Field::Annotation(key) => key == LAST_APPLIED,
            Field::Fixed(_) | Field::Label(_) | Field::Owner => false,
        }
    }

    fn desired(&self) -> impl Iterator<Item = (Str, &Template)> {
        let declared = self.interfaces.iter();
        declared.filter_map(|declared| {
            let template = declared.template.as_deref()?;
            Some((declared.interface.clone(), template))
        })
    }

    fn owned<'a>(&self, namespace: &'a Namespace) -> impl Iterator<Item = &'a Interface> {
        namespace.interfaces_of(&self.meta)
    }

    /// Of machines whose interfaces' names collide the oldest has the name.
    fn rival<'a>(&self, name: &str, namespace: &'a Namespace) -> Option<&'a Meta> {
        let oldest = namespace.maker(name);
        oldest.filter(|oldest| oldest.uid != self.meta.uid)
    }

    fn body(&self, name: &str, template: &Template) -> Value {
        interface(self, name, template)
    }

    fn difference(&self, template: &Template, child: &Interface) -> Difference {
        difference(self, template, child)
    }

    fn may_replace(_: &Template, child: &Interface, options: Options) -> bool {
        child.spec.rest().provider_id.is_none() || options.replace == Replace::Always
    }
}

/// The interface `name` as the template asks for it.
fn interface(machine: &Machine, name: &str, template: &Template) -> Value {
    let mut spec = template.spec.unpack();
    let applied = applied::annotation(&spec);
    spec.machine_ref = Some(machine_ref(machine));
    body(
        machine,
        (Kind::NetworkInterface, name),
        (template.labels.iter(), template.annotations.iter()),
        <Machine as Owns<Interface>>::MARKS,
        applied.map(|applied| (LAST_APPLIED, applied)),
        &value(&spec),
    )
}

/// The reference to the machine that its interfaces bear.
pub(super) fn machine_ref(machine: &Machine) -> UidRef {
    UidRef::new(&*machine.meta.name, &*machine.meta.uid)
}
