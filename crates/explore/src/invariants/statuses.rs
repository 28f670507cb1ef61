// SPDX-License-Identifier: Apache-2.0

//! Who shows which address.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Broken;
use super::object::must;

/// No address of a network is in the status of two interfaces.
///
/// # Errors
/// If one is.
pub fn no_address_twice<'a>(interfaces: impl Iterator<Item = &'a Value>) -> Result<(), Broken> {
    let mut shown = BTreeMap::new();
    for interface in interfaces {
        let network = &interface["spec"]["networkRef"]["name"];
        for ip in interface["status"]["ips"].as_array().into_iter().flatten() {
            let place = (network.to_string(), ip.to_string());
            let other = shown.insert(place, interface);
            must(other.is_none(), "no address is in two statuses", || {
                format!("{interface} and {}", other.unwrap_or(&Value::Null))
            })?;
        }
    }
    Ok(())
}
