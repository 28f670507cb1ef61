// SPDX-License-Identifier: Apache-2.0

use k8s_openapi::jiff::Timestamp;

use super::*;
use crate::around::Around;
use crate::testing::{HERE, view, view_around};
use crate::view::key;

/// Object and reason of each finding of these, plans aside.
fn found(view: &View, leaving: &AllLeaving) -> Vec<String> {
    let all = check(view, leaving).into_iter();
    let all = all.filter(|finding| !matches!(finding.reason, "StatusStale" | "NotDone"));
    all.map(|finding| {
        assert!(finding.remedy.is_some(), "no remedy of {}", finding.reason);
        format!(
            "{}: {}: {}",
            finding.object, finding.reason, finding.message
        )
    })
    .collect()
}

const PARENT: &str = "
kind: pfx
name: parent
spec: {ipFamily: IPv4, prefix: 10.0.0.0/24}
status: {phase: Allocated, used: [USED]}
---";

fn child(name: &str, block: &str, parent: &str) -> String {
    format!(
        "
kind: pfx
name: {name}
spec: {{ipFamily: IPv4, prefix: {block}, parentRef: {{name: {parent}}}}}
status: {{phase: Allocated}}
---"
    )
}

fn parent(used: &str) -> String {
    PARENT.replace("USED", used)
}

#[test]
fn blocks_are_compared_with_each_other_and_with_the_record() {
    let cases: [(String, &[&str]); 7] = [
        (
            parent("10.0.0.0/26")
                + &child("a", "10.0.0.0/27", "parent")
                + &child("b", "10.0.0.32/27", "parent"),
            &[],
        ),
        (
            parent("10.0.0.0/26")
                + &child("a", "10.0.0.0/26", "parent")
                + &child("b", "10.0.0.32/32", "parent"),
            &[
                "Prefix here/b: BlocksOverlap: 10.0.0.32/32 overlaps 10.0.0.0/26, which Prefix a has of the same parent parent",
            ],
        ),
        (
            parent("10.0.0.0/26") + &child("a", "10.0.0.0/27", "parent"),
            &[
                "Prefix here/parent: UsedByNobody: 10.0.0.32/27 of status.used is what no Prefix has",
            ],
        ),
        (
            parent("10.0.0.0/27") + &child("a", "10.0.0.0/26", "parent"),
            &[
                "Prefix here/parent: NotRecorded: 10.0.0.32/27 is not in status.used, though Prefixes have it",
            ],
        ),
        (
            parent("") + &child("a", "10.1.0.0/26", "parent"),
            &[
                "Prefix here/a: BlockOutsideParent: has 10.1.0.0/26 of Prefix parent, which has 10.0.0.0/24",
            ],
        ),
        (
            child("a", "10.1.0.0/26", "gone"),
            &[
                "Prefix here/a: BlockOutsideParent: has 10.1.0.0/26 of Prefix gone, which does not exist",
            ],
        ),
        // What is being granted is in the record before a prefix has it.
        (
            parent("10.0.0.0/26").replace("]}", "], pending: [{prefix: 10.0.0.0/26, uid: uid-a}]}")
                + "
kind: pfx
name: a
spec: {ipFamily: IPv4, prefixLength: 26, parentRef: {name: parent}}
",
            &[],
        ),
    ];
    for (objects, expected) in cases {
        let objects = objects.trim_end_matches("---");
        assert_eq!(
            found(&view(objects), &AllLeaving::new()),
            expected,
            "{objects}"
        );
    }
}

#[test]
fn one_address_is_one_holders() {
    let interface = |name: &str, network: &str| {
        format!(
            "
kind: nic
name: {name}
spec: {{networkRef: {{name: {network}}}, ipFamilies: [IPv4], ips: [{{value: 10.0.0.1}}]}}
status: {{ips: [10.0.0.1]}}
---"
        )
    };
    let virtual_ip = |name: &str, namespace: &str| {
        format!(
            "
kind: vip
name: {name}
namespace: {namespace}
spec: {{type: Public, ipFamily: IPv4}}
status: {{ip: 203.0.113.1}}
---"
        )
    };
    let objects = interface("a", "net")
        + &interface("b", "net")
        + &interface("c", "other")
        + &virtual_ip("v", HERE)
        + &virtual_ip("w", "there");
    let found = found(&view(objects.trim_end_matches("---")), &AllLeaving::new());
    let expected = [
        "NetworkInterface here/b: AddressTwice: status shows 10.0.0.1, which NetworkInterface here/a has on Network net",
        "VirtualIP there/w: AddressTwice: status shows 203.0.113.1, which VirtualIP here/v has too",
    ];
    assert_eq!(found, expected);
}

#[test]
fn who_claims_and_who_owns_is_there() {
    let objects = "
kind: nic
name: a
spec: {networkRef: {name: net}, machineRef: {name: m, uid: earlier}}
---
kind: nic
name: b
spec: {networkRef: {name: net}, machineRef: {name: m, uid: uid-m}}
---
kind: machine
name: m
spec: {networkInterfaces: [{name: b, networkInterfaceRef: {name: b}}]}
---
kind: vip
name: v
spec: {type: Public, ipFamily: IPv4, targetRef: {name: gone, uid: uid-gone}}
---
kind: nic
name: forged
meta: {annotations: {common.ironcore.dev/ephemeral-managed-by: ephemeral-manager}}
spec: {networkRef: {name: net}}
---
kind: pfx
name: orphan
meta: {annotations: {common.ironcore.dev/ephemeral-managed-by: ephemeral-manager}, ownerReferences: [{apiVersion: networking.ironcore.dev/v1alpha1, kind: NetworkInterface, name: gone, uid: uid-gone, controller: true}]}
spec: {ipFamily: IPv4, prefix: 10.0.0.0/24}
---
kind: vip
name: retained
meta: {annotations: {common.ironcore.dev/ephemeral-managed-by: ephemeral-manager}}
spec: {type: Public, ipFamily: IPv4}
";
    let expected = [
        "NetworkInterface here/a: DanglingClaim: is claimed by Machine m, of another UID than the one that is there",
        "NetworkInterface here/forged: NobodysChild: is marked as made by the controller, and has no controller owner",
        "VirtualIP here/v: DanglingClaim: is claimed by NetworkInterface gone, which does not exist",
        "Prefix here/orphan: NobodysChild: is marked as made by the controller, and its owner NetworkInterface gone does not exist",
    ];
    assert_eq!(found(&view(objects), &AllLeaving::new()), expected);
}

#[test]
fn a_finalizer_stays_where_nobody_takes_it_off() {
    let ours = "networking.ironcore.dev/network";
    let objects = |annotations: &str| {
        format!("
kind: net
name: net
meta: {{finalizers: [{ours}], annotations: {{{annotations}}}, deletionTimestamp: 1970-01-01T00:00:09Z}}
")
    };
    let leaving = |finalizer: &str, age: i64| {
        let since = Time(Timestamp::from_second(1_000_000 - age).expect("a time"));
        let finalizers = vec![finalizer.to_owned()];
        AllLeaving::from([(
            key(Kind::Network, HERE, "net"),
            Leaving { since, finalizers },
        )])
    };
    let nobody = Around {
        leader: Leader::Nobody {
            why: "its Lease is missing".to_owned(),
        },
        ..Around::default()
    };
    let external = "common.ironcore.dev/managed-by: x";
    for (annotations, around, leaving, expected) in [
        ("", Around::default(), leaving(ours, 9000), None),
        ("", Around::default(), leaving("other/one", 300), None),
        (
            "",
            Around::default(),
            leaving("other/one", 9000),
            Some("whoever put it on has not taken it off"),
        ),
        (
            external,
            Around::default(),
            leaving(ours, 1),
            Some("an outside system manages the object"),
        ),
        ("", nobody, leaving(ours, 1), Some("no controller leads")),
    ] {
        let found = found(&view_around(&objects(annotations), around), &leaving);
        let found: Vec<_> = found
            .iter()
            .filter(|found| found.contains("FinalizerStays"))
            .collect();
        assert_eq!(found.len(), usize::from(expected.is_some()), "{found:?}");
        if let (Some(expected), Some(found)) = (expected, found.first()) {
            assert!(found.contains(expected), "{found}");
        }
    }
}

#[test]
fn what_the_controller_would_do_and_has_not_is_found_unless_nobody_leads() {
    let objects = "
kind: net
name: net
---
kind: nic
name: a
spec: {networkRef: {name: net}, ipFamilies: [IPv4], ips: [{value: 10.0.0.1}]}
status: {state: Available, ips: [10.0.0.2]}
";
    let reasons = |view: &View| -> Vec<String> {
        let all = check(view, &AllLeaving::new()).into_iter();
        all.map(|finding| format!("{} {}", finding.object, finding.reason))
            .collect()
    };
    let expected = [
        "NetworkInterface here/a StatusStale",
        "Network here/net NotDone",
    ];
    assert_eq!(reasons(&view(objects)), expected);
    let nobody = Around {
        leader: Leader::Nobody {
            why: "its Lease is missing".to_owned(),
        },
        lease: ("home".to_owned(), "ni-controller".to_owned()),
        ..Around::default()
    };
    assert_eq!(
        reasons(&view_around(objects, nobody)),
        ["Lease home/ni-controller NobodyLeads"]
    );
}

#[test]
fn what_came_right_meanwhile_is_not_found() {
    let finding = |name: &str, reason| {
        Finding::new(
            Object::new(Kind::Prefix, HERE, name),
            reason,
            "so".to_owned(),
        )
    };
    let first = [finding("a", "NotRecorded"), finding("b", "NotRecorded")];
    let later = vec![
        finding("b", "UsedByNobody"),
        finding("b", "NotRecorded"),
        finding("c", "NotRecorded"),
    ];
    let left = confirmed(&first, later);
    assert_eq!(left, [finding("b", "NotRecorded")]);
}
