// SPDX-License-Identifier: Apache-2.0

//! Others add to the interfaces that machines declare: a cloud provider its routes, a user a public address.

use kube::api::{Patch, PatchParams};
use serde_json::{Value, json};

use crate::support::controller::Controller;
use crate::support::plane::Turn;
use crate::support::space::{MACHINE, NIC, Space, VIP};
use crate::support::text::{at, check, entries, ip, makes, uses};
use crate::support::wait::eventually;

const SAME: &str = "10.0.0.1";
const LAST_APPLIED: &str = "ni.ironcore.dev/last-applied";
const MARK: &str = "common.ironcore.dev/ephemeral-managed-by";
const A: &str = "10.1.0.0/24";
const B: &str = "10.2.0.0/24";
const ROUTES: [&str; 2] = ["10.200.1.0/24", "10.200.2.0/24"];

fn list(prefixes: &[&str]) -> String {
    let entries: Vec<String> = prefixes.iter().map(|p| format!("{{value: {p}}}")).collect();
    format!("[{}]", entries.join(", "))
}

fn with_prefixes(prefixes: &[&str]) -> String {
    format!("{}, prefixes: {}", ip(SAME), list(prefixes))
}

fn has(prefixes: &[&str]) -> String {
    format!("spec.prefixes = {}", list(prefixes))
}

fn shows(prefixes: &[&str]) -> String {
    let shown = if prefixes.is_empty() {
        "status.prefixes -".to_owned()
    } else {
        format!("status.prefixes = [{}]", prefixes.join(", "))
    };
    format!("{}; {shown}; status.state = Available", has(prefixes))
}

/// Applies the machine `a` as a client does that owns what it sends, with these prefixes in its template.
async fn apply(space: &Space, prefixes: &[&str]) {
    let values: Vec<Value> = prefixes.iter().map(|p| json!({ "value": p })).collect();
    let spec =
        json!({ "networkRef": { "name": "net" }, "ips": [{ "value": SAME }], "prefixes": values });
    let entry =
        json!({ "name": "e", "ephemeral": { "networkInterfaceTemplate": { "spec": spec } } });
    let machine = json!({
        "apiVersion": "compute.ironcore.dev/v1alpha1", "kind": "Machine", "metadata": { "name": "a" },
        "spec": { "machineClassRef": { "name": "c" }, "networkInterfaces": [entry] },
    });
    let params = PatchParams::apply("machine-controller-manager").force();
    let api = space.api(MACHINE);
    let applied = api.patch("a", &params, &Patch::Apply(&machine)).await;
    applied.unwrap_or_else(|error| panic!("applying the machine: {error}"));
}

/// As cloud-provider-ironcore adds a route: a merge patch of the list as it was read.
async fn add_route(space: &Space, read: &Value, route: &str) {
    let mut prefixes = at(read, "spec.prefixes")
        .as_array()
        .cloned()
        .unwrap_or_default();
    prefixes.push(json!({ "value": route }));
    set_prefixes(space, &prefixes).await;
}

async fn remove_route(space: &Space, read: &Value, route: &str) {
    let mut prefixes = at(read, "spec.prefixes")
        .as_array()
        .cloned()
        .unwrap_or_default();
    prefixes.retain(|prefix| prefix["value"] != route);
    set_prefixes(space, &prefixes).await;
}

async fn set_prefixes(space: &Space, prefixes: &[Value]) {
    patch(space, &json!({ "spec": { "prefixes": prefixes } })).await;
}

async fn patch(space: &Space, patch: &Value) {
    let params = PatchParams::default();
    let api = space.api(NIC);
    let patched = api.patch("a-e", &params, &Patch::Merge(patch)).await;
    patched.unwrap_or_else(|error| panic!("patching the interface: {error}"));
}

fn remembered(interface: &Value) -> Value {
    let text = interface["metadata"]["annotations"][LAST_APPLIED].as_str();
    text.map_or(Value::Null, |text| {
        serde_json::from_str(text).expect("JSON")
    })
}

#[tokio::test]
async fn pod_routes_stay_while_the_machine_is_applied_again_and_its_template_changes() {
    let space = Space::with_network().await;
    apply(&space, &[]).await;
    let bare = space.until(NIC, "a-e", "status.state = Available").await;
    assert_eq!(remembered(&bare), Value::Null);
    add_route(&space, &bare, ROUTES[0]).await;
    space.until(NIC, "a-e", &shows(&[ROUTES[0]])).await;
    apply(&space, &[]).await;
    // The template names prefixes, more of them, fewer, none.
    let template: [&[&str]; 5] = [&[A], &[A, B], &[B], &[B], &[]];
    for prefixes in template {
        apply(&space, prefixes).await;
        let expected = [prefixes, &[ROUTES[0]]].concat();
        let now = space.until(NIC, "a-e", &shows(&expected)).await;
        let names = remembered(&now);
        assert_eq!(names.is_null(), prefixes.is_empty(), "{names}");
    }
    let now = space.get(NIC, "a-e").await;
    add_route(&space, &now, ROUTES[1]).await;
    let now = space.until(NIC, "a-e", &shows(&ROUTES)).await;
    remove_route(&space, &now, ROUTES[0]).await;
    space.until(NIC, "a-e", &shows(&[ROUTES[1]])).await;
    space.settle().await;
    let generation = at(&space.get(NIC, "a-e").await, "metadata.generation");
    apply(&space, &[]).await;
    space.settle().await;
    let now = space.get(NIC, "a-e").await;
    check(&now, &has(&[ROUTES[1]]));
    assert_eq!(at(&now, "metadata.generation"), generation);
}

#[tokio::test]
async fn two_writers_of_routes_race_with_the_repair_and_neither_loses_one_to_it() {
    const ROUNDS: usize = 10;
    let blocks = |net: usize| -> Vec<String> {
        let blocks = (0..=ROUNDS).map(|round| format!("10.{net}.{round}.0/24"));
        blocks.collect()
    };
    let [template, one, other] = [100, 201, 202].map(blocks);
    let template: Vec<&str> = template.iter().map(String::as_str).collect();
    let space = Space::with_network().await;
    apply(&space, &template[..1]).await;
    space.until(NIC, "a-e", &shows(&template[..1])).await;
    for round in 1..=ROUNDS {
        // Both read, the template grows, both write: one overwrites the other, as merge patches do, looks, and writes again.
        let read = space.get(NIC, "a-e").await;
        tokio::join!(
            add_route(&space, &read, &one[round]),
            add_route(&space, &read, &other[round]),
            apply(&space, &template[..=round]),
        );
        loop {
            let read = space.get(NIC, "a-e").await;
            let has = at(&read, "spec.prefixes").to_string();
            let mut routes = [&one, &other].into_iter().map(|routes| &routes[round]);
            let Some(route) = routes.find(|route| !has.contains(*route)) else {
                break;
            };
            add_route(&space, &read, route).await;
        }
    }
    eventually(
        "the template's prefixes in front, and each route",
        || async {
            let now = space.get(NIC, "a-e").await;
            let has = at(&now, "spec.prefixes");
            let has = has.as_array().expect("a list").iter();
            let mut has: Vec<&str> = has.filter_map(|prefix| prefix["value"].as_str()).collect();
            let in_front = has.starts_with(&template);
            has.sort_unstable();
            has.dedup();
            let all = template.len() + 2 * ROUNDS;
            let whole = in_front && has.len() == all;
            whole.then_some(()).ok_or_else(|| has.join(", "))
        },
    )
    .await;
}

#[tokio::test]
async fn a_list_from_an_old_read_brings_back_what_was_taken_away_and_it_stays() {
    let space = Space::with_network().await;
    apply(&space, &[A, B]).await;
    let old = space.until(NIC, "a-e", &shows(&[A, B])).await;
    apply(&space, &[A]).await;
    space.until(NIC, "a-e", &shows(&[A])).await;
    add_route(&space, &old, ROUTES[0]).await;
    space.until(NIC, "a-e", &shows(&[A, B, ROUTES[0]])).await;
    // One that lacks the template's entry gets it again, in front.
    set_prefixes(&space, &[json!({ "value": ROUTES[1] })]).await;
    space.until(NIC, "a-e", &shows(&[A, ROUTES[1]])).await;
}

#[tokio::test]
async fn an_interface_from_before_the_annotation_gets_it_and_loses_nothing() {
    let (space, _) = Space::with_machine(&with_prefixes(&[A])).await;
    let forget = json!({ "metadata": { "annotations": { LAST_APPLIED: null } }, "spec": { "prefixes": [{ "value": A }, { "value": B }] } });
    patch(&space, &forget).await;
    space.until(NIC, "a-e", &shows(&[A, B])).await;
    space
        .change(
            MACHINE,
            "a",
            &entries(&[makes("e", &with_prefixes(&[A, ROUTES[0]]))]),
        )
        .await;
    let now = space.until(NIC, "a-e", &shows(&[A, ROUTES[0], B])).await;
    let names = json!({ "prefixes": [{ "value": A }, { "value": ROUTES[0] }] });
    assert_eq!(remembered(&now), names);
}

#[tokio::test]
async fn a_floating_virtual_ip_stays_and_the_templates_own_goes_with_it() {
    let (space, _) = Space::with_machine(&ip(SAME)).await;
    space.create(VIP, "floating", "").await;
    space.report(VIP, "floating", "status.ip = 192.0.2.1").await;
    space
        .change(
            NIC,
            "a-e",
            "spec.virtualIP = {virtualIPRef: {name: floating}}",
        )
        .await;
    let public = "status.virtualIP = 192.0.2.1; status.state = Available";
    space.until(NIC, "a-e", public).await;
    space
        .change(MACHINE, "a", &entries(&[makes("e", &with_prefixes(&[A]))]))
        .await;
    space
        .until(NIC, "a-e", &format!("{public}; {}", has(&[A])))
        .await;
    let named = format!(
        "{}, virtualIP: {{virtualIPRef: {{name: floating}}}}",
        ip(SAME)
    );
    space
        .change(MACHINE, "a", &entries(&[makes("e", &named)]))
        .await;
    space
        .until(NIC, "a-e", &format!("{public}; {}", has(&[])))
        .await;
    space
        .change(MACHINE, "a", &entries(&[makes("e", &ip(SAME))]))
        .await;
    space
        .until(
            NIC,
            "a-e",
            "spec.virtualIP -; status.virtualIP -; status.state = Available",
        )
        .await;
}

#[tokio::test]
async fn a_controller_that_starts_between_any_two_steps_goes_on_where_the_last_one_was() {
    let turn = Turn::take().await;
    let space = turn.space().await;
    let steps: [(&[&str], Option<&str>, &[&str]); 5] = [
        (&[A, B], None, &[A, B]),
        (&[A, B], Some(ROUTES[0]), &[A, B, ROUTES[0]]),
        (&[B], None, &[B, ROUTES[0]]),
        (&[B], Some(ROUTES[1]), &[B, ROUTES[0], ROUTES[1]]),
        (&[], None, &ROUTES),
    ];
    for (template, route, expected) in steps {
        apply(&space, template).await;
        if let Some(route) = route {
            let read = space.get(NIC, "a-e").await;
            add_route(&space, &read, route).await;
        }
        let controller = Controller::start(turn.kubeconfig(), &[]).await;
        space.until(NIC, "a-e", &shows(expected)).await;
        controller.kill().await;
    }
}

#[tokio::test]
async fn an_entry_that_becomes_a_reference_to_its_own_interface_keeps_it() {
    let (space, child) = Space::with_machine(&with_prefixes(&[A])).await;
    space.change(NIC, "a-e", "spec.providerID = p").await;
    space.change(MACHINE, "a", &entries(&[uses("a-e")])).await;
    space.noted("Machine a", "InterfaceKept", "a-e").await;
    let kept = space
        .until(
            NIC,
            "a-e",
            "metadata.ownerReferences -; spec.providerID = p",
        )
        .await;
    assert_eq!(at(&kept, "metadata.uid"), at(&child, "metadata.uid"));
    let annotations = &kept["metadata"]["annotations"];
    assert!(
        annotations[MARK].is_null() && annotations[LAST_APPLIED].is_null(),
        "{annotations}"
    );
    check(&kept, "spec.machineRef.name = a; status.state = Available");
    // It is its user's now: nothing is put back, and it stays when the machine goes.
    space.change(NIC, "a-e", &has(&[B])).await;
    space.until(NIC, "a-e", &shows(&[B])).await;
    space.delete(MACHINE, "a").await;
    space
        .until(NIC, "a-e", "spec.machineRef -; spec.providerID -")
        .await;
}
