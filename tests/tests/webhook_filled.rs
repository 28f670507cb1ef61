// SPDX-License-Identifier: Apache-2.0

//! What is filled in is stored, once, and belongs to nobody.

use kube::api::{DeleteParams, Patch, PatchParams};
use serde_json::{Value, json};

use crate::support::judged::judged;
use crate::support::object::{change, dynamic};
use crate::support::space::{MACHINE, NET, NIC, Space};
use crate::support::text::{at, check};

const PREFIX: &str = "Prefix";

/// A kind, changes to its smallest object, and what is then stored.
struct Filled(&'static str, &'static str, &'static str);

#[rustfmt::skip]
const FILLED: &[Filled] = &[
    Filled(NIC, "spec.ipFamilies -", "spec.ipFamilies = [IPv4]; spec.ips = [{value: 10.0.0.1}]"),
    Filled(NIC, "spec.ipFamilies = null; spec.ips = [{value: '2001:DB8::1'}, {value: 10.0.0.1}]", "spec.ipFamilies = [IPv6, IPv4]; spec.ips = [{value: '2001:DB8::1'}, {value: 10.0.0.1}]"),
    Filled(NIC, "spec.ips = [{ephemeral: {prefixTemplate: {spec: {parentRef: {name: p}}}}}]", "spec.ips.0.ephemeral.prefixTemplate.spec = {parentRef: {name: p}}"),
    Filled(NIC, "spec.ipFamilies = [IPv6]; spec.ips = [{ephemeral: {prefixTemplate: {spec: {parentSelector: {}, prefixLength: 0}}}}]", "spec.ips.0.ephemeral.prefixTemplate.spec = {parentSelector: {}, prefixLength: 0}"),
    Filled(NIC, "spec.ipFamilies -; spec.ips = [{ephemeral: {prefixTemplate: {spec: {prefix: 10.0.0.1/32}}}}]", "spec.ipFamilies = [IPv4]; spec.ips.0.ephemeral.prefixTemplate.spec = {prefix: 10.0.0.1/32}"),
    Filled(NIC, "spec.prefixes = [{ephemeral: {prefixTemplate: {spec: {prefix: 10.0.0.0/8}}}}]", "spec.prefixes.0.ephemeral.prefixTemplate.spec = {prefix: 10.0.0.0/8}"),
    Filled(PREFIX, "", "spec = {prefix: 10.0.0.0/8, ipFamily: IPv4}"),
    Filled(PREFIX, "spec.prefix = 'fd00::/8'", "spec = {prefix: 'fd00::/8', ipFamily: IPv6}"),
    Filled(MACHINE, "spec.power -", "spec.power = On"),
    Filled(MACHINE, "spec.volumes = [{name: a, emptyDisk: {}}, {name: b, emptyDisk: {}, device: oda}, {name: c, emptyDisk: {}, device: ''}]", "spec.volumes.0.device = odb; spec.volumes.1.device = oda; spec.volumes.2.device = odc"),
    Filled(MACHINE, "spec.networkInterfaces = [{name: e, ephemeral: {networkInterfaceTemplate: {spec: {networkRef: {name: n}, ips: [{value: 'fd00::1'}]}}}}]", "spec.power = On; spec.networkInterfaces.0.ephemeral.networkInterfaceTemplate.spec = {networkRef: {name: n}, ips: [{value: 'fd00::1'}]}"),
    Filled(NET, "spec -", "spec = {}"),
];

#[tokio::test]
async fn what_is_open_is_filled_in_also_in_a_dry_run() {
    let space = judged().await.space().await;
    for (index, Filled(of, changes, expected)) in FILLED.iter().enumerate() {
        let name = format!("x{index}");
        let tried = space.send(space.trying(of, &name, changes)).await.result;
        check(
            &tried.unwrap_or_else(|error| panic!("{changes}: {error}")),
            expected,
        );
        assert_eq!(
            space.find(of, &name).await,
            None,
            "a dry run left {changes}"
        );
        check(&space.create(of, &name, changes).await, expected);
    }
}

/// An update that takes away what was filled in changes nothing: it is filled in again, and the API server sees no
/// change.
#[tokio::test]
async fn what_is_filled_in_stays() {
    let space = judged().await.space().await;
    for (index, Filled(of, changes, _)) in FILLED.iter().enumerate() {
        let name = format!("x{index}");
        let stored = space.create(of, &name, changes).await;
        // The first update of an object stores the default of its status as well.
        let first = space.change(of, &name, "metadata.labels.a = b").await;
        let mut again = first.clone();
        change(&mut again, changes);
        let answer = space.send(space.replacing(of, &again)).await.result;
        let answer = answer.unwrap_or_else(|error| panic!("{changes}: {error}"));
        assert_eq!(answer, first, "{changes}");
        assert_eq!(at(&answer, "spec"), at(&stored, "spec"));
    }
}

/// A disk stays where the guest knows it: devices go with names, wherever the entry moves.
#[tokio::test]
async fn devices_stay_with_their_volumes() {
    let space = judged().await.space().await;
    let volumes = |names: &[&str]| {
        let entries: Vec<_> = names
            .iter()
            .map(|name| format!("{{name: {name}, emptyDisk: {{}}}}"))
            .collect();
        format!("spec.volumes = [{}]", entries.join(", "))
    };
    let stored = space.create(MACHINE, "m", &volumes(&["a", "b", "c"])).await;
    check(
        &stored,
        "spec.volumes.0.device = oda; spec.volumes.1.device = odb; spec.volumes.2.device = odc",
    );
    let moved = space
        .change(MACHINE, "m", &volumes(&["c", "new", "a"]))
        .await;
    check(
        &moved,
        "spec.volumes.0.device = odc; spec.volumes.1.device = odb; spec.volumes.2.device = oda",
    );
    let mut replaced = moved.clone();
    change(&mut replaced, &volumes(&["d", "new", "e", "a", "c"]));
    let replaced = space
        .send(space.replacing(MACHINE, &replaced))
        .await
        .result
        .expect("it is stored");
    let devices: Vec<_> = (0..5)
        .map(|index| at(&replaced, &format!("spec.volumes.{index}.device")))
        .collect();
    assert_eq!(devices, ["odd", "odb", "ode", "oda", "odc"]);
}

/// Fields of a manager, as paths: only those that it owns.
fn owned(object: &Value, manager: &str) -> Value {
    let entries = object["metadata"]["managedFields"]
        .as_array()
        .expect("managers");
    let entry = entries.iter().find(|entry| entry["manager"] == manager);
    entry.unwrap_or_else(|| panic!("no {manager} in {entries:?}"))["fieldsV1"]["f:spec"].clone()
}

#[tokio::test]
async fn who_applies_does_not_own_what_is_filled_in_and_may_apply_again() {
    let space = judged().await.space().await;
    let network = json!({"name": "net"});
    let template = json!({"spec": {"networkRef": network, "ips": [{"value": "10.0.0.1"}]}});
    for (of, spec, filled, owns) in [
        (
            NIC,
            json!({"networkRef": network, "ips": [{"value": "10.0.0.1"}]}),
            "spec.ipFamilies = [IPv4]",
            vec!["f:ips", "f:networkRef"],
        ),
        (
            NIC,
            json!({"networkRef": network, "ipFamilies": ["IPv4"], "ips": [{"ephemeral": {"prefixTemplate": {"spec": {"parentRef": {"name": "p"}}}}}]}),
            "spec.ips.0.ephemeral.prefixTemplate.spec = {parentRef: {name: p}}",
            vec!["f:ipFamilies", "f:ips", "f:networkRef"],
        ),
        (
            PREFIX,
            json!({"prefix": "10.0.0.0/8"}),
            "spec.ipFamily = IPv4",
            vec!["f:prefix"],
        ),
        (
            MACHINE,
            json!({
                "machineClassRef": {"name": "class"}, "volumes": [{"name": "v", "emptyDisk": {}}],
                "networkInterfaces": [{"name": "e", "ephemeral": {"networkInterfaceTemplate": template}}],
            }),
            "spec.volumes.0.device = oda; spec.power = On; spec.networkInterfaces.0.ephemeral.networkInterfaceTemplate.spec = {networkRef: {name: net}, ips: [{value: 10.0.0.1}]}",
            vec!["f:machineClassRef", "f:networkInterfaces", "f:volumes"],
        ),
    ] {
        let apply = async |spec: &Value| {
            space
                .send(space.applying(of, "applied", spec, "author"))
                .await
                .result
                .unwrap_or_else(|error| panic!("{spec}: {error}"))
        };
        let first = apply(&spec).await;
        check(&first, filled);
        let fields: Vec<_> = owned(&first, "author")
            .as_object()
            .expect("fields")
            .keys()
            .cloned()
            .collect();
        assert_eq!(fields, owns);
        // The first update of an object stores the default of its status as well.
        let second = apply(&spec).await;
        assert_eq!(apply(&spec).await, second, "the same again is no change");
        assert_eq!(at(&second, "spec"), at(&first, "spec"));
        space
            .api(of)
            .delete("applied", &DeleteParams::default())
            .await
            .expect("it goes");
        space.until_gone(of, "applied").await;
    }
}

/// Two who apply parts of one object, and neither is told of a conflict over what was filled in.
#[tokio::test]
async fn what_is_filled_in_is_no_conflict_between_managers() {
    let space = judged().await.space().await;
    let volume = |name: &str| json!({"machineClassRef": {"name": "class"}, "volumes": [{"name": name, "emptyDisk": {}}]});
    for (manager, name) in [("one", "a"), ("other", "b"), ("one", "a")] {
        let answer = space
            .send(space.applying(MACHINE, "m", &volume(name), manager))
            .await;
        answer
            .result
            .unwrap_or_else(|error| panic!("{manager}: {error}"));
    }
    check(
        &space.get(MACHINE, "m").await,
        "spec.volumes.0.device = oda; spec.volumes.1.device = odb",
    );
    // Who wants to own the device may say so.
    let mine = json!({"machineClassRef": {"name": "class"}, "volumes": [{"name": "b", "emptyDisk": {}, "device": "odb"}]});
    let answer = space
        .send(space.applying(MACHINE, "m", &mine, "other"))
        .await;
    answer
        .result
        .expect("no conflict over a value that nobody owns");
}

/// What users annotate, label, or the schema keeps whole is nobody's business.
#[tokio::test]
async fn all_else_is_stored_as_it_was_sent() {
    let space = judged().await.space().await;
    let changes = "metadata.labels.a = b; metadata.annotations.c = d; spec.power = On; spec.volumes = \
        [{name: v, device: oda, ephemeral: {volumeTemplate: {spec: {any: [1, {b: null}], ipFamilies: []}}}}]";
    let stored = space.create(MACHINE, "m", changes).await;
    check(&stored, changes);
    check(&stored, "status = {state: Pending}");
    let touched: Patch<Value> =
        Patch::Merge(json!({"spec": {"tolerations": [{"key": "k", "operator": "Exists"}]}}));
    let touched = space
        .api(MACHINE)
        .patch("m", &PatchParams::default(), &touched)
        .await
        .expect("a change");
    check(
        &serde_json::to_value(dynamic(serde_json::to_value(touched).expect("data"))).expect("data"),
        changes,
    );
}

/// Of each kind the webhook takes what all tests of the wire send.
#[tokio::test]
async fn full_and_zero_objects_pass() {
    use serde::Deserialize;
    let space: Space = judged().await.space().await;
    for yaml in [
        include_str!("../../crates/ironcore-api/testdata/full.yaml"),
        include_str!("../../crates/ironcore-api/testdata/zero.yaml"),
    ] {
        for document in serde_norway::Deserializer::from_str(yaml) {
            let object = Value::deserialize(document).expect("YAML");
            let of = object["kind"].as_str().expect("a kind").to_owned();
            let created = space
                .api(&of)
                .create(&crate::support::case::dry_run(), &dynamic(object.clone()))
                .await;
            created.unwrap_or_else(|error| panic!("{object}: {error}"));
        }
    }
}
