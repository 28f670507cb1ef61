// SPDX-License-Identifier: Apache-2.0

//! What happens to the objects while the controller is measured: one event at a time, on random objects.

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::objects::{CONTESTED, Kind, NICS, Objects, Place, uid};
use super::stored::{Stored, place_of};
use crate::bench::harness::random::random;

/// What happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Happening {
    /// A machine's status, in what no planner reads.
    Heartbeat,
    /// A label of a machine.
    MachineLabel,
    /// A label of a network.
    NetworkLabel,
    /// An address in a machine's template.
    TemplateIp,
    /// One more interface that asks for the contested address, and off it goes.
    ContestedAddress,
    /// One more machine that names the contested interface, and off it goes.
    ContestedName,
    /// An interface in a new version, as after a status write.
    InterfaceStatusEcho,
    /// One more machine with two interfaces, and off it goes.
    CreateDelete,
}

impl Happening {
    /// Events that the controller answers with no write come first: objects that were written to a moment ago are not at rest.
    pub(super) const ALL: [Self; 8] = [
        Self::Heartbeat,
        Self::MachineLabel,
        Self::NetworkLabel,
        Self::InterfaceStatusEcho,
        Self::TemplateIp,
        Self::ContestedAddress,
        Self::ContestedName,
        Self::CreateDelete,
    ];

    /// As the figures name it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Heartbeat => "heartbeat",
            Self::MachineLabel => "machine_label",
            Self::NetworkLabel => "network_label",
            Self::TemplateIp => "template_ip",
            Self::ContestedAddress => "contested_address",
            Self::ContestedName => "contested_name",
            Self::InterfaceStatusEcho => "interface_status_echo",
            Self::CreateDelete => "create_delete",
        }
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.name() == name)
    }

    /// Whether it has a second half.
    pub(super) fn goes(self) -> bool {
        match self {
            Self::ContestedAddress | Self::ContestedName | Self::CreateDelete => true,
            Self::Heartbeat
            | Self::MachineLabel
            | Self::NetworkLabel
            | Self::TemplateIp
            | Self::InterfaceStatusEcho => false,
        }
    }

    /// Whether there is anything that it can happen to.
    pub(super) fn can_happen(self, objects: Objects) -> bool {
        match self {
            Self::ContestedAddress | Self::ContestedName => objects.contenders > 0,
            _ => objects.machines() > 0,
        }
    }

    /// Has it happen for the `count`th time.
    pub(super) fn begin(self, stored: &mut Stored, count: u64) -> Result<()> {
        let objects = stored.objects;
        let machine = objects.contenders + random(count) % objects.machines().max(1);
        match self {
            Self::Heartbeat => change(stored, Kind::Machine, machine, |machine| {
                let pool = &mut machine["status"]["machineID"];
                *pool = format!("ironcore-machinepool-libvirt://{count}").into();
            }),
            Self::MachineLabel => change(stored, Kind::Machine, machine, |machine| {
                machine["metadata"]["labels"]["count"] = count.to_string().into();
            }),
            Self::NetworkLabel => {
                let network =
                    u64::from(objects.contenders > 0) + random(count) % objects.networks();
                change(stored, Kind::Network, network, |network| {
                    network["metadata"]["labels"]["count"] = count.to_string().into();
                })
            }
            Self::TemplateIp => change(stored, Kind::Machine, machine, |machine| {
                let entry = &mut machine["spec"]["networkInterfaces"][0]["ephemeral"];
                let spec = &mut entry["networkInterfaceTemplate"]["spec"];
                spec["ips"][0]["value"] = fresh(count).into();
                let generation = machine["metadata"]["generation"].as_u64().unwrap_or(0);
                machine["metadata"]["generation"] = (generation + 1).into();
            }),
            Self::ContestedAddress => {
                let mut object = any(stored, Kind::NetworkInterface, 0)?;
                object["status"] = json!({});
                come(stored, Kind::NetworkInterface, object, count);
                Ok(())
            }
            Self::ContestedName => {
                let object = any(stored, Kind::Machine, 0)?;
                come(stored, Kind::Machine, object, count);
                Ok(())
            }
            Self::InterfaceStatusEcho => {
                let first = objects.count(Kind::NetworkInterface) - objects.machines() * NICS;
                let number = first + random(count) % (objects.machines() * NICS);
                change(stored, Kind::NetworkInterface, number, |interface| {
                    let fields = &mut interface["metadata"]["managedFields"];
                    fields[1]["time"] = "2026-03-01T00:00:00Z".into();
                })
            }
            Self::CreateDelete => {
                let mut object = any(stored, Kind::Machine, machine)?;
                for (nic, entry) in [1, 2].into_iter().zip(entries(&mut object)) {
                    let spec = &mut entry["ephemeral"]["networkInterfaceTemplate"]["spec"];
                    spec["ips"][0]["value"] = fresh(2 * count + nic).into();
                    if let Some(spec) = spec.as_object_mut() {
                        spec.remove("virtualIP");
                    }
                }
                come(stored, Kind::Machine, object, count);
                Ok(())
            }
        }
    }

    /// Ends it, where it has a second half.
    pub(super) fn end(self, stored: &mut Stored, count: u64) {
        let gone = |stored: &mut Stored, kind| {
            let place = new_place(stored, self, count);
            stored.remove(kind, &place);
        };
        match self {
            Self::ContestedAddress => gone(stored, Kind::NetworkInterface),
            Self::ContestedName => gone(stored, Kind::Machine),
            Self::CreateDelete => {
                gone(stored, Kind::Machine);
                // The garbage collector's part.
                let Place { namespace, name } = new_place(stored, self, count);
                for nic in 0..NICS {
                    let name = format!("{name}-nic-{nic}");
                    let namespace = namespace.clone();
                    stored.remove(Kind::NetworkInterface, &Place { namespace, name });
                }
            }
            Self::Heartbeat
            | Self::MachineLabel
            | Self::NetworkLabel
            | Self::TemplateIp
            | Self::InterfaceStatusEcho => {}
        }
    }
}

fn any(stored: &Stored, kind: Kind, number: u64) -> Result<Value> {
    let place = stored.objects.place(kind, number);
    let object = stored.get(kind, &place);
    object.with_context(|| format!("there is no {kind:?} {place:?}"))
}

fn change(
    stored: &mut Stored,
    kind: Kind,
    number: u64,
    change: impl FnOnce(&mut Value),
) -> Result<()> {
    let mut object = any(stored, kind, number)?;
    change(&mut object);
    stored.put(kind, object);
    Ok(())
}

fn entries(machine: &mut Value) -> impl Iterator<Item = &mut Value> {
    let entries = machine["spec"]["networkInterfaces"].as_array_mut();
    entries.into_iter().flatten()
}

/// Where what comes for the `count`th time is: a group's namespace, or where all is contested.
fn new_place(stored: &Stored, happening: Happening, count: u64) -> Place {
    let objects = stored.objects;
    let namespace = match happening {
        Happening::CreateDelete => {
            let machine = objects.contenders + random(count) % objects.machines().max(1);
            objects.place(Kind::Machine, machine).namespace
        }
        _ => CONTESTED.to_owned(),
    };
    Place {
        namespace,
        name: format!("new-{count}"),
    }
}

/// The object under another name, as one that was made just now.
fn come(stored: &mut Stored, kind: Kind, mut object: Value, count: u64) {
    let Place { namespace, .. } = place_of(&object);
    let metadata = &mut object["metadata"];
    metadata["name"] = format!("new-{count}").into();
    metadata["namespace"] = namespace.into();
    metadata["uid"] = uid(kind, (1 << 40) + count).into();
    metadata["creationTimestamp"] = "2026-02-01T00:00:00Z".into();
    stored.put(kind, object);
}

/// An address that nobody has.
fn fresh(count: u64) -> String {
    let [.., a, b, c] = count.to_be_bytes();
    format!("11.{a}.{b}.{c}")
}
