// SPDX-License-Identifier: Apache-2.0

use super::*;
use crate::around::{Around, Told};
use crate::object::{Named, Object};
use crate::testing::{HERE, view, view_around};
use crate::view::key;

const NET: &str = "
kind: net
name: net
meta: {finalizers: [networking.ironcore.dev/network]}
---";

fn of(view: &View, object: &str) -> Why {
    let Named { kind, name } = object.parse().expect("an object");
    why(view, &key(kind, HERE, &name))
}

/// Reason and object of each cause, the deepest first.
fn causes(why: &Why) -> Vec<String> {
    let causes = why.causes.iter();
    causes
        .map(|cause| match &cause.object {
            Some(object) => format!("{} {}: {}", object.kind, object.name, cause.reason),
            None => cause.reason.clone(),
        })
        .collect()
}

const LITERAL: &str = "
kind: nic
name: a
spec: {networkRef: {name: net}, ipFamilies: [IPv4], ips: [{value: 10.0.0.1}]}
";

const POOL: &str = "
kind: pfx
name: pool
spec: {ipFamily: IPv4, prefix: 10.0.0.0/31}
status: {phase: Allocated, used: [10.0.0.0/31]}
---
kind: pfx
name: one
spec: {ipFamily: IPv4, prefix: 10.0.0.0/32, parentRef: {name: pool}}
status: {phase: Allocated}
---
kind: pfx
name: two
spec: {ipFamily: IPv4, prefix: 10.0.0.1/32, parentRef: {name: pool}}
status: {phase: Allocated}
---
";

/// The interface `a` with a prefix of its own, which asks for an address of `parent`.
fn own(parent: &str) -> String {
    format!(
            "
kind: pfx
name: a-0
meta: {{annotations: {{common.ironcore.dev/ephemeral-managed-by: ephemeral-manager}}, ownerReferences: [{{apiVersion: networking.ironcore.dev/v1alpha1, kind: NetworkInterface, name: a, uid: uid-a, controller: true}}]}}
spec: {{ipFamily: IPv4, prefixLength: 32, parentRef: {{name: {parent}}}}}
status: {{conditions: [{{type: Ready, status: 'False', reason: NoRoom, message: Prefix pool has no room, lastTransitionTime: 1970-01-01T00:00:09Z}}]}}
---
kind: nic
name: a
spec: {{networkRef: {{name: net}}, ipFamilies: [IPv4], ips: [{{ephemeral: {{prefixTemplate: {{spec: {{ipFamily: IPv4, prefixLength: 32, parentRef: {{name: {parent}}}}}}}}}}}]}}
"
    )
}

/// What is asked about, all that there is, and the causes, the deepest first.
type Case<'a> = (&'a str, String, &'a str, &'a [&'a str]);

fn holds<const N: usize>(cases: [Case<'_>; N]) {
    for (case, objects, object, expected) in cases {
        let why = of(&view(&objects), object);
        assert_eq!(causes(&why), expected, "{case}");
        assert!(!why.well, "{case}");
        let (first, remedy) = (&why.causes[0].reason, why.causes[0].remedy);
        assert!(remedy.is_some(), "{case}: no remedy of {first}");
    }
}

#[test]
fn what_an_object_refers_to_is_the_root_of_its_trouble() {
    holds([
        (
            "a full pool",
            format!("{NET}{POOL}{}", own("pool")),
            "nic/a",
            &["Prefix pool: NoRoom", "Prefix a-0: NoRoom", "NetworkInterface a: PrefixPending"],
        ),
        (
            "a parent that does not exist",
            format!("{NET}{}", own("none")),
            "nic/a",
            &["Prefix none: WaitsForParent", "Prefix a-0: WaitsForParent", "NetworkInterface a: PrefixPending"],
        ),
        (
            "a network that does not exist",
            LITERAL.to_owned(),
            "nic/a",
            &["Network net: NetworkNotFound", "NetworkInterface a: NetworkNotFound"],
        ),
        (
            "a network in error, of a machine's interface",
            format!("
kind: net
name: net
meta: {{finalizers: [networking.ironcore.dev/network]}}
status: {{state: Error}}
---
kind: machine
name: m
spec: {{networkInterfaces: [{{name: x, networkInterfaceRef: {{name: a}}}}, {{name: y, networkInterfaceRef: {{name: none}}}}]}}
---{LITERAL}"),
            "machine/m",
            &["Network net: NetworkError", "NetworkInterface a: NetworkError", "Machine m: InterfacesPending"],
        ),
    ]);
}

#[test]
fn what_another_has_or_keeps_is_the_root_of_its_trouble() {
    holds([
        (
            "an address that another has",
            format!("{NET}{LITERAL}---
kind: nic
name: older
meta: {{creationTimestamp: 1970-01-01T00:00:00Z}}
spec: {{networkRef: {{name: net}}, ipFamilies: [IPv4], ips: [{{value: 10.0.0.1}}]}}
"),
            "nic/a",
            &["NetworkInterface a: AddressInUse"],
        ),
        (
            "an address that another keeps until it is gone",
            format!("{NET}{LITERAL}---
kind: nic
name: older
meta: {{creationTimestamp: 1970-01-01T00:00:00Z, deletionTimestamp: 1970-01-01T00:00:09Z}}
spec: {{networkRef: {{name: net}}, ipFamilies: [IPv4], ips: [{{value: 10.0.0.1}}]}}
"),
            "nic/a",
            &["NetworkInterface older: Deleting", "NetworkInterface a: AddressLeaving"],
        ),
        (
            "no public pool of the family",
            format!("{NET}
kind: vip
name: v
spec: {{type: Public, ipFamily: IPv4}}
---
kind: nic
name: a
spec: {{networkRef: {{name: net}}, ipFamilies: [IPv4], ips: [{{value: 10.0.0.1}}], virtualIP: {{virtualIPRef: {{name: v}}}}}}
"),
            "nic/a",
            &["VirtualIP v: VirtualIPPending", "NetworkInterface a: VirtualIPPending"],
        ),
        (
            "a network that others still use",
            format!("
kind: net
name: net
meta: {{finalizers: [networking.ironcore.dev/network], deletionTimestamp: 1970-01-01T00:00:09Z}}
---{LITERAL}"),
            "nic/a",
            &["Network net: InUse", "NetworkInterface a: NetworkDeleting"],
        ),
    ]);
}

#[test]
fn what_is_well_has_no_cause_and_nothing_to_do() {
    let well = format!(
        "{NET}
kind: nic
name: a
spec: {{networkRef: {{name: net}}, ipFamilies: [IPv4], ips: [{{value: 10.0.0.1}}]}}
status: {{state: Available, ips: [10.0.0.1], observedGeneration: 1, lastStateTransitionTime: 1970-01-01T00:00:09Z, conditions: [{{type: Ready, status: 'True', reason: Available, message: '', observedGeneration: 1, lastTransitionTime: 1970-01-01T00:00:09Z}}]}}
"
    );
    let why = of(&view(&well), "nic/a");
    assert!(why.well && why.causes.is_empty(), "{why:?}");
    assert_eq!(why.next, []);
    assert_eq!(why.tree.standing.has, ["10.0.0.1"]);
}

#[test]
fn who_bears_the_marks_of_a_child_is_deleted_unless_the_machine_declares_it() {
    let marked = |declares: &str, uid: &str| {
        format!(
            "{NET}
kind: machine
name: web
spec: {{machineClassRef: {{name: c}}, networkInterfaces: [{{name: {declares}, ephemeral: {{networkInterfaceTemplate: {{spec: {{networkRef: {{name: net}}}}}}}}}}]}}
---
kind: nic
name: web-copy
meta: {{deletionTimestamp: 1970-01-01T00:00:09Z, annotations: {{common.ironcore.dev/ephemeral-managed-by: ephemeral-manager}}, ownerReferences: [{{apiVersion: compute.ironcore.dev/v1alpha1, kind: Machine, name: web, uid: {uid}, controller: true}}]}}
spec: {{networkRef: {{name: net}}, ipFamilies: [IPv4], ips: [{{value: 10.0.0.1}}]}}
"
        )
    };
    for (declares, uid, expected) in [
        ("lan", "uid-web", "NotDeclared"),
        ("copy", "uid-web", "Deleting"),
        ("lan", "uid-other", "Deleting"),
    ] {
        let why = of(&view(&marked(declares, uid)), "nic/web-copy");
        let cause = format!("NetworkInterface web-copy: {expected}");
        assert_eq!(causes(&why), [cause], "{declares} {uid}");
    }
}

#[test]
fn what_is_around_is_the_root_where_something_is_to_be_done() {
    let wanting = format!(
        "{NET}
kind: nic
name: a
spec: {{networkRef: {{name: net}}, ipFamilies: [IPv4], ips: [{{ephemeral: {{prefixTemplate: {{spec: {{ipFamily: IPv4, prefix: 10.0.0.0/32}}}}}}}}]}}
"
    );
    let nobody = Leader::Nobody {
        why: "its Lease is missing".to_owned(),
    };
    let silent = Webhook::Silent {
        why: "no endpoint".to_owned(),
    };
    let around = |leader, webhook, terminating: &[&str]| Around {
        leader,
        webhook,
        terminating: terminating.iter().map(|name| (*name).to_owned()).collect(),
        ..Around::default()
    };
    let making = "NetworkInterface a: ChildMissing";
    for (around, expected) in [
        (
            around(nobody.clone(), Webhook::Unknown, &[]),
            vec!["NobodyLeads", making],
        ),
        (
            around(Leader::Unknown, silent.clone(), &[]),
            vec!["WebhookSilent", making],
        ),
        (
            around(nobody.clone(), silent, &[]),
            vec!["NobodyLeads", "WebhookSilent", making],
        ),
        (
            around(Leader::Unknown, Webhook::Unknown, &[HERE]),
            vec!["NamespaceTerminating", making],
        ),
        (
            around(Leader::Unknown, Webhook::Unknown, &["other"]),
            vec![making],
        ),
    ] {
        let why = of(&view_around(&wanting, around.clone()), "nic/a");
        assert_eq!(causes(&why), expected, "{around:?}");
    }
    // Nobody is needed where nothing is to be done: the address is another's.
    let taken = "
kind: vip
name: v
spec: {type: Public, ipFamily: IPv4}
";
    let why = of(
        &view_around(taken, around(nobody, Webhook::Unknown, &[])),
        "vip/v",
    );
    assert_eq!(causes(&why), ["VirtualIP v: VirtualIPPending"]);
}

#[test]
fn what_the_api_server_refuses_is_told_as_the_controller_told_it() {
    let machine = "
kind: machine
name: m
spec: {networkInterfaces: [{name: x, ephemeral: {networkInterfaceTemplate: {spec: {networkRef: {name: net}, ipFamilies: [IPv4], ips: [{value: 10.0.0.1}]}}}}]}
";
    let message = "interface m-x was refused: exceeded quota: few";
    let around = Around {
        told: vec![Told {
            object: Object::new(ni_controller::world::Kind::Machine, HERE, "m"),
            reason: "ChildRefused".to_owned(),
            message: message.to_owned(),
            at: None,
        }],
        ..Around::default()
    };
    let refused = of(&view_around(machine, around), "machine/m");
    assert_eq!(causes(&refused), ["Machine m: ChildRefused"]);
    assert_eq!(refused.causes[0].message, message);
    let does: Vec<&str> = refused.next.iter().map(|next| &*next.does).collect();
    assert_eq!(does, ["create NetworkInterface here/m-x"]);
    let making = of(&view(machine), "machine/m");
    assert_eq!(
        causes(&making),
        [
            "NetworkInterface m-x: ChildMissing",
            "Machine m: InterfacesPending"
        ]
    );
}

#[test]
fn parents_in_a_circle_are_followed_once() {
    let circle = "
kind: pfx
name: a
spec: {ipFamily: IPv4, prefixLength: 30, parentRef: {name: b}}
---
kind: pfx
name: b
spec: {ipFamily: IPv4, prefixLength: 29, parentRef: {name: a}}
";
    let why = of(&view(circle), "pfx/a");
    let expected = [
        "Prefix a: WaitsForParent",
        "Prefix b: WaitsForParent",
        "Prefix a: WaitsForParent",
    ];
    assert_eq!(causes(&why), expected);
}

#[test]
fn what_an_outside_system_manages_is_that_systems_to_mend() {
    let objects = |condition: &str| {
        format!(
            "
kind: pfx
name: p
meta: {{annotations: {{common.ironcore.dev/managed-by: x}}}}
spec: {{ipFamily: IPv4, prefixLength: 30, parentSelector: {{matchLabels: {{pool: x}}}}}}
status: {{conditions: [{condition}]}}
"
        )
    };
    let waits = "{type: Ready, status: 'False', reason: NoRoom, message: so, lastTransitionTime: 1970-01-01T00:00:09Z}";
    for (condition, expected) in [
        ("", &["Prefix p: ManagedByOthers"][..]),
        (waits, &["Prefix p: ManagedByOthers", "Prefix p: NoRoom"]),
    ] {
        let why = of(&view(&objects(condition)), "pfx/p");
        assert_eq!(causes(&why), expected);
        assert_eq!(why.next, []);
    }
}
