//! What the world takes: counts, and an estimate of bytes.

use super::decode::Slot;
use super::meta::{Meta, Pairs};
use super::object::{Interface, Machine, Network, Object, VirtualIp};
use super::store::Store;

/// How many objects there are, and what they take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// Objects.
    pub objects: usize,
    /// Those among them that do not decode.
    pub skipped: usize,
    /// Bytes, estimated: fields and the texts behind them, without indexes and the allocator's own.
    pub bytes: usize,
}

impl<T: Object> Store<T> {
    /// Adds what is here to `size`.
    pub(super) fn weigh(&self, size: &mut Size) {
        for slot in self.iter() {
            size.objects += 1;
            match slot {
                Slot::Good(object) => size.bytes += object.bytes(),
                Slot::Bad(_) => size.skipped += 1,
            }
        }
    }
}

/// An estimate of the memory that a value takes.
pub(super) trait Weigh {
    /// In bytes, what it owns included.
    fn bytes(&self) -> usize;
}

impl Weigh for Meta {
    fn bytes(&self) -> usize {
        let owner = self.owner.as_ref().map_or(0, |owner| {
            size_of_val(&**owner) + owner.name.len() + owner.uid.len()
        });
        size_of_val(self) + self.name.len() + self.uid.len() + owner
    }
}

impl Weigh for Pairs {
    fn bytes(&self) -> usize {
        self.iter()
            .map(|(key, value)| 2 * size_of::<super::Str>() + key.len() + value.len())
            .sum()
    }
}

impl Weigh for Machine {
    fn bytes(&self) -> usize {
        let declared = self.interfaces.iter().map(|declared| {
            let template = declared.template.as_ref();
            size_of_val(declared)
                + declared.interface.len()
                + template.map_or(0, |template| {
                    size_of_val(&**template)
                        + template.labels.bytes()
                        + template.annotations.bytes()
                        + spec_bytes(&template.spec)
                })
        });
        self.meta.bytes() + declared.sum::<usize>()
    }
}

impl Weigh for Interface {
    fn bytes(&self) -> usize {
        let status = &self.status;
        let conditions = status
            .conditions
            .iter()
            .map(|c| size_of_val(c) + c.reason.len() + c.message.len());
        size_of_val(self) - size_of_val(&self.meta)
            + self.meta.bytes()
            + self.labels.bytes()
            + self.annotations.bytes()
            + spec_bytes(&self.spec)
            + status
                .ips
                .iter()
                .map(|ip| size_of_val(ip) + ip.len())
                .sum::<usize>()
            + conditions.sum::<usize>()
    }
}

fn spec_bytes(spec: &ironcore_api::networking::NetworkInterfaceSpec) -> usize {
    let ips = spec
        .ips
        .iter()
        .map(|ip| size_of_val(ip) + ip.value.as_ref().map_or(0, String::len));
    let prefixes = spec
        .prefixes
        .iter()
        .map(|prefix| size_of_val(prefix) + prefix.value.as_ref().map_or(0, String::len));
    let holder = spec
        .machine_ref
        .as_ref()
        .map_or(0, |holder| holder.name.len() + holder.uid.len());
    let attributes = spec
        .attributes
        .iter()
        .map(|(key, value)| 2 * size_of::<String>() + key.len() + value.len());
    ips.sum::<usize>()
        + prefixes.sum::<usize>()
        + attributes.sum::<usize>()
        + holder
        + spec.network_ref.name.len()
}

impl Weigh for Network {
    fn bytes(&self) -> usize {
        size_of_val(self) - size_of_val(&self.meta) + self.meta.bytes()
    }
}

impl Weigh for VirtualIp {
    fn bytes(&self) -> usize {
        size_of_val(self) - size_of_val(&self.meta)
            + self.meta.bytes()
            + self.ip.as_ref().map_or(0, String::len)
    }
}
