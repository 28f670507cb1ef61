//! What a machine's template says in vain: the interface made from it gets its name, namespace and
//! machine from the machine.

use super::draft::{InterfaceTemplate, LabelUidRef, MachineInterface, given};

type Says = fn(&InterfaceTemplate<'_>) -> bool;

/// The fields of a template that are overwritten, and whether a template has them.
const OVERWRITTEN: [(&str, Says); 4] = [
    ("metadata.name", |t| {
        has(t.metadata.as_ref().and_then(|m| m.name.as_deref()))
    }),
    ("metadata.generateName", |t| {
        has(t.metadata.as_ref().and_then(|m| m.generateName.as_deref()))
    }),
    ("metadata.namespace", |t| {
        has(t.metadata.as_ref().and_then(|m| m.namespace.as_deref()))
    }),
    ("spec.machineRef", |t| {
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
        "spec.networkInterfaces[{index}].ephemeral.networkInterfaceTemplate: {} overwritten{others}: \
         the interface is named after its machine, and belongs to it",
        named(&fields),
    ))
}

/// The overwritten fields that the interface's template has, and that of no old interface of its name.
fn fields(interface: &MachineInterface<'_>, old: &[MachineInterface<'_>]) -> Vec<&'static str> {
    let Some(template) = interface.template() else {
        return Vec::new();
    };
    let said = |says: &Says| {
        let mut namesakes = old.iter().filter(|old| old.name == interface.name);
        namesakes.any(|old| old.template().is_some_and(says))
    };
    let brought = OVERWRITTEN
        .iter()
        .filter(|(_, says)| says(template) && !said(says));
    brought.map(|(field, _)| *field).collect()
}

fn named(fields: &[&str]) -> String {
    match fields {
        [one] => format!("{one} is"),
        [others @ .., last] => format!("{} and {last} are", others.join(", ")),
        [] => String::new(),
    }
}
