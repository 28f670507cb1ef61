// SPDX-License-Identifier: Apache-2.0

//! The objects' texts, as an API server would write them.

use std::fmt::Write;
use std::net::Ipv4Addr;

use ironcore_api::ownership::{EPHEMERAL_MANAGED_BY, EPHEMERAL_MANAGER, LAST_APPLIED};

use super::{
    CONTESTED, GROUP, GROUPS, Kind, NICS, Objects, PER_VIRTUAL_IP, Place, SHARED, contender,
    has_virtual_ip, network, of_machine, uid,
};

/// Each network is in use, so the controller has protected it (contract: Protection).
const NETWORK_FINALIZER: &str = "networking.ironcore.dev/network";
/// The address that several interfaces ask for.
const CONTESTED_ADDRESS: &str = "10.254.0.254";

impl Objects {
    pub(super) fn machine(self, machine: u64, out: &mut String) -> std::fmt::Result {
        let group = machine / GROUP;
        let number = self.contenders + machine;
        self.begin(Kind::Machine, number, group, "", out)?;
        out.write_str(r#"},"spec":{"image":"registry.example/os/gardenlinux:1592.4","#)?;
        out.write_str(r#""machineClassRef":{"name":"x3-xlarge"},"machinePoolRef":{"name":"pool-"#)?;
        write!(out, r#"{:03}"}},"networkInterfaces":["#, machine % 977)?;
        for nic in 0..NICS {
            let comma = if nic == 0 { "" } else { "," };
            write!(
                out,
                r#"{comma}{{"ephemeral":{{"networkInterfaceTemplate":{{"metadata":{{"labels":{}}},"spec":{{"#,
                labels(group)
            )?;
            addressed(group, machine, nic, out)?;
            write!(out, r#"}}}}}},"name":"nic-{nic}"}}"#)?;
        }
        out.write_str(r#"],"power":"On"},"status":{"machineID":"ironcore-machinepool-libvirt://"#)?;
        let uid = uid(Kind::Machine, number);
        write!(
            out,
            r#"{uid}","networkInterfaces":[{{"handle":"{uid}-nic-0","name":"nic-0","state":"Attached"}},{{"handle":"{uid}-nic-1","name":"nic-1","state":"Attached"}}],"observedGeneration":1,"state":"Running"}}}}"#
        )
    }

    pub(super) fn interface(self, machine: u64, nic: u64, out: &mut String) -> std::fmt::Result {
        let group = machine / GROUP;
        let number = self.contenders + self.contested() + machine * NICS + nic;
        let applied = if has_virtual_ip(machine, nic) {
            let name = of_machine(machine, "-vip").name;
            format!(
                r#","{LAST_APPLIED}":"{{\"virtualIP\":{{\"virtualIPRef\":{{\"name\":\"{name}\"}}}}}}""#
            )
        } else {
            String::new()
        };
        let annotations = format!(
            r#""annotations":{{"{EPHEMERAL_MANAGED_BY}":"{EPHEMERAL_MANAGER}"{applied}}},"#
        );
        self.begin(Kind::NetworkInterface, number, group, &annotations, out)?;
        let (owner, owner_uid) = (
            of_machine(machine, "").name,
            uid(Kind::Machine, self.contenders + machine),
        );
        write!(
            out,
            r#","ownerReferences":[{{"apiVersion":"compute.ironcore.dev/v1alpha1","blockOwnerDeletion":true,"controller":true,"kind":"Machine","name":"{owner}","uid":"{owner_uid}"}}]}},"spec":{{"#
        )?;
        addressed(group, machine, nic, out)?;
        write!(
            out,
            r#","machineRef":{{"name":"{owner}","uid":"{owner_uid}"}},"providerID":"ironcore-net://{}"}},"status":{{"#,
            uid(Kind::Prefix, number)
        )?;
        ready(number, r#""reason":"Available","status":"True""#, "", out)?;
        write!(out, r#","ips":["{}"]"#, address(machine, nic))?;
        out.write_str(
            r#","lastStateTransitionTime":"2026-01-01T00:00:00Z","observedGeneration":1,"state":"Available""#,
        )?;
        if has_virtual_ip(machine, nic) {
            write!(out, r#","virtualIP":"{}""#, public(machine))?;
        }
        out.write_str("}}")
    }

    pub(super) fn network(self, number: u64, out: &mut String) -> std::fmt::Result {
        self.begin(Kind::Network, number, number, "", out)?;
        write!(
            out,
            r#","finalizers":["{NETWORK_FINALIZER}"]}},"spec":{{"providerID":"ironcore-net://{number}"}},"status":{{"state":"Available"}}}}"#
        )
    }

    pub(super) fn virtual_ip(self, number: u64, out: &mut String) -> std::fmt::Result {
        let machine = number.checked_sub(self.spare).map(|n| n * PER_VIRTUAL_IP);
        let group = machine.map_or(0, |machine| machine / GROUP);
        self.begin(Kind::VirtualIp, number, group, "", out)?;
        out.write_str(r#"},"spec":{"ipFamily":"IPv4""#)?;
        if let Some(machine) = machine {
            let target = self.contenders + self.contested() + machine * NICS;
            let name = self.place(Kind::NetworkInterface, target).name;
            let uid = uid(Kind::NetworkInterface, target);
            write!(out, r#","targetRef":{{"name":"{name}","uid":"{uid}"}}"#)?;
        }
        let ip = public(machine.unwrap_or(0));
        write!(out, r#","type":"Public"}},"status":{{"ip":"{ip}"}}}}"#)
    }

    /// One of the machines that name the one interface. The oldest has it.
    pub(super) fn contending_machine(self, number: u64, out: &mut String) -> std::fmt::Result {
        self.begin(Kind::Machine, number, 0, "", out)?;
        write!(
            out,
            r#"}},"spec":{{"machineClassRef":{{"name":"x3-xlarge"}},"networkInterfaces":[{{"name":"nic-0","networkInterfaceRef":{{"name":"{SHARED}"}}}}]}}}}"#
        )
    }

    pub(super) fn shared_interface(self, out: &mut String) -> std::fmt::Result {
        self.begin(Kind::NetworkInterface, self.contenders, 0, "", out)?;
        let (name, uid) = (contender(0), uid(Kind::Machine, 0));
        write!(
            out,
            r#"}},"spec":{{"ipFamilies":["IPv4"],"ips":[{{"value":"10.254.0.1"}}],"machineRef":{{"name":"{name}","uid":"{uid}"}},"networkRef":{{"name":"{CONTESTED}"}}}},"status":{{"#
        )?;
        ready(0, r#""reason":"Available","status":"True""#, "", out)?;
        out.write_str(
            r#","ips":["10.254.0.1"],"lastStateTransitionTime":"2026-01-01T00:00:00Z","observedGeneration":1,"state":"Available"}}"#,
        )
    }

    /// One of the interfaces that ask for the one address. The oldest has it.
    pub(super) fn contending_interface(self, number: u64, out: &mut String) -> std::fmt::Result {
        self.begin(Kind::NetworkInterface, number, 0, "", out)?;
        write!(
            out,
            r#"}},"spec":{{"ipFamilies":["IPv4"],"ips":[{{"value":"{CONTESTED_ADDRESS}"}}],"networkRef":{{"name":"{CONTESTED}"}}}},"status":{{"#
        )?;
        if number == 0 {
            ready(0, r#""reason":"Available","status":"True""#, "", out)?;
            write!(out, r#","ips":["{CONTESTED_ADDRESS}"]"#)?;
        } else {
            let message = format!(
                "address {CONTESTED_ADDRESS} belongs to NetworkInterface {}",
                contender(0)
            );
            ready(
                number,
                r#""reason":"AddressInUse","status":"False""#,
                &message,
                out,
            )?;
        }
        let state = if number == 0 { "Available" } else { "Error" };
        write!(
            out,
            r#","lastStateTransitionTime":"2026-01-01T00:00:00Z","observedGeneration":1,"state":"{state}"}}}}"#
        )
    }

    /// Everything up to the end of the metadata, which stays open.
    fn begin(
        self,
        kind: Kind,
        number: u64,
        group: u64,
        annotations: &str,
        out: &mut String,
    ) -> std::fmt::Result {
        let ((api_version, word), Place { namespace, name }) =
            (kind.head(), self.place(kind, number));
        let (hour, minute, second) = (number / 3600 % 24, number / 60 % 60, number % 60);
        write!(
            out,
            r#"{{"apiVersion":"{api_version}","kind":"{word}","metadata":{{{annotations}"creationTimestamp":"2026-01-{:02}T{hour:02}:{minute:02}:{second:02}Z","generation":1,"labels":{},"managedFields":{},"name":"{name}","namespace":"{namespace}","resourceVersion":"{}","uid":"{}""#,
            1 + number / 86_400 % 28,
            labels(group),
            managed_fields(kind),
            1 + number,
            uid(kind, number),
        )
    }
}

fn labels(group: u64) -> String {
    format!(
        r#"{{"app.kubernetes.io/part-of":"cluster-{group:05}","tenant.example/project":"project-{:05}","topology.example/zone":"zone-{}"}}"#,
        group / GROUPS,
        group % 3
    )
}

/// What template and interface have in common.
fn addressed(group: u64, machine: u64, nic: u64, out: &mut String) -> std::fmt::Result {
    write!(
        out,
        r#""ipFamilies":["IPv4"],"ips":[{{"value":"{}"}}],"networkRef":{{"name":"{}"}}"#,
        address(machine, nic),
        network(group)
    )?;
    if has_virtual_ip(machine, nic) {
        let name = of_machine(machine, "-vip").name;
        write!(
            out,
            r#","virtualIP":{{"virtualIPRef":{{"name":"{name}"}}}}"#
        )?;
    }
    Ok(())
}

fn ready(number: u64, reason: &str, message: &str, out: &mut String) -> std::fmt::Result {
    write!(
        out,
        r#""conditions":[{{"lastTransitionTime":"2026-01-01T{:02}:{:02}:00Z","message":"{message}","observedGeneration":1,{reason},"type":"Ready"}}]"#,
        number / 60 % 24,
        number % 60
    )
}

fn offset(base: Ipv4Addr, by: u64) -> Ipv4Addr {
    Ipv4Addr::from_bits(base.to_bits() + u32::try_from(by).unwrap_or(0))
}

fn address(machine: u64, nic: u64) -> Ipv4Addr {
    offset(Ipv4Addr::new(10, 0, 0, 1), machine * NICS + nic)
}

fn public(machine: u64) -> Ipv4Addr {
    offset(Ipv4Addr::new(100, 64, 0, 1), machine)
}

/// Who wrote what, as every API server keeps it.
fn managed_fields(kind: Kind) -> &'static str {
    match kind {
        Kind::Machine => {
            r#"[{"apiVersion":"compute.ironcore.dev/v1alpha1","fieldsType":"FieldsV1","fieldsV1":{"f:metadata":{"f:labels":{"f:app.kubernetes.io/part-of":{},"f:tenant.example/project":{},"f:topology.example/zone":{}}},"f:spec":{"f:image":{},"f:machineClassRef":{"f:name":{}},"f:networkInterfaces":{"k:{\"name\":\"nic-0\"}":{".":{},"f:ephemeral":{},"f:name":{}},"k:{\"name\":\"nic-1\"}":{".":{},"f:ephemeral":{},"f:name":{}}},"f:power":{}}},"manager":"machine-controller-manager","operation":"Apply","time":"2026-01-01T00:00:00Z"},{"apiVersion":"compute.ironcore.dev/v1alpha1","fieldsType":"FieldsV1","fieldsV1":{"f:status":{".":{},"f:machineID":{},"f:networkInterfaces":{},"f:observedGeneration":{},"f:state":{}}},"manager":"machinepoollet","operation":"Update","subresource":"status","time":"2026-01-01T00:00:00Z"}]"#
        }
        Kind::NetworkInterface => {
            r#"[{"apiVersion":"networking.ironcore.dev/v1alpha1","fieldsType":"FieldsV1","fieldsV1":{"f:metadata":{"f:annotations":{"f:common.ironcore.dev/ephemeral-managed-by":{}},"f:labels":{"f:app.kubernetes.io/part-of":{},"f:tenant.example/project":{},"f:topology.example/zone":{}},"f:ownerReferences":{"k:{\"uid\":\"\"}":{}}},"f:spec":{"f:ipFamilies":{},"f:ips":{},"f:machineRef":{"f:name":{},"f:uid":{}},"f:networkRef":{"f:name":{}}}},"manager":"ni-controller","operation":"Update","time":"2026-01-01T00:00:00Z"},{"apiVersion":"networking.ironcore.dev/v1alpha1","fieldsType":"FieldsV1","fieldsV1":{"f:status":{".":{},"f:conditions":{"k:{\"type\":\"Ready\"}":{}},"f:ips":{},"f:state":{}}},"manager":"ni-controller","operation":"Update","subresource":"status","time":"2026-01-01T00:00:00Z"},{"apiVersion":"networking.ironcore.dev/v1alpha1","fieldsType":"FieldsV1","fieldsV1":{"f:spec":{"f:providerID":{}}},"manager":"network-plugin","operation":"Update","time":"2026-01-01T00:00:00Z"}]"#
        }
        Kind::Network | Kind::VirtualIp | Kind::Prefix => {
            r#"[{"apiVersion":"networking.ironcore.dev/v1alpha1","fieldsType":"FieldsV1","fieldsV1":{"f:metadata":{"f:labels":{"f:app.kubernetes.io/part-of":{},"f:tenant.example/project":{},"f:topology.example/zone":{}}},"f:spec":{}},"manager":"kubectl","operation":"Apply","time":"2026-01-01T00:00:00Z"}]"#
        }
    }
}
