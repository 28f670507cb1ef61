// SPDX-License-Identifier: Apache-2.0

//! What a machine's template says in vain: the interface made from it gets its name, namespace, machine and marks from the
//! controller.

use super::draft::{
    InterfaceTemplate, LabelUidRef, Later, MachineInterface, TemplateMetadata, given,
};
use crate::ownership::LAST_APPLIED;

type Says = fn(&InterfaceTemplate<'_>, &TemplateMetadata<'_>) -> bool;

/// The fields of a template that are overwritten, and whether a template has them.
const OVERWRITTEN: [(&str, Says); 5] = [
    ("metadata.name", |_, m| has(m.name.as_deref())),
    ("metadata.generateName", |_, m| {
        has(m.generateName.as_deref())
    }),
    ("metadata.namespace", |_, m| has(m.namespace.as_deref())),
    (
        "metadata.annotations[ni.ironcore.dev/last-applied]",
        |_, m| m.annotations.has(LAST_APPLIED),
    ),
    ("spec.machineRef", |t, _| {
        let reference = t.spec.as_ref().and_then(|spec| spec.machineRef.as_ref());
        reference.is_some_and(LabelUidRef::is_given)
    }),
];

fn has(text: Option<&str>) -> bool {
    given(text).is_some()
}

/// A warning that names what is overwritten in the templates of a machine's interfaces; of an update,
/// if it brings any. One for the whole machine, as what is shown of warnings is limited.
pub(super) fn overwritten(
    interfaces: &[MachineInterface<'_>],
    old: &[MachineInterface<'_>],
) -> Option<String> {
    let brought = interfaces.iter().map(|interface| fields(interface, old));
    let mut found = brought.enumerate().filter(|(_, fields)| !fields.is_empty());
    let (index, fields) = found.next()?;
    let others = match found.count() {
        0 => String::new(),
        1 => ", as in 1 more template".to_owned(),
        more => format!(", as in {more} more templates"),
    };
    Some(format!(
        "spec.networkInterfaces[{index}].ephemeral.networkInterfaceTemplate: {} overwritten by the controller{others}",
        named(&fields),
    ))
}

/// The overwritten fields that the interface's template has, and that of no old interface of its name.
fn fields(interface: &MachineInterface<'_>, old: &[MachineInterface<'_>]) -> Vec<&'static str> {
    let Some(template) = interface.template() else {
        return Vec::new();
    };
    let metadata = decoded(template);
    let has = |says: &Says| says(template, &metadata);
    let mut fields: Vec<_> = OVERWRITTEN.iter().filter(|(_, says)| has(says)).collect();
    if fields.is_empty() {
        return Vec::new();
    }
    for old in old.iter().filter(|old| old.name == interface.name) {
        if let Some(template) = old.template() {
            let metadata = decoded(template);
            fields.retain(|(_, says)| !says(template, &metadata));
        }
    }
    fields.into_iter().map(|(field, _)| *field).collect()
}

fn decoded<'a>(template: &InterfaceTemplate<'a>) -> TemplateMetadata<'a> {
    let metadata = template.metadata.as_ref();
    metadata.and_then(Later::get).unwrap_or_default()
}

fn named(fields: &[&str]) -> String {
    match fields {
        [one] => format!("{one} is"),
        [others @ .., last] => format!("{} and {last} are", others.join(", ")),
        [] => String::new(),
    }
}
