// SPDX-License-Identifier: Apache-2.0

//! Fields that users leave open: nothing fills them in inside templates, so planning does.

use super::*;

/// A template's spec, and what is open in it.
fn cases() -> Vec<(Value, Value)> {
    let on_net = |spec: Value| with(spec, &json!({ "networkRef": { "name": "net" } }));
    let allocated = |spec: Value| json!({ "ephemeral": { "prefixTemplate": { "spec": spec } } });
    let parent = json!({ "name": "p" });
    let cases = [
        (
            json!({ "ips": [{ "value": "2001:DB8::1" }, { "value": "10.0.0.1" }] }),
            json!({ "ipFamilies": ["IPv6", "IPv4"] }),
        ),
        (
            json!({ "ipFamilies": ["IPv6"], "ips": [allocated(json!({ "parentRef": parent }))] }),
            json!({ "ips": [allocated(json!({ "parentRef": parent, "ipFamily": "IPv6", "prefixLength": 128 }))] }),
        ),
        (
            json!({ "ips": [allocated(json!({ "parentSelector": {}, "ipFamily": "IPv4", "prefixLength": 0 }))] }),
            json!({
                "ipFamilies": ["IPv4"],
                "ips": [allocated(json!({ "parentSelector": {}, "ipFamily": "IPv4", "prefixLength": 32 }))],
            }),
        ),
        (
            json!({ "ipFamilies": null, "ips": [allocated(json!({ "prefix": "2001:db8::1/128", "parentRef": parent }))] }),
            json!({
                "ipFamilies": ["IPv6"],
                "ips": [allocated(json!({ "prefix": "2001:db8::1/128", "parentRef": parent, "ipFamily": "IPv6" }))],
            }),
        ),
        (
            json!({ "ipFamilies": null, "ips": null }),
            json!({ "ipFamilies": [], "ips": [] }),
        ),
    ];
    let both = |(template, open): (Value, Value)| {
        (on_net(template.clone()), on_net(with(template, &open)))
    };
    cases.map(both).into()
}

/// The machine `m` with this template for `a`.
fn declares(template: &Value) -> Value {
    let entry =
        json!({ "name": "a", "ephemeral": { "networkInterfaceTemplate": { "spec": template } } });
    machine("m", 1, &json!([entry]))
}

/// The spec of the interface that is made from a template.
fn made(template: &Value) -> Value {
    let plan = Scene::of(&[declares(template)]).plan(Kind::Machine, "m");
    let [
        Change {
            request: Request::Create(body),
            ..
        },
    ] = plan.changes.as_slice()
    else {
        panic!("{template}: {plan:?}")
    };
    body["spec"].clone()
}

/// The interface of `m` with this spec.
fn stored(spec: &Value) -> Value {
    let mut child = child("m-a", "m");
    child["spec"] = with(spec.clone(), &json!({ "machineRef": holder("m") }));
    child
}

#[test]
fn what_is_made_from_an_open_template_is_complete() {
    for (template, complete) in cases() {
        let expected = stored(&complete)["spec"].clone();
        assert_eq!(made(&template), expected, "{template}");
        // As where a webhook has filled the template in.
        assert_eq!(made(&complete), expected, "{complete}");
    }
}

#[test]
fn open_and_filled_in_are_no_difference_whichever_is_stored() {
    for (template, complete) in cases() {
        for machine in [&template, &complete] {
            for child in [&template, &complete, &respelled(&complete)] {
                let planned =
                    Scene::of(&[declares(machine), stored(child)]).short(Kind::Machine, "m");
                assert_eq!(planned, [""; 0], "{machine} and {child}");
            }
        }
    }
}

/// The same in other words.
fn respelled(spec: &Value) -> Value {
    let text = spec.to_string();
    let text = text
        .replace("2001:DB8::1", "2001:db8:0::1")
        .replace("2001:db8::1/128", "2001:DB8:0::1/128");
    let spec = serde_json::from_str(&text).unwrap();
    with(spec, &json!({ "attributes": {}, "virtualIP": null }))
}

#[test]
fn an_interface_that_leaves_its_families_open_has_those_of_its_addresses() {
    let virtual_ip = |family: &str| {
        let vip = json!({ "type": "Public", "ipFamily": family, "targetRef": holder("nic") });
        object(Kind::VirtualIp, "vip", 1, &vip)
    };
    let wants = json!({ "networkRef": { "name": "net" }, "ips": [{ "value": "10.0.0.1" }], "virtualIP": { "virtualIPRef": { "name": "vip" } } });
    let nic = object(Kind::NetworkInterface, "nic", 3, &wants);
    for (family, told) in [("IPv4", vec![]), ("IPv6", vec!["FamilyMismatch"])] {
        let scene = Scene::of(&[nic.clone(), virtual_ip(family)]);
        assert_eq!(scene.short(Kind::NetworkInterface, "nic"), told, "{family}");
    }
}
