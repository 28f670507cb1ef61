// SPDX-License-Identifier: Apache-2.0

//! What single words mean that `Debug` or JSON wrote.

use k8s_openapi::jiff::Timestamp;
use ni_controller::world::Kind;

/// The kind of this name, as `Debug` writes it.
pub(super) fn kind_of(word: &str) -> Option<Kind> {
    Some(match word {
        "Machine" => Kind::Machine,
        "NetworkInterface" => Kind::NetworkInterface,
        "Network" => Kind::Network,
        "VirtualIp" => Kind::VirtualIp,
        "Prefix" => Kind::Prefix,
        _ => return None,
    })
}

/// The kind of the objects of this struct.
pub(super) fn object_of(name: &str) -> Option<Kind> {
    let name = if name == "Interface" {
        "NetworkInterface"
    } else {
        name
    };
    kind_of(name)
}

/// The kind of which a field of a namespace has the objects.
pub(super) fn store_of(field: &str) -> Option<Kind> {
    Some(match field {
        "machines" => Kind::Machine,
        "interfaces" => Kind::NetworkInterface,
        "networks" => Kind::Network,
        "virtual_ips" => Kind::VirtualIp,
        "prefixes" => Kind::Prefix,
        _ => return None,
    })
}

/// Seconds by the wall clock. Times of creation are of the first minutes: they are compared with each other alone.
pub(super) fn wall_time(text: &str) -> Option<i64> {
    let looks_so = text.len() >= 20 && text.as_bytes()[4] == b'-' && text.as_bytes()[10] == b'T';
    if !looks_so || text.starts_with("1970-01-01T") {
        return None;
    }
    let time: Timestamp = text.parse().ok()?;
    Some(time.as_second())
}

/// Nanoseconds, as `Debug` writes a duration.
pub(super) fn duration(word: &str) -> Option<i64> {
    let unit = word.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    let (number, unit) = word.split_at(unit);
    let digits = match unit {
        "s" => 9,
        "ms" => 6,
        "µs" => 3,
        "ns" => 0,
        _ => return None,
    };
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    let part = format!("{part:0<digits$}");
    format!("{whole}{part}").parse().ok()
}
