//! What must hold of the server: of every write, and of what is stored once nothing moves any more.

use std::collections::BTreeMap;

use ni_controller::plan::Request;
use ni_controller::world::Kind;
use serde_json::Value;

use crate::others::{is_alive, is_spoilt, is_tended};
use crate::sim::server::{Server, uid};

const MARK: &str = "common.ironcore.dev/ephemeral-managed-by";

fn is_marked(object: &Value) -> bool {
    object["metadata"]["annotations"][MARK] == "ephemeral-manager"
}

fn is_managed(object: &Value) -> bool {
    is_marked(object) && object["metadata"]["ownerReferences"][0]["controller"] == true
}

/// As its interface's: it has no owner, and the mark, and the target of its name.
fn is_retained(kind: Kind, object: &Value) -> bool {
    let own = object["spec"]["targetRef"]["name"] == object["metadata"]["name"];
    kind == Kind::VirtualIp && is_marked(object) && own
}

/// No write repairs, replaces or deletes what is not managed; of others' objects only claims, releases and status.
pub(crate) fn writes_keep_off_others_objects(server: &Server) {
    let others = server
        .writes
        .iter()
        .filter(|(kind, _, before)| !is_managed(before) && !is_retained(*kind, before));
    for (kind, request, before) in others {
        match request {
            Request::Create(_) | Request::PatchStatus(_) | Request::Read | Request::Ask(_) => {}
            Request::Delete { .. } => panic!("deleted: {before}"),
            Request::Patch(body) => {
                let fields = body["spec"].as_object().into_iter().flatten();
                let allowed: &[&str] = match kind {
                    Kind::VirtualIp => &["targetRef"],
                    Kind::Prefix => &["parentRef", "prefix"],
                    _ => &["machineRef", "providerID"],
                };
                for (field, _) in fields {
                    assert!(allowed.contains(&field.as_str()), "{body} on {before}");
                }
                let metadata = body["metadata"].as_object().unwrap().keys();
                let more =
                    metadata.filter(|key| !["uid", "resourceVersion"].contains(&key.as_str()));
                let protects =
                    matches!(kind, Kind::Prefix | Kind::Network) && body["spec"].is_null();
                let more: Vec<&String> = more.collect();
                assert!(
                    if protects {
                        more == ["finalizers"]
                    } else {
                        more.is_empty()
                    },
                    "{body}"
                );
            }
        }
    }
}

/// No write that names a version changes what is being deleted, or what an outside system manages. (A repair names none:
/// it may be decided before either began.)
pub(crate) fn writes_keep_off_what_is_not_to_be_touched(server: &Server) {
    for (kind, request, before) in &server.writes {
        let versioned = match request {
            Request::Patch(body) | Request::PatchStatus(body) => {
                body["metadata"]["resourceVersion"].is_string()
            }
            Request::Delete { .. } => true,
            Request::Create(_) | Request::Read | Request::Ask(_) => false,
        };
        let releases = matches!(kind, Kind::Prefix | Kind::Network)
            && matches!(request, Request::Patch(body) if body["metadata"]["finalizers"].is_array())
            && !is_alive(before);
        assert!(
            !versioned || releases || is_tended(before),
            "{request:?} on {before}"
        );
    }
}

/// Of `prefixes` and `virtualIP` no write takes away what others added: only what the template named when it was applied last.
pub(crate) fn writes_take_away_only_what_the_template_named(server: &Server) {
    for (_, request, before) in &server.writes {
        let Request::Patch(patch) = request else {
            continue;
        };
        let last = last_applied(before);
        if let Some(list) = patch["spec"]["prefixes"].as_array() {
            let gone = without(entries(&before["spec"]["prefixes"]), list);
            let others = without(gone, &entries(&last["prefixes"]));
            assert!(others.is_empty(), "{others:?} of {before} by {patch}");
        }
        if patch["spec"].get("virtualIP") == Some(&Value::Null) {
            assert_eq!(before["spec"]["virtualIP"], last["virtualIP"], "{patch}");
        }
    }
}

/// What an interface remembers of what its template named.
fn last_applied(interface: &Value) -> Value {
    let text = &interface["metadata"]["annotations"]["ni.ironcore.dev/last-applied"];
    let text = text.as_str().unwrap_or("null");
    serde_json::from_str(text).unwrap_or_default()
}

fn entries(list: &Value) -> Vec<Value> {
    list.as_array().cloned().unwrap_or_default()
}

/// The entries without one for each of `these`.
fn without(mut entries: Vec<Value>, these: &[Value]) -> Vec<Value> {
    for entry in these {
        if let Some(at) = entries.iter().position(|other| other == entry) {
            entries.remove(at);
        }
    }
    entries
}

/// What must hold once nothing moves any more.
pub(crate) fn rest_is_sound(server: &Server) {
    server
        .list(Kind::Machine)
        .filter(|machine| is_alive(machine) && !is_spoilt(machine))
        .for_each(|machine| children_are_as_declared(server, machine));
    let mut shown = BTreeMap::new();
    for interface in server.list(Kind::NetworkInterface).filter(|i| is_tended(i)) {
        let holder = &interface["spec"]["machineRef"]["uid"];
        assert!(
            holder.is_null() || server.list(Kind::Machine).any(|m| uid(m) == *holder),
            "held by nobody: {interface}"
        );
        // A state is filled in; the definition's condition dates from 1970.
        let ready = &interface["status"]["conditions"][0]["lastTransitionTime"];
        assert_ne!(*ready, "1970-01-01T00:00:00Z", "no status: {interface}");
        own_children_are_as_wanted(server, interface);
        for ip in interface["status"]["ips"].as_array().into_iter().flatten() {
            let place = (
                interface["spec"]["networkRef"]["name"].to_string(),
                ip.to_string(),
            );
            let other = shown.insert(place, interface);
            assert!(
                other.is_none(),
                "one address twice: {interface} and {other:?}"
            );
        }
    }
    for virtual_ip in server.list(Kind::VirtualIp).filter(|vip| is_tended(vip)) {
        let holder = &virtual_ip["spec"]["targetRef"]["uid"];
        let mut interfaces = server.list(Kind::NetworkInterface);
        assert!(
            holder.is_null() || interfaces.any(|interface| uid(interface) == *holder),
            "held by nobody: {virtual_ip}"
        );
    }
}

/// What a machine declares exists, whoever made it; what is its own is as declared, as far as that can be had in place
/// once something is attached.
fn children_are_as_declared(server: &Server, machine: &Value) {
    let name = machine["metadata"]["name"].as_str().unwrap();
    for entry in machine["spec"]["networkInterfaces"].as_array().unwrap() {
        if entry["ephemeral"].is_null() {
            continue;
        }
        let child = format!("{name}-{}", entry["name"].as_str().unwrap());
        let child = server
            .get(Kind::NetworkInterface, &child)
            .expect("every declared interface exists, whoever made it");
        let own = child["metadata"]["ownerReferences"][0]["uid"] == uid(machine);
        if own && is_managed(child) && is_tended(child) {
            let want = &entry["ephemeral"]["networkInterfaceTemplate"]["spec"];
            assert_eq!(child["spec"]["ips"], want["ips"], "{child}");
            let (named, has) = (
                entries(&want["prefixes"]),
                entries(&child["spec"]["prefixes"]),
            );
            assert!(has.starts_with(&named), "{child}");
            let remembered = last_applied(child);
            assert_eq!(entries(&remembered["prefixes"]), named, "{child}");
            assert_eq!(remembered["virtualIP"], want["virtualIP"], "{child}");
            assert_eq!(child["spec"]["machineRef"]["uid"], uid(machine), "{child}");
            let attached = child["spec"]["providerID"].is_string();
            assert!(
                attached || child["spec"]["networkRef"] == want["networkRef"],
                "{child}"
            );
        }
    }
}

/// What an interface wants as its own exists, whoever made it, unless something else has the name or is on its way out; and of
/// what it made nothing is left that it does not want.
fn own_children_are_as_wanted(server: &Server, interface: &Value) {
    let name = interface["metadata"]["name"].as_str().unwrap();
    let wanted = |list: &Value, infix: &str| -> Vec<String> {
        let entries = entries(list).into_iter().enumerate();
        let own = entries.filter(|(_, entry)| !entry["ephemeral"].is_null());
        own.map(|(at, _)| format!("{name}-{infix}{at}")).collect()
    };
    let mut prefixes = wanted(&interface["spec"]["ips"], "");
    prefixes.extend(wanted(&interface["spec"]["prefixes"], "pf-"));
    for prefix in &prefixes {
        assert!(
            server.get(Kind::Prefix, prefix).is_some(),
            "{prefix}: {interface}"
        );
    }
    let own = |object: &&Value| {
        is_managed(object) && object["metadata"]["ownerReferences"][0]["uid"] == uid(interface)
    };
    for prefix in server
        .list(Kind::Prefix)
        .filter(own)
        .filter(|p| is_tended(p))
    {
        let found = prefix["metadata"]["name"].as_str().unwrap();
        assert!(
            prefixes.iter().any(|name| name == found),
            "{prefix} of {interface}"
        );
    }
    let source = &interface["spec"]["virtualIP"];
    let virtual_ip = server.get(Kind::VirtualIp, name);
    if !source["ephemeral"].is_null() {
        let virtual_ip = virtual_ip.unwrap_or_else(|| panic!("no virtual IP: {interface}"));
        let retained =
            source["ephemeral"]["virtualIPTemplate"]["spec"]["reclaimPolicy"] == "Retain";
        if own(&virtual_ip) && is_tended(virtual_ip) {
            assert!(!retained, "{virtual_ip} of {interface}");
            assert_eq!(
                virtual_ip["spec"]["targetRef"]["uid"],
                uid(interface),
                "{virtual_ip}"
            );
        }
    } else if let Some(virtual_ip) = virtual_ip.filter(own).filter(|vip| is_tended(vip)) {
        panic!("{virtual_ip} of {interface}");
    }
}
