//! For each rule of the definitions an object that breaks it, as nothing else of it does where that can be.

/// The field and message of a rule, as far as they tell it from others, and what breaks it: changes to the smallest object of its kind.
pub(crate) struct Fault(pub &'static str, pub &'static str);

/// The field and message of a rule on a change, what is stored, and a change that breaks the rule.
pub(crate) struct Changed(pub &'static str, pub &'static str, pub &'static str);

/// An entry of `ips` or `prefixes` that comes from a template with this spec.
macro_rules! prefix {
    ($list:literal, $spec:literal) => {
        concat!(
            "spec.",
            $list,
            " = [{ephemeral: {prefixTemplate: {spec: ",
            $spec,
            "}}}]"
        )
    };
}

/// An entry of `ips` or `prefixes` that comes from a template with this in its metadata.
macro_rules! named {
    ($list:literal, $field:literal) => {
        concat!(
            "spec.",
            $list,
            " = [{ephemeral: {prefixTemplate: {metadata: {",
            $field,
            ": a}, spec: {prefix: 10.0.0.1/32}}}}]"
        )
    };
}

/// A virtual IP that comes from a template like this.
macro_rules! virtual_ip {
    ($template:literal) => {
        concat!("spec.virtualIP.ephemeral.virtualIPTemplate = ", $template)
    };
}

/// Two ips, the second from a template with this spec.
macro_rules! second {
    ($spec:literal) => {
        concat!(
            "spec.ipFamilies = [IPv4, IPv6]; spec.ips = [{value: 10.0.0.1}, {ephemeral: {prefixTemplate: {spec: ",
            $spec,
            "}}}]"
        )
    };
}

/// Of a NetworkInterface, and of an interface template in a Machine.
#[rustfmt::skip]
pub(crate) const INTERFACES: &[Fault] = &[
    Fault("spec.networkRef.name: a name is needed", "spec.networkRef = {}"),
    Fault("spec.networkRef.name: is no DNS subdomain", "spec.networkRef.name = Net_1"),
    Fault("spec.machineRef.name: is no DNS label", "spec.machineRef.name = a.b"),
    Fault("spec.ipFamilies: IPv4 or IPv6 is needed", "spec.ipFamilies -; spec.ips -"),
    Fault("spec.ipFamilies: IPv4 or IPv6 is needed", "spec.ipFamilies = null; spec.ips = null"),
    Fault("spec.ips: ips and ipFamilies differ in number", "spec.ips = null"),
    Fault("spec.ipFamilies: an ip has neither", concat!("spec.ipFamilies -; ", prefix!("ips", "{parentRef: {name: a}}"))),
    Fault("spec.ipFamilies: is given twice", "spec.ipFamilies = [IPv4, IPv4]; spec.ips = [{value: 10.0.0.1}, {value: 10.0.0.2}]"),
    Fault("spec.ipFamilies: [*]: is no IP family", "spec.ipFamilies = [IPv5]"),
    Fault("spec.ips: ips and ipFamilies differ in number", "spec.ipFamilies = [IPv4, IPv6]"),
    Fault("spec.ips: both ips are of one family", "spec.ipFamilies -; spec.ips = [{value: 10.0.0.1}, {value: 10.0.0.2}]"),
    Fault("spec.ips: ips[0].value is not of family", "spec.ips.0.value = 'fd00::1'"),
    Fault("spec.ips: ips[0].ephemeral.prefixTemplate.spec.ipFamily is not", prefix!("ips", "{parentRef: {name: a}, ipFamily: IPv6}")),
    Fault("spec.ips: ips[0].ephemeral.prefixTemplate.spec.prefix is not of family", prefix!("ips", "{prefix: 'fd00::1/128'}")),
    Fault("spec.ips: ips[0].ephemeral.prefixTemplate.spec.prefixLength is not", prefix!("ips", "{parentRef: {name: a}, prefixLength: 128}")),
    Fault("spec.ips: ips[1].value is not of family", "spec.ipFamilies = [IPv4, IPv6]; spec.ips.1.value = 10.0.0.2"),
    Fault("spec.ips: ips[1].ephemeral.prefixTemplate.spec.ipFamily is not", second!("{parentRef: {name: a}, ipFamily: IPv4}")),
    Fault("spec.ips: ips[1].ephemeral.prefixTemplate.spec.prefix is not of family", second!("{prefix: 10.0.0.2/32}")),
    Fault("spec.ips: ips[1].ephemeral.prefixTemplate.spec.prefixLength is not", second!("{parentRef: {name: a}, prefixLength: 32}")),
    Fault("spec.ips: [*].value: is no", "spec.ips.0.value = 10.0.0.256"),
    Fault("spec.ips: [*]: has no source", "spec.ips = [{}]"),
    Fault("spec.ips: [*].ephemeral: has two sources", "spec.ips.0.ephemeral.prefixTemplate.spec.parentRef.name = a"),
    Fault("spec.ips: [*].ephemeral.prefixTemplate: a template is needed", "spec.ips = [{ephemeral: {}}]"),
    Fault("spec.ips: [*].ephemeral.prefixTemplate.spec: a template needs a spec", "spec.ips = [{ephemeral: {prefixTemplate: {}}}]"),
    Fault("spec.ips: [*].ephemeral.prefixTemplate.metadata.name:", named!("ips", "name")),
    Fault("spec.ips: [*].ephemeral.prefixTemplate.metadata.generateName:", named!("ips", "generateName")),
    Fault("spec.ips: [*].ephemeral.prefixTemplate.metadata.namespace:", named!("ips", "namespace")),
    Fault("spec.ips: [*].ephemeral.prefixTemplate.spec.prefix: is not of the family", prefix!("ips", "{prefix: 10.0.0.1/32, ipFamily: IPv6}")),
    Fault("spec.ips: [*].ephemeral.prefixTemplate.spec.prefix: a root prefix", prefix!("ips", "{}")),
    Fault("spec.ips: [*].ephemeral.prefixTemplate.spec.prefix: has more than one", prefix!("ips", "{prefix: 10.0.0.0/24}")),
    Fault("spec.ips: [*].ephemeral.prefixTemplate.spec.prefix: is no IPv4", prefix!("ips", "{prefix: 10.0.0.1}")),
    Fault("spec.ips: [*].ephemeral.prefixTemplate.spec.prefix: has host bits", prefix!("ips", "{prefix: 10.0.0.1/24}")),
    Fault("spec.ips: [*].ephemeral.prefixTemplate.spec.prefixLength: is more", prefix!("ips", "{parentRef: {name: a}, ipFamily: IPv4, prefixLength: 128}")),
    Fault("spec.ips: [*].ephemeral.prefixTemplate.spec.prefixLength: a root prefix", prefix!("ips", "{prefix: 10.0.0.1/32, prefixLength: 32}")),
    Fault("spec.ips: [*].ephemeral.prefixTemplate.spec.prefixLength: must be", prefix!("ips", "{parentRef: {name: a}, prefixLength: 24}")),
    Fault("spec.ips: [*].ephemeral.prefixTemplate.spec.ipFamily: is no IP family", prefix!("ips", "{parentRef: {name: a}, ipFamily: ipv4}")),
    Fault("spec.ips: [*].ephemeral.prefixTemplate.spec.parentRef.name: is no", prefix!("ips", "{parentRef: {name: A}}")),
    Fault("spec.prefixes: [*].value: is no", "spec.prefixes = [{value: 10.0.0.0/33}]"),
    Fault("spec.prefixes: [*].value: has host bits", "spec.prefixes = [{value: 10.0.0.1/24}]"),
    Fault("spec.prefixes: [*]: has no source", "spec.prefixes = [{}]"),
    Fault("spec.prefixes: [*].ephemeral: has two sources", "spec.prefixes = [{value: 10.0.0.0/24, ephemeral: {prefixTemplate: {spec: {prefix: 10.1.0.0/16}}}}]"),
    Fault("spec.prefixes: [*].ephemeral.prefixTemplate: a template is needed", "spec.prefixes = [{ephemeral: {}}]"),
    Fault("spec.prefixes: [*].ephemeral.prefixTemplate.spec: a template needs a spec", "spec.prefixes = [{ephemeral: {prefixTemplate: {}}}]"),
    Fault("spec.prefixes: [*].ephemeral.prefixTemplate.metadata.name:", named!("prefixes", "name")),
    Fault("spec.prefixes: [*].ephemeral.prefixTemplate.metadata.generateName:", named!("prefixes", "generateName")),
    Fault("spec.prefixes: [*].ephemeral.prefixTemplate.metadata.namespace:", named!("prefixes", "namespace")),
    Fault("spec.prefixes: [*].ephemeral.prefixTemplate.spec.prefix: is not of the family", prefix!("prefixes", "{prefix: 10.0.0.0/24, ipFamily: IPv6}")),
    Fault("spec.prefixes: [*].ephemeral.prefixTemplate.spec.prefix: a root prefix", prefix!("prefixes", "{ipFamily: IPv4}")),
    Fault("spec.prefixes: [*].ephemeral.prefixTemplate.spec.prefix: is no IPv4", prefix!("prefixes", "{prefix: 10.0.0.0}")),
    Fault("spec.prefixes: [*].ephemeral.prefixTemplate.spec.prefix: has host bits", prefix!("prefixes", "{prefix: 10.0.0.1/24}")),
    Fault("spec.prefixes: [*].ephemeral.prefixTemplate.spec.prefixLength: is more", prefix!("prefixes", "{parentRef: {name: a}, ipFamily: IPv4, prefixLength: 33}")),
    Fault("spec.prefixes: [*].ephemeral.prefixTemplate.spec.prefixLength: a root prefix", prefix!("prefixes", "{prefix: 10.0.0.0/24, prefixLength: 24}")),
    Fault("spec.prefixes: [*].ephemeral.prefixTemplate.spec.prefixLength: a prefix with a parent", prefix!("prefixes", "{parentRef: {name: a}, ipFamily: IPv4}")),
    Fault("spec.prefixes: [*].ephemeral.prefixTemplate.spec.prefixLength: does not agree", prefix!("prefixes", "{parentRef: {name: a}, prefix: 10.0.0.0/24, prefixLength: 25}")),
    Fault("spec.prefixes: [*].ephemeral.prefixTemplate.spec.ipFamily: IPv4 or IPv6 is needed", prefix!("prefixes", "{parentRef: {name: a}, prefixLength: 24}")),
    Fault("spec.prefixes: [*].ephemeral.prefixTemplate.spec.ipFamily: is no IP family", prefix!("prefixes", "{parentRef: {name: a}, ipFamily: ipv4, prefixLength: 24}")),
    Fault("spec.prefixes: [*].ephemeral.prefixTemplate.spec.parentRef.name: is no", prefix!("prefixes", "{parentRef: {name: A}, prefix: 10.0.0.0/24}")),
    Fault("spec.virtualIP: has no source", "spec.virtualIP = {}"),
    Fault("spec.virtualIP.ephemeral: has two sources", concat!("spec.virtualIP.virtualIPRef.name = a; ", virtual_ip!("{spec: {type: Public, ipFamily: IPv4}}"))),
    Fault("spec.virtualIP.ephemeral.virtualIPTemplate: a template is needed", "spec.virtualIP.ephemeral = {}"),
    Fault("spec.virtualIP.ephemeral.virtualIPTemplate.spec: a template needs a spec", virtual_ip!("{}")),
    Fault("spec.virtualIP.ephemeral.virtualIPTemplate.metadata.name:", virtual_ip!("{metadata: {name: a}, spec: {type: Public, ipFamily: IPv4}}")),
    Fault("spec.virtualIP.ephemeral.virtualIPTemplate.metadata.generateName:", virtual_ip!("{metadata: {generateName: a}, spec: {type: Public, ipFamily: IPv4}}")),
    Fault("spec.virtualIP.ephemeral.virtualIPTemplate.metadata.namespace:", virtual_ip!("{metadata: {namespace: a}, spec: {type: Public, ipFamily: IPv4}}")),
    Fault("spec.virtualIP.ephemeral.virtualIPTemplate.spec.type: is no", virtual_ip!("{spec: {type: Private, ipFamily: IPv4}}")),
    Fault("spec.virtualIP.ephemeral.virtualIPTemplate.spec.ipFamily: is no", virtual_ip!("{spec: {type: Public, ipFamily: IPv5}}")),
    Fault("spec.virtualIP.ephemeral.virtualIPTemplate.spec.reclaimPolicy: is no", virtual_ip!("{spec: {type: Public, ipFamily: IPv4, reclaimPolicy: Keep}}")),
    Fault("spec.virtualIP.ephemeral.virtualIPTemplate.spec.targetRef.name: is no", virtual_ip!("{spec: {type: Public, ipFamily: IPv4, targetRef: {name: A}}}")),
    Fault("spec.virtualIP.virtualIPRef.name: is no", "spec.virtualIP.virtualIPRef.name = a.b"),
];

#[rustfmt::skip]
pub(crate) const MACHINES: &[Fault] = &[
    Fault("metadata.name: is no DNS label", "metadata.name = a.b"),
    Fault("spec.machineClassRef.name: a name is needed", "spec.machineClassRef = {}"),
    Fault("spec.machineClassRef.name: is no DNS subdomain", "spec.machineClassRef.name = A"),
    Fault("spec.machinePoolRef.name: is no DNS subdomain", "spec.machinePoolRef.name = A"),
    Fault("spec.power: is no power", "spec.power = Maybe"),
    Fault("spec.guestConfig.hostname: is no DNS label", "spec.guestConfig.hostname = a.b"),
    Fault("spec.ignitionRef.name: is no DNS subdomain", "spec.ignitionRef.name = A"),
    Fault("spec.networkInterfaces[].name: is no DNS subdomain", "spec.networkInterfaces = [{name: A, networkInterfaceRef: {name: n}}]"),
    Fault("spec.networkInterfaces[].networkInterfaceRef.name: is no DNS subdomain", "spec.networkInterfaces = [{name: a, networkInterfaceRef: {name: N}}]"),
    Fault("spec.networkInterfaces[]: has no source", "spec.networkInterfaces = [{name: a}]"),
    Fault("spec.networkInterfaces[].ephemeral: has two sources",
        "spec.networkInterfaces = [{name: a, networkInterfaceRef: {name: n}, ephemeral: {networkInterfaceTemplate: {spec: {networkRef: {name: n}, ips: [{value: 10.0.0.1}]}}}}]"),
    Fault("spec.networkInterfaces[].ephemeral.networkInterfaceTemplate: a template is needed", "spec.networkInterfaces = [{name: a, ephemeral: {}}]"),
    Fault("spec.networkInterfaces[].ephemeral.networkInterfaceTemplate.spec: a template needs a spec", "spec.networkInterfaces = [{name: a, ephemeral: {networkInterfaceTemplate: {}}}]"),
    Fault("spec.volumes: two volumes have one device", "spec.volumes = [{name: a, emptyDisk: {}, device: oda}, {name: b, emptyDisk: {}, device: oda}]"),
    Fault("spec.volumes[].name: is no DNS subdomain", "spec.volumes = [{name: A, emptyDisk: {}}]"),
    Fault("spec.volumes[]: give one of", "spec.volumes = [{name: a}]"),
    Fault("spec.volumes[].device: is no device name", "spec.volumes = [{name: a, emptyDisk: {}, device: sda1}]"),
    Fault("spec.volumes[].emptyDisk.sizeLimit: is no size", "spec.volumes = [{name: a, emptyDisk: {sizeLimit: -1}}]"),
    Fault("spec.volumes[].localDisk.sizeLimit: is no size", "spec.volumes = [{name: a, localDisk: {sizeLimit: much}}]"),
    Fault("spec.volumes[].volumeRef.name: is no DNS subdomain", "spec.volumes = [{name: a, volumeRef: {name: V}}]"),
    Fault("spec.volumes[].ephemeral.volumeTemplate: a template is needed", "spec.volumes = [{name: a, ephemeral: {}}]"),
    Fault("spec.volumes[].ephemeral.volumeTemplate.spec: a template needs a spec", "spec.volumes = [{name: a, ephemeral: {volumeTemplate: {}}}]"),
];

#[rustfmt::skip]
pub(crate) const NETWORKS: &[Fault] = &[
    Fault("spec.peerings[].name: is no DNS subdomain", "spec.peerings = [{name: A, networkRef: {name: n}}]"),
    Fault("spec.peerings[].networkRef.name: a name is needed", "spec.peerings = [{name: a, networkRef: {}}]"),
    Fault("spec.peerings[].networkRef.name: is no DNS subdomain", "spec.peerings = [{name: a, networkRef: {name: N}}]"),
    Fault("spec.peerings[].networkRef.namespace: is no DNS label", "spec.peerings = [{name: a, networkRef: {name: n, namespace: o.p}}]"),
    Fault("spec.peerings: two peerings are of one network", "spec.peerings = [{name: a, networkRef: {name: n}}, {name: b, networkRef: {name: n}}]"),
    Fault("spec.peerings: two peerings have prefixes of one name",
        "spec.peerings = [{name: a, networkRef: {name: n}, prefixes: [{name: p}]}, {name: b, networkRef: {name: o}, prefixes: [{name: p}]}]"),
    Fault("spec.peerings: two peerings have prefixes of one prefixRef",
        "spec.peerings = [{name: a, networkRef: {name: n}, prefixes: [{name: p, prefixRef: {name: r}}]}, {name: b, networkRef: {name: o}, prefixes: [{name: q, prefixRef: {name: r}}]}]"),
    Fault("spec.peerings[].prefixes: two prefixes have one prefixRef",
        "spec.peerings = [{name: a, networkRef: {name: n}, prefixes: [{name: p, prefixRef: {name: r}}, {name: q, prefixRef: {name: r}}]}]"),
    Fault("spec.peerings[].prefixes[].name: is no DNS subdomain", "spec.peerings = [{name: a, networkRef: {name: n}, prefixes: [{name: P}]}]"),
    Fault("spec.peerings[].prefixes[].prefix: is no IPv4", "spec.peerings = [{name: a, networkRef: {name: n}, prefixes: [{name: p, prefix: 10.0.0.0}]}]"),
    Fault("spec.peerings[].prefixes[].prefix: has host bits", "spec.peerings = [{name: a, networkRef: {name: n}, prefixes: [{name: p, prefix: 10.0.0.1/8}]}]"),
    Fault("spec.peerings[].prefixes[].prefixRef.name: is no DNS subdomain", "spec.peerings = [{name: a, networkRef: {name: n}, prefixes: [{name: p, prefixRef: {name: R}}]}]"),
    Fault("spec.incomingPeerings: a network is given twice", "spec.incomingPeerings = [{name: n}, {name: n, uid: u}]"),
    Fault("spec.incomingPeerings: [*].name: is no DNS subdomain", "spec.incomingPeerings = [{name: N}]"),
    Fault("spec.incomingPeerings: [*].namespace: is no DNS label", "spec.incomingPeerings = [{name: n, namespace: O}]"),
];

#[rustfmt::skip]
pub(crate) const VIRTUAL_IPS: &[Fault] = &[
    Fault("metadata.name: is no DNS label", "metadata.name = a.b"),
    Fault("spec.type: is no type of virtual IP", "spec.type = Private"),
    Fault("spec.ipFamily: is no IP family", "spec.ipFamily = IPv5"),
    Fault("spec.targetRef.name: is no DNS subdomain", "spec.targetRef.name = A"),
];

#[rustfmt::skip]
pub(crate) const PREFIXES: &[Fault] = &[
    Fault("spec.ipFamily: is no IP family", "spec = {parentSelector: {}, prefixLength: 24, ipFamily: IPv5}"),
    Fault("spec.ipFamily: IPv4 or IPv6 is needed", "spec = {parentSelector: {}, prefixLength: 24}"),
    Fault("spec.prefix: is no IPv4", "spec = {parentSelector: {}, prefix: 10.0.0.0}"),
    Fault("spec.prefix: has host bits", "spec = {parentSelector: {}, prefix: 10.1.0.0/8}"),
    Fault("spec.prefix: is not of the family", "spec = {parentSelector: {}, prefix: 10.0.0.0/8, ipFamily: IPv6}"),
    Fault("spec.prefix: a root prefix", "spec = {ipFamily: IPv4}"),
    Fault("spec.prefixLength: is more", "spec = {parentSelector: {}, prefixLength: 33, ipFamily: IPv4}"),
    Fault("spec.prefixLength: a root prefix", "spec = {prefix: 10.0.0.0/8, prefixLength: 8}"),
    Fault("spec.prefixLength: a prefix with a parent", "spec = {parentSelector: {}, ipFamily: IPv4}"),
    Fault("spec.prefixLength: does not agree", "spec = {parentSelector: {}, prefix: 10.0.0.0/8, prefixLength: 9}"),
    Fault("spec.parentRef.name: is no DNS subdomain", "spec.parentRef.name = A"),
];

#[rustfmt::skip]
pub(crate) const CHANGED: &[(&str, &[Changed])] = &[
    ("NetworkInterface", &[
        Changed("spec.networkRef: may not be changed", "", "spec.networkRef.name = other"),
        Changed("spec.ipFamilies: may not be changed", "", "spec.ipFamilies = [IPv6]"),
        Changed("spec.attributes: may not be changed", "", "spec.attributes.a = b"),
    ]),
    ("VirtualIP", &[
        Changed("spec.type: may not be changed", "", "spec.type = Private"),
        Changed("spec.ipFamily: may not be changed", "", "spec.ipFamily = IPv6"),
    ]),
    ("Network", &[Changed("spec.providerID: may not be changed", "spec.providerID = a", "spec.providerID = b")]),
    ("Machine", &[
        Changed("spec.machineClassRef: may not be changed", "", "spec.machineClassRef.name = other"),
        Changed("spec.machinePoolRef: may not be changed", "spec.machinePoolRef.name = p", "spec.machinePoolRef -"),
        Changed("spec.guestConfig.hostname: may not be added", "", "spec.guestConfig.hostname = h"),
        Changed("spec.volumes: a volume with a localDisk.image", "spec.volumes = [{name: a, localDisk: {image: i}}]", "spec.volumes = []"),
        Changed("spec.volumes[].localDisk.image: may not be changed", "spec.volumes = [{name: a, localDisk: {image: i}}]", "spec.volumes = [{name: a, localDisk: {}}]"),
    ]),
    ("Prefix", &[
        Changed("spec.ipFamily: may not be changed", "spec.ipFamily = IPv4", "spec.ipFamily -"),
        Changed("spec.prefix: may not be changed", "", "spec.prefix = 10.0.0.0/9"),
        Changed("spec.prefixLength: may not be changed", "spec = {parentRef: {name: a}, ipFamily: IPv4, prefixLength: 24}", "spec.prefixLength = 25"),
        Changed("spec.parentRef: may not be changed", "spec = {parentRef: {name: a}, ipFamily: IPv4, prefixLength: 24}", "spec.parentRef.name = b"),
        Changed("spec.parentRef: may not be added", "", "spec.parentRef.name = a"),
        Changed("spec.parentSelector: may not be changed", "", "spec.parentSelector = {}"),
    ]),
];
