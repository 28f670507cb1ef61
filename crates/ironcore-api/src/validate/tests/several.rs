//! Objects with more than one fault, and with faults that were there before.

use super::{create, update};

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
