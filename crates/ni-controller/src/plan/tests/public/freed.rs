// SPDX-License-Identifier: Apache-2.0

//! An address is freed once its virtual IP is known to be gone.

use super::*;
use crate::plan::Question;

#[test]
fn an_address_lives_until_the_api_server_says_that_its_virtual_ip_is_gone() {
    let pool = || pool("pool", 1, "203.0.113.0/24");
    let ends = |objects: &[Value]| verbs(&plan_of_address(&core(objects)));
    let held = has("203.0.113.7");
    for (why, objects, expected) in [
        ("it is there", vec![vip(), held.clone(), pool()], &[][..]),
        (
            "it is there, and shows another",
            vec![shows(vip(), "198.51.100.1"), held.clone(), pool()],
            &[],
        ),
        (
            "it is not known",
            vec![held.clone(), pool()],
            &["ask about vip"],
        ),
        (
            "one of its name is another",
            vec![
                with(vip(), &json!({ "metadata": { "uid": "other" } })),
                held.clone(),
                pool(),
            ],
            &["ask about vip"],
        ),
        (
            "deleted by hand",
            vec![vip(), deleting(held.clone()), pool()],
            &[],
        ),
        (
            "both are gone",
            vec![deleting(held.clone()), pool()],
            &["ask about vip"],
        ),
        (
            "it does not decode",
            vec![with(vip(), &json!({ "spec": 5 })), held.clone(), pool()],
            &[],
        ),
        (
            "it holds nothing yet",
            vec![
                vip(),
                deleting(address(&json!({ "prefixLength": 32 }))),
                pool(),
            ],
            &["unprotect vip-uid"],
        ),
        (
            "an outside system has it",
            vec![external(held.clone()), pool()],
            &[],
        ),
    ] {
        assert_eq!(ends(&objects), expected, "{why}");
    }
    let asks = plan_of_address(&core(&[held, pool()]));
    let question = Question::IsThere {
        namespace: NAMESPACE.into(),
        uid: UID.into(),
    };
    assert_eq!(asks.changes[0].request, Request::Ask(question));
    assert_eq!(asks.changes[0].kind, Kind::VirtualIp);
}

#[test]
fn once_its_virtual_ip_is_known_to_be_gone_an_address_goes() {
    let pool = pool("pool", 1, "203.0.113.0/24");
    for (address, expected) in [
        (has("203.0.113.7"), "delete vip-uid"),
        (deleting(has("203.0.113.7")), "unprotect vip-uid"),
    ] {
        let core = core(&[address, pool.clone()]);
        let address = key(POOLS, Kind::Prefix, UID);
        let question = plan_of_address(&core).changes.remove(0);
        let plan = core.plan_if_looked(&address, &question, moment());
        assert_eq!(verbs(&plan), [expected]);
    }
}

#[test]
fn of_namespaces_that_are_not_looked_after_nothing_is_freed() {
    let objects = [has("203.0.113.7"), pool("pool", 1, "203.0.113.0/24")];
    for (namespaces, expected) in [("ns", 1), ("other", 0)] {
        let core = core_with(&objects, namespaces, &[]);
        assert_eq!(
            plan_of_address(&core).changes.len(),
            expected,
            "{namespaces}"
        );
    }
}

#[test]
fn a_preview_supposes_that_the_virtual_ip_is_gone() {
    let metadata = json!({ "namespace": POOLS, "uid": "another" });
    let namesake = with(vip(), &json!({ "metadata": metadata }));
    let pool = pool("pool", 1, "203.0.113.0/24");
    let core = core(&[has("203.0.113.7"), namesake, pool]);
    let plan = plan_of_address(&core);
    let [ask] = &plan.changes[..] else {
        panic!("{plan:?}")
    };
    let then = core.plan_if_looked(&key(POOLS, Kind::Prefix, UID), ask, moment());
    assert_eq!(verbs(&then), ["delete vip-uid"]);
}
