// SPDX-License-Identifier: Apache-2.0

//! The floor of a start: decoding the same bytes into the API's own types, and dropping what comes of it.

use std::hint::black_box;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use ironcore_api::compute::Machine;
use ironcore_api::ipam::Prefix;
use ironcore_api::networking::{Network, NetworkInterface, VirtualIP};
use kube::core::WatchEvent;
use serde::de::DeserializeOwned;

use super::objects::{Kind, Objects};
use super::stand_in::write_line;

/// So many lines are made before they are decoded: making them is not timed.
const BATCH: u64 = 1000;

/// How long it takes to decode all lists of these objects.
pub(super) fn all(objects: Objects) -> Result<Duration> {
    let mut took = Duration::ZERO;
    for kind in Kind::ALL {
        let mut from = 0;
        while from < objects.count(kind) {
            let to = objects.count(kind).min(from + BATCH);
            let mut lines = String::new();
            (from..to).for_each(|number| write_line(objects, kind, number, &mut lines));
            took += match kind {
                Kind::Machine => timed::<Machine>(&lines),
                Kind::NetworkInterface => timed::<NetworkInterface>(&lines),
                Kind::Network => timed::<Network>(&lines),
                Kind::VirtualIp => timed::<VirtualIP>(&lines),
                Kind::Prefix => timed::<Prefix>(&lines),
            }
            .with_context(|| format!("decoding {kind:?}"))?;
            from = to;
        }
    }
    Ok(took)
}

fn timed<T: DeserializeOwned>(lines: &str) -> Result<Duration> {
    let begun = Instant::now();
    for line in lines.lines() {
        let event: WatchEvent<T> = serde_json::from_str(line)?;
        drop(black_box(event));
    }
    Ok(begun.elapsed())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_is_served_is_of_the_types_of_the_api() {
        all(Objects::new(1000)).expect("it decodes");
    }
}
