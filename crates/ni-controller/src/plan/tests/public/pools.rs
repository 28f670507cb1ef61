// SPDX-License-Identifier: Apache-2.0

//! Pools: those that operators want, and what each of them hands out.

use ironcore_api::address::parse_prefix;

use super::*;

#[test]
fn the_pools_that_operators_want_are_made_and_left_alone_once_they_are_there() {
    let block = parse_prefix("203.0.113.0/24").expect("a block");
    let name = "public-203.0.113.0-24";
    let wanted = key(POOLS, Kind::Prefix, name);
    let plan = core_with(&[], "", &[block]).plan(&wanted, moment());
    let body = made(&plan).expect("it is made");
    assert_eq!(body["metadata"]["name"], name);
    assert_eq!(
        body["metadata"]["labels"],
        json!({ "ni.ironcore.dev/public-pool": "" })
    );
    assert_eq!(
        body["spec"],
        json!({ "ipFamily": "IPv4", "prefix": "203.0.113.0/24" })
    );
    // Its label is an operator's to take away.
    let there = with(
        pool(name, 1, "203.0.113.0/24"),
        &json!({ "metadata": { "labels": null } }),
    );
    let plan = core_with(&[there], "", &[block]).plan(&wanted, moment());
    assert_eq!(plan, Plan::default());
    assert_eq!(core(&[]).plan(&wanted, moment()), Plan::default());
    // Nor are any made elsewhere.
    let elsewhere = key(NAMESPACE, Kind::Prefix, name);
    let plan = core_with(&[], "", &[block]).plan(&elsewhere, moment());
    assert_eq!(plan, Plan::default());
}

#[test]
fn who_begins_to_lead_makes_the_pools_that_operators_want() {
    let block = parse_prefix("203.0.113.0/24").expect("a block");
    let mut core = core_with(&[], "", &[block]);
    core.lead(true, moment());
    let order = core.next(moment()).expect("something to do");
    assert_eq!(&*order.change.name, "public-203.0.113.0-24");
}

/// The virtual IPs that ask are in other namespaces: the end of the rest has to reach them too.
#[test]
fn addresses_are_asked_for_once_the_namespace_of_the_pools_no_longer_rests() {
    let mut core = core(&[pool("pool", 1, "203.0.113.0/24"), vip()]);
    core.note_terminating(&POOLS.into(), moment());
    core.lead(true, moment());
    let mut made = |now| {
        let orders = std::iter::from_fn(|| core.next(now));
        let mut orders = orders.map(|order| order.change.name.to_string());
        orders.any(|name| name == UID)
    };
    assert!(!made(moment()));
    let later = Now {
        elapsed: Duration::from_mins(6),
        ..moment()
    };
    assert!(made(later));
}

#[test]
fn of_two_pools_that_overlap_the_older_hands_out_addresses() {
    let asks = address(&json!({ "prefixLength": 32 }));
    let objects = [
        vip(),
        asks,
        pool("a", 2, "203.0.113.0/25"),
        pool("b", 1, "203.0.113.0/24"),
    ];
    let core = core(&objects);
    let grants = |name: &str| {
        core.plan(&key(POOLS, Kind::Prefix, name), moment())
            .changes
            .len()
    };
    assert_eq!(["a", "b"].map(grants), [0, 1]);
    let ready = |name: &str| {
        let ready = core.ready(&key(POOLS, Kind::Prefix, name), moment());
        ready.map(|ready| ready.reason)
    };
    assert_eq!(ready("a").as_deref(), Some("Allocated"));
    assert_eq!(ready("unknown"), None);
}

#[test]
fn network_and_broadcast_addresses_of_a_pool_are_not_handed_out_but_to_who_shows_them() {
    let granted = |block: &str, spec: &Value| {
        let core = core(&[vip(), address(spec), pool("pool", 1, block)]);
        let plan = core.plan(&key(POOLS, Kind::Prefix, "pool"), moment());
        let status = plan
            .changes
            .iter()
            .find_map(|change| match &change.request {
                Request::PatchStatus(body) => Some(body["status"].clone()),
                _ => None,
            });
        let status = status?;
        let block = status["pending"][0]["prefix"].as_str()?.to_owned();
        Some((block, status["capacity"]["usedPercent"].as_i64()?))
    };
    let any = json!({ "prefixLength": 32 });
    for (block, spec, expected) in [
        ("203.0.113.0/29", &any, ("203.0.113.1/32", 37)),
        ("203.0.113.0/30", &any, ("203.0.113.1/32", 75)),
        ("203.0.113.0/31", &any, ("203.0.113.0/32", 50)),
        (
            "203.0.113.0/29",
            &json!({ "prefix": "203.0.113.0/32" }),
            ("203.0.113.0/32", 25),
        ),
    ] {
        let granted = granted(block, spec).expect("a grant");
        assert_eq!((&*granted.0, granted.1), expected, "{block} {spec}");
    }
}
