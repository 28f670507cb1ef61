// SPDX-License-Identifier: Apache-2.0

//! What our service accounts were refused.

use std::fs;

use serde_json::Value;

use super::act;
use super::cluster::{CONTROLLER, NAMESPACE, WEBHOOK};

/// Fails if one of the two lacked a right; a namespace that is being deleted refuses everybody.
pub(super) fn nothing_was_forbidden() {
    act("the audit log");
    let path = std::env::var_os("AUDIT_LOG").expect("AUDIT_LOG: run `cargo xtask test --node`");
    let log = fs::read_to_string(path).expect("an audit log");
    let events: Vec<Value> = log
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect();
    for account in [CONTROLLER, WEBHOOK] {
        let user = format!("system:serviceaccount:{NAMESPACE}:{account}");
        let ours = events
            .iter()
            .filter(|event| event["user"]["username"] == *user);
        let (refused, allowed): (Vec<_>, Vec<_>) = ours
            .partition(|event| event["responseStatus"]["code"] == 403 && !is_terminating(event));
        assert!(
            allowed.len() > 10,
            "{account} asked {} times",
            allowed.len()
        );
        assert!(refused.is_empty(), "{account}: {refused:#?}");
    }
}

fn is_terminating(event: &Value) -> bool {
    let message = event["responseStatus"]["message"].as_str();
    message.is_some_and(|message| message.contains("because it is being terminated"))
}
