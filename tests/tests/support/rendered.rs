// SPDX-License-Identifier: Apache-2.0

//! Objects of `deploy/`, as kustomize renders them.

use serde::Deserialize;
use serde_json::Value;

/// The objects of one overlay.
pub(crate) struct Rendered(Vec<Value>);

impl Rendered {
    /// Reads what kustomize prints.
    pub(crate) fn read(yaml: &str) -> Self {
        let documents = serde_norway::Deserializer::from_str(yaml);
        let objects = documents.map(|one| Value::deserialize(one).expect("YAML"));
        Self(objects.collect())
    }

    pub(crate) fn all(&self) -> &[Value] {
        &self.0
    }

    pub(crate) fn of(&self, kind: &str) -> Vec<&Value> {
        let all = self.0.iter();
        all.filter(|object| object["kind"] == kind).collect()
    }

    pub(crate) fn find(&self, kind: &str, name: &str) -> Option<&Value> {
        let all = self.of(kind).into_iter();
        all.rev().find(|object| object["metadata"]["name"] == name)
    }

    pub(crate) fn get(&self, kind: &str, name: &str) -> &Value {
        let found = self.find(kind, name);
        found.unwrap_or_else(|| panic!("no {kind} {name}"))
    }

    /// Those of this kind that are called so, one in each namespace.
    pub(crate) fn called(&self, kind: &str, called: &str) -> Vec<&Value> {
        let all = self.of(kind).into_iter();
        all.filter(|object| name(object) == called).collect()
    }

    /// As `Service ironcore-ni/ni-webhook`, all of them, sorted.
    pub(crate) fn names(&self) -> Vec<String> {
        let name = |object: &Value| {
            let (kind, name) = (text(object, "kind"), name(object));
            match object["metadata"]["namespace"].as_str() {
                Some(namespace) => format!("{kind} {namespace}/{name}"),
                None => format!("{kind} {name}"),
            }
        };
        let mut names: Vec<String> = self.0.iter().map(name).collect();
        names.sort();
        names
    }
}

/// The name of an object.
pub(crate) fn name(object: &Value) -> &str {
    object["metadata"]["name"].as_str().expect("a name")
}

/// The text at this key.
pub(crate) fn text<'a>(object: &'a Value, key: &str) -> &'a str {
    let text = object[key].as_str();
    text.unwrap_or_else(|| panic!("no text {key} in {object}"))
}

/// The items of a list, none where there is no list.
pub(crate) fn items(list: &Value) -> &[Value] {
    list.as_array().map_or(&[], Vec::as_slice)
}

/// The only container of a Deployment.
pub(crate) fn container(deployment: &Value) -> &Value {
    let containers = items(&deployment["spec"]["template"]["spec"]["containers"]);
    let [one] = containers else {
        panic!("{} containers", containers.len());
    };
    one
}

/// The container's arguments.
pub(crate) fn args(deployment: &Value) -> Vec<String> {
    serde_json::from_value(container(deployment)["args"].clone()).expect("arguments")
}

/// The paths of its probes.
pub(crate) fn probes(deployment: &Value) -> Vec<String> {
    let probes = ["livenessProbe", "readinessProbe"];
    let paths =
        probes.map(|probe| text(&container(deployment)[probe]["httpGet"], "path").to_owned());
    paths.to_vec()
}
