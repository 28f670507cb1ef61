// SPDX-License-Identifier: Apache-2.0

//! Objects with more than one fault, and with faults that were there before.

use serde_json::json;

use super::{changed, create, judge, kind, update};
use crate::validate::Judgement;

fn fields(faults: &[crate::field::Fault]) -> Vec<&str> {
    faults.iter().map(|fault| fault.field.as_str()).collect()
}

#[test]
fn every_fault_is_told_at_once_in_the_order_of_the_fields() {
    let faults = create(
        "NetworkInterface",
        "spec.networkRef.name = A_b; spec.ipFamilies = [IPv4, IPv5]; spec.ips = [{value: 10.0.0.256}, {}]; \
         spec.prefixes = [{value: 10.0.0.1/8}]; spec.virtualIP = {}; metadata.name = x",
    );
    let expected = [
        "spec.networkRef.name",
        "spec.ipFamilies[1]",
        "spec.ips[0].value",
        "spec.ips[1]",
        "spec.prefixes[0].value",
        "spec.virtualIP",
    ];
    assert_eq!(fields(&faults), expected);
    let faults = create(
        "Machine",
        "metadata.name = a.b; spec.machineClassRef -; spec.power = Maybe; spec.guestConfig.hostname = a.b; \
         spec.volumes = [{name: v, emptyDisk: {sizeLimit: -1}, device: sda}, {name: v, device: sda}]",
    );
    let expected = [
        "metadata.name",
        "spec.machineClassRef.name",
        "spec.power",
        "spec.volumes[0].emptyDisk.sizeLimit",
        "spec.volumes[1]",
        "spec.volumes[1].name",
        "spec.volumes[1].device",
        "spec.guestConfig.hostname",
    ];
    assert_eq!(fields(&faults), expected);
}

/// The second of two entries of one name is refused as such, and is else what it was.
#[test]
fn namesakes_that_stay_as_they_were_bring_nothing() {
    let template = "ephemeral: {networkInterfaceTemplate: {spec: {networkRef: {name: n}, ips: [{value: 10.0.0.1}]}}}";
    let named = template.replace("{spec", "{metadata: {name: m}, spec");
    let stored = format!(
        "spec.networkInterfaces = [{{name: a, {template}}}, {{name: a, {named}}}]; \
         spec.volumes = [{{name: a, localDisk: {{image: i}}}}, {{name: a, localDisk: {{image: j}}}}]"
    );
    let machine = changed("Machine", &stored);
    let unchanged = judge("Machine", &machine, Some(&machine));
    assert_eq!(unchanged, Judgement::default());
    let faults = update("Machine", &stored, "spec.volumes.1.localDisk.image = i");
    assert_eq!(fields(&faults), ["spec.volumes[0].localDisk.image"]);
}

#[test]
fn a_list_that_was_too_long_may_be_cut_bit_by_bit() {
    let machine = |tolerations: usize| {
        let mut machine = changed("Machine", "");
        machine["spec"]["tolerations"] = vec![json!({}); tolerations].into();
        machine
    };
    for (old, new, expected) in [
        (None, 257, &["spec.tolerations"][..]),
        (Some(256), 257, &["spec.tolerations"]),
        (Some(258), 257, &[]),
    ] {
        let old = old.map(machine);
        let faults = judge("Machine", &machine(new), old.as_ref()).faults;
        assert_eq!(fields(&faults), expected);
    }
}

/// Volumes that are too many are not read, so none is said to be gone.
#[test]
fn of_too_many_volumes_only_their_number_is_told() {
    let image = "spec.volumes = [{name: a, localDisk: {image: i}}]";
    let old = changed("Machine", image);
    let mut new = old.clone();
    new["spec"]["volumes"] = vec![json!({"name": "b", "emptyDisk": {}}); 257].into();
    let faults = judge("Machine", &new, Some(&old)).faults;
    assert_eq!(fields(&faults), ["spec.volumes"]);
    // Where they were too many before, that is forgiven. Once they are few enough, an image may not go.
    let mut old = new.clone();
    old["spec"]["volumes"][0] = json!({"name": "a", "localDisk": {"image": "i"}});
    let faults = judge("Machine", &new, Some(&old)).faults;
    assert_eq!(fields(&faults), [""; 0]);
    new["spec"]["volumes"] = json!([{"name": "b", "emptyDisk": {}}]);
    let faults = judge("Machine", &new, Some(&old)).faults;
    assert_eq!(fields(&faults), ["spec.volumes"]);
    assert!(
        faults[0].message.contains("may not remove a volume"),
        "{faults:?}"
    );
}

#[test]
fn an_update_is_refused_only_for_what_it_brings() {
    let broken = "spec.ipFamilies = [IPv4, IPv6]; spec.ips = [{value: x}, {value: y}]";
    let cases: [(&str, &str, &[&str]); 6] = [
        ("NetworkInterface", "spec.providerID = p", &[]),
        ("NetworkInterface", "spec.ips.0.value = 10.0.0.1", &[]),
        (
            "NetworkInterface",
            "spec.ips.0.value = y; spec.ips.1.value = x",
            &[],
        ),
        (
            "NetworkInterface",
            "spec.ips.0.value = y",
            &["spec.ips[1].value"],
        ),
        (
            "NetworkInterface",
            "spec.prefixes = [{value: z}]",
            &["spec.prefixes[0].value"],
        ),
        (
            "NetworkInterface",
            "spec.networkRef.name = other",
            &["spec.networkRef"],
        ),
    ];
    for (of, changes, expected) in cases {
        let faults = update(of, broken, changes);
        assert_eq!(fields(&faults), expected, "{changes}: {faults:?}");
    }
}

/// What nobody judges may be as deep as the API server takes it.
#[test]
fn depth_in_what_is_not_judged_does_not_matter() {
    let mut machine = changed(
        "Machine",
        "spec.volumes = [{name: v, ephemeral: {volumeTemplate: {spec: {x: deep}}}}]",
    );
    machine["spec"]["unknown"] = json!("deep");
    for depth in [140, 10_000] {
        let deep = "[".repeat(depth) + &"]".repeat(depth);
        let text = machine.to_string().replace(r#""deep""#, &deep);
        let machine = kind("Machine");
        let judgement = machine.fill_and_judge(&text, Some(&text)).unwrap();
        assert_eq!(judgement.faults, []);
        assert_eq!(judgement.fillings.len(), 2);
    }
}

/// A text may be written with escapes, as Go writes `<` and `&`.
#[test]
fn escapes_in_a_text_are_read() {
    let interface = changed(
        "NetworkInterface",
        "spec.ips.0.value = 10.0.0.1; spec.attributes.a = b",
    );
    let text = interface.to_string();
    let escaped = text
        .replace("10.0.0.1", r"10.0.0.\u0031")
        .replace(r#""b""#, r#""\u003cb\u003e""#);
    assert_ne!(text, escaped);
    let judgement = kind("NetworkInterface").judge(&escaped, None).unwrap();
    assert_eq!(
        judgement,
        Judgement {
            references: judgement.references.clone(),
            ..Judgement::default()
        }
    );
    let wrong = text.replace("10.0.0.1", r"10.0.0.\u0078");
    let faults = kind("NetworkInterface").judge(&wrong, None).unwrap().faults;
    assert_eq!(fields(&faults), ["spec.ips[0].value"]);
    assert!(faults[0].message.contains("\"10.0.0.x\""), "{faults:?}");
}

/// More faults than anybody reads are counted.
#[test]
fn of_very_many_faults_the_first_are_listed_and_an_update_is_forgiven_all_that_were_there() {
    let with = |number: usize| {
        let mut interface = changed("NetworkInterface", "");
        interface["spec"]["prefixes"] = vec![json!({"value": "x"}); number].into();
        interface
    };
    let machine = |prefixes: usize| {
        let mut machine = changed("Machine", "");
        let template = json!({"networkInterfaceTemplate": {"spec": with(prefixes)["spec"]}});
        machine["spec"]["networkInterfaces"] = vec![
            json!({"name": "a", "ephemeral": template}),
            json!({"name": "b", "ephemeral": template}),
        ]
        .into();
        machine
    };
    let judgement = judge("Machine", &machine(200), None);
    assert_eq!((judgement.faults.len(), judgement.more_faults), (256, 144));
    let judgement = judge("Machine", &machine(200), Some(&machine(200)));
    assert_eq!((judgement.faults.len(), judgement.more_faults), (0, 0));
    let judgement = judge("Machine", &machine(200), Some(&machine(199)));
    assert_eq!((judgement.faults.len(), judgement.more_faults), (2, 0));
}
