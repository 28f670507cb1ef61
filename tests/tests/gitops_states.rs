// SPDX-License-Identifier: Apache-2.0

//! `tests/gitops/states.yaml`, by which health checks are tested: the states that it shows are real.

use std::collections::BTreeSet;
use std::path::Path;

use kube::api::PostParams;
use serde_json::{Map, Value};

use crate::support::client;
use crate::support::object::dynamic;
use crate::support::space::{NET, NIC, Space};

fn states() -> Vec<Value> {
    serde_norway::from_str(include_str!("../gitops/states.yaml")).expect("states")
}

fn text<'a>(state: &'a Value, field: &str) -> &'a str {
    state[field]
        .as_str()
        .unwrap_or_else(|| panic!("no {field} in {state}"))
}

#[tokio::test]
async fn each_state_can_be_stored() {
    let space = Space::on(client().await, Path::new("")).await;
    // Those of the future have fields that the definitions do not have yet, the external ones lack what these fill in.
    let ours = |state: &Value| state["future"] != true && state["external"] != true;
    let states = states().into_iter().filter(ours);
    for (index, state) in states
        .filter(|state| state["status"].is_object())
        .enumerate()
    {
        let (of, name) = (text(&state, "kind"), format!("x{index}"));
        let spec = state["spec"].as_object().cloned().unwrap_or_default();
        let changes: Vec<_> = spec
            .iter()
            .map(|(field, value)| format!("spec.{field} = {value}"))
            .collect();
        let mut object = space.create(of, &name, &changes.join("; ")).await;
        object["status"] = state["status"].clone();
        let answer = space
            .api(of)
            .replace_status(&name, &PostParams::default(), &dynamic(object))
            .await;
        let stored = answer
            .unwrap_or_else(|error| panic!("{state}: {error}"))
            .data["status"]
            .take();
        assert_eq!(stored, state["status"], "{state}");
    }
}

/// A status without times, and without the messages, which may be put otherwise.
fn essence(status: &Value) -> Value {
    match status {
        Value::Object(fields) => {
            let words = |field: &str| field == "message" || field.ends_with("Time");
            let fields = fields.iter().filter(|(field, _)| !words(field));
            Value::Object(
                fields
                    .map(|(field, value)| (field.clone(), essence(value)))
                    .collect::<Map<_, _>>(),
            )
        }
        Value::Array(entries) => entries.iter().map(essence).collect(),
        value => value.clone(),
    }
}

#[tokio::test]
async fn the_controller_writes_the_states_that_it_is_said_to_write() {
    let space = Space::new().await;
    let states = states();
    let mut said: BTreeSet<_> = states
        .iter()
        .filter(|state| state["written"] == true)
        .map(|state| text(state, "state"))
        .collect();
    let mut check = |state: &'static str, object: &Value| {
        assert!(said.remove(state), "{state}");
        let state = states
            .iter()
            .find(|other| other["kind"] == NIC && other["state"] == state)
            .expect("a state");
        assert_eq!(
            essence(&object["status"]),
            essence(&state["status"]),
            "{state}"
        );
    };
    space.interface("a", "10.0.0.1", "").await;
    let observed = "status.observedGeneration = 1; status.state";
    check(
        "pending",
        &space
            .until(NIC, "a", &format!("{observed} = Pending"))
            .await,
    );
    space.create(NET, "net", "").await;
    check(
        "available",
        &space
            .until(NIC, "a", &format!("{observed} = Available"))
            .await,
    );
    space.interface("b", "10.0.0.1", "").await;
    check(
        "in error, which can end by itself",
        &space.until(NIC, "b", &format!("{observed} = Error")).await,
    );
    assert_eq!(said, BTreeSet::new());
}
