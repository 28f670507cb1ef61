// SPDX-License-Identifier: Apache-2.0

//! What users write: machines of many shapes, and what they refer to.

use fastrand::Rng;
use serde_json::{Value, json};

/// Where a machine says its shape.
pub(super) const SHAPE: &str = "check.ironcore.dev/shape";
/// What bears this is nobody's child, and goes in the end.
pub(super) const SQUATTER: &str = "check.ironcore.dev/squatter";
/// Interfaces of users in each namespace.
pub(super) const SHARED: u8 = 8;
/// The Network of all.
pub(super) const NETWORK: &str = "net";
const POOLS: [&str; 2] = ["pool-v4", "pool-v6"];

/// What a machine declares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    /// A second interface.
    second: bool,
    /// An address of IPv6 as well.
    dual: bool,
    /// A block besides the address.
    block: bool,
    /// A label of the template, which is changed in place.
    label: u8,
    /// An attribute, which replaces the interface.
    attribute: u8,
    /// An interface of a user's, by number.
    uses: Option<u8>,
}

impl Shape {
    pub(super) fn draw(rng: &mut Rng) -> Self {
        Self {
            second: rng.u8(..8) == 0,
            dual: rng.u8(..5) == 0,
            block: rng.u8(..10) == 0,
            label: rng.u8(..4),
            attribute: rng.u8(..4),
            uses: (rng.u8(..20) == 0).then(|| rng.u8(..SHARED)),
        }
    }

    /// The same but for one thing.
    pub(super) fn change(mut self, rng: &mut Rng) -> Self {
        match rng.u8(..8) {
            0 => self.second = !self.second,
            1 => self.dual = !self.dual,
            2 => self.block = !self.block,
            3..6 => self.label = self.label.wrapping_add(1) % 4,
            6 => self.attribute = self.attribute.wrapping_add(1) % 4,
            _ => self.uses = self.uses.map_or_else(|| Some(rng.u8(..SHARED)), |_| None),
        }
        self
    }

    /// As [`SHAPE`] says it.
    pub(super) fn text(self) -> String {
        let Self {
            second,
            dual,
            block,
            label,
            attribute,
            uses,
        } = self;
        let flags = [second, dual, block].map(u8::from);
        let uses = uses.map_or("-".to_owned(), |number| number.to_string());
        format!(
            "{}{}{}-{label}-{attribute}-{uses}",
            flags[0], flags[1], flags[2]
        )
    }

    /// What [`SHAPE`] says.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(4, '-');
        let flags: Vec<bool> = parts.next()?.chars().map(|flag| flag == '1').collect();
        let [second, dual, block] = flags[..] else {
            return None;
        };
        Some(Self {
            second,
            dual,
            block,
            label: parts.next()?.parse().ok()?,
            attribute: parts.next()?.parse().ok()?,
            uses: parts.next()?.parse().ok(),
        })
    }

    /// Whether there is a second interface.
    pub(super) fn has_second(self) -> bool {
        self.second
    }

    /// `spec.networkInterfaces`.
    pub(super) fn entries(self) -> Value {
        let mut entries = vec![self.entry("a")];
        if self.second {
            entries.push(self.entry("b"));
        }
        if let Some(number) = self.uses {
            let interface = json!({ "name": shared_name(number) });
            entries.push(json!({ "name": "shared", "networkInterfaceRef": interface }));
        }
        json!(entries)
    }

    fn entry(self, name: &str) -> Value {
        let mut families = vec!["IPv4"];
        let mut ips = vec![ephemeral("IPv4", 32)];
        if self.dual {
            families.push("IPv6");
            ips.push(ephemeral("IPv6", 128));
        }
        let mut spec = json!({
            "networkRef": { "name": NETWORK }, "ipFamilies": families, "ips": ips,
            "attributes": { "turn": self.attribute.to_string() },
        });
        if self.block {
            spec["prefixes"] = json!([ephemeral("IPv4", 28)]);
        }
        let metadata = json!({ "labels": { "turn": self.label.to_string() } });
        let template = json!({ "metadata": metadata, "spec": spec });
        json!({ "name": name, "ephemeral": { "networkInterfaceTemplate": template } })
    }

    /// The machine.
    pub(super) fn machine(self, name: &str) -> Value {
        json!({
            "apiVersion": "compute.ironcore.dev/v1alpha1", "kind": "Machine",
            "metadata": { "name": name, "annotations": { SHAPE: self.text() } },
            "spec": { "machineClassRef": { "name": "small" }, "networkInterfaces": self.entries() },
        })
    }

    /// The patch that makes a machine so.
    pub(super) fn patch(self) -> Value {
        json!({
            "metadata": { "annotations": { SHAPE: self.text() } },
            "spec": { "networkInterfaces": self.entries() },
        })
    }
}

fn ephemeral(family: &str, length: u8) -> Value {
    let pool = POOLS[usize::from(family == "IPv6")];
    let spec = json!({ "ipFamily": family, "prefixLength": length, "parentRef": { "name": pool } });
    json!({ "ephemeral": { "prefixTemplate": { "spec": spec } } })
}

fn shared_name(number: u8) -> String {
    format!("shared-{number}")
}

/// An interface of a user's, with an address of its own.
pub(super) fn interface(name: &str, address: &str) -> Value {
    let labels = if address.starts_with("192.0.2.") {
        json!({})
    } else {
        json!({ SQUATTER: "yes" })
    };
    json!({
        "apiVersion": "networking.ironcore.dev/v1alpha1", "kind": "NetworkInterface",
        "metadata": { "name": name, "labels": labels },
        "spec": {
            "networkRef": { "name": NETWORK }, "ipFamilies": ["IPv4"], "ips": [{ "value": address }],
        },
    })
}

/// What each namespace has from the start: group and plural, object.
pub(super) fn furniture(number: usize) -> Vec<Value> {
    let prefix = |name: &str, block: String| {
        json!({
            "apiVersion": "ipam.ironcore.dev/v1alpha1", "kind": "Prefix",
            "metadata": { "name": name }, "spec": { "prefix": block },
        })
    };
    let mut all = vec![
        json!({
            "apiVersion": "networking.ironcore.dev/v1alpha1", "kind": "Network",
            "metadata": { "name": NETWORK }, "spec": {},
        }),
        prefix(POOLS[0], format!("10.{number}.0.0/16")),
        prefix(POOLS[1], format!("2001:db8:{number:x}::/64")),
    ];
    let shared = (0..SHARED).map(|at| interface(&shared_name(at), &format!("192.0.2.{at}")));
    all.extend(shared);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shape_reads_as_it_is_written_and_each_change_is_one() {
        let mut rng = Rng::with_seed(1);
        for _ in 0..200 {
            let shape = Shape::draw(&mut rng);
            assert_eq!(Shape::parse(&shape.text()), Some(shape));
            let changed = shape.change(&mut rng);
            assert_ne!(changed, shape);
            assert_ne!(changed.entries(), shape.entries());
        }
        assert_eq!(Shape::parse("else"), None);
    }
}
