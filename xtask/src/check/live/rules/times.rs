// SPDX-License-Identifier: Apache-2.0

//! The time of a state moves only with the state.

use super::super::world::{Change, Kind};
use super::Broken;

const RULE: &str = "lastStateTransitionTime moves only with state";

pub(super) fn see(change: &Change, found: &mut Vec<Broken>) {
    let (time, state) = match change.key.kind {
        Kind::NetworkInterface => ("/status/lastStateTransitionTime", "/status/state"),
        Kind::Prefix => ("/status/lastPhaseTransitionTime", "/status/phase"),
        _ => return,
    };
    let (Some(before), Some(after)) = (&change.before, &change.after) else {
        return;
    };
    let moved = !before.at(time).is_null() && before.at(time) != after.at(time);
    if moved && before.at(state) == after.at(state) {
        let text = format!("{} → {}", before.at(time), after.at(time));
        found.push(change.breaks(RULE, &[], text));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::samples::Scene;
    use super::*;

    #[test]
    fn a_time_that_moves_alone_is_found() {
        let mut scene = Scene::default();
        let status = |state: &str, time: &str| json!({ "status": { "state": state, "lastStateTransitionTime": time } });
        scene.write(Kind::NetworkInterface, "a", status("Pending", "1"));
        scene.write(Kind::NetworkInterface, "a", status("Available", "2"));
        scene.expect(&[]);
        scene.write(Kind::NetworkInterface, "a", status("Available", "3"));
        scene.expect(&[RULE]);
    }
}
