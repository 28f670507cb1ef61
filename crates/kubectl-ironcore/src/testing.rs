// SPDX-License-Identifier: Apache-2.0

//! Views from short texts, for tests.

use k8s_openapi::jiff::Timestamp;
use ni_controller::core::Now;
use ni_controller::options::{Cli, Command};
use ni_controller::world::{AnyObject, Event, Kind};
use ni_runtime::scope::{Scope, Scopes};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::around::Around;
use crate::object::kind_named;
use crate::view::View;

/// The namespace of objects that name none.
pub(crate) const HERE: &str = "here";

/// A view of these objects: YAML documents with `kind` (a short name will do), `name`, and where they are needed `namespace`, `meta`,
/// `spec`, `status`. What is not said of metadata follows from the name. Pools are in the namespace `pools`.
pub(crate) fn view(objects: &str) -> View {
    view_around(objects, Around::default())
}

/// The same, with this around the objects.
pub(crate) fn view_around(objects: &str, around: Around) -> View {
    let cli = <Cli as clap::Parser>::try_parse_from(["ni-controller", "run"]).expect("flags");
    let Command::Run(run) = cli.command else {
        unreachable!("it was asked to run")
    };
    let now = Now {
        elapsed: std::time::Duration::ZERO,
        wall: Timestamp::from_second(1_000_000).expect("a time"),
    };
    let mut view = View::new(Scopes::All, Some("pools".into()), &run.deciding, now);
    let documents = serde_norway::Deserializer::from_str(objects);
    let documents: Vec<(Kind, Value)> = documents
        .map(|document| object(&Value::deserialize(document).expect("YAML")))
        .collect();
    for kind in Kind::ALL {
        view.observe(Event::ListBegins(kind, Scope::All));
        for (_, object) in documents.iter().filter(|(of, _)| *of == kind) {
            let object = AnyObject::decode(kind, &object.to_string()).expect("metadata");
            view.observe(Event::Listed(object));
        }
        view.observe(Event::ListEnds(kind, Scope::All));
    }
    view.settle(around, now);
    view
}

fn object(short: &Value) -> (Kind, Value) {
    let kind = kind_named(short["kind"].as_str().expect("a kind")).expect("a kind");
    let name = short["name"].as_str().expect("a name");
    let mut metadata = json!({
        "name": name,
        "namespace": short["namespace"].as_str().unwrap_or(HERE),
        "uid": format!("uid-{name}"),
        "resourceVersion": "7",
        "generation": 1,
        "creationTimestamp": "1970-01-01T00:00:01Z",
    });
    for (field, value) in short["meta"].as_object().into_iter().flatten() {
        metadata[field] = value.clone();
    }
    let spec = Some(&short["spec"]).filter(|spec| !spec.is_null());
    let mut body = json!({ "metadata": metadata, "spec": spec.unwrap_or(&json!({})) });
    if !short["status"].is_null() {
        body["status"] = short["status"].clone();
    }
    (kind, body)
}
