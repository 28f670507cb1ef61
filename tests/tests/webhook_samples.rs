// SPDX-License-Identifier: Apache-2.0

//! `deploy/samples`: what they are said to be.

use std::fs;
use std::path::{Path, PathBuf};

use kube::Error;
use serde::Deserialize;
use serde_json::Value;

use crate::support::judged::{MUTATE, judged};
use crate::support::space::Space;

/// The objects of the YAML files in a folder of `deploy/samples`, with their files' names.
fn samples(folder: &str) -> Vec<(PathBuf, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../deploy/samples")
        .join(folder);
    let mut files: Vec<_> = fs::read_dir(&folder)
        .expect("samples")
        .map(|entry| entry.expect("a file").path())
        .collect();
    files.retain(|file| {
        file.extension()
            .is_some_and(|extension| extension == "yaml")
    });
    files.sort();
    let objects = |file: PathBuf| {
        let text = fs::read_to_string(&file).expect("a file");
        let documents = serde_norway::Deserializer::from_str(&text)
            .map(|document| Value::deserialize(document).expect("YAML"));
        documents
            .map(move |object| (file.clone(), object))
            .collect::<Vec<_>>()
    };
    files.into_iter().flat_map(objects).collect()
}

async fn apply(space: &Space, object: &Value) -> xtask::warnings::Answer<Value> {
    let (of, name) = (
        object["kind"].as_str().expect("a kind"),
        object["metadata"]["name"].as_str().expect("a name"),
    );
    let spec = object
        .get("spec")
        .cloned()
        .unwrap_or_else(|| serde_json::json!({}));
    space.send(space.applying(of, name, &spec, "samples")).await
}

#[tokio::test]
async fn samples_are_stored_warned_of_and_refused_as_their_folders_say() {
    let space = judged().await.space().await;
    for (file, object) in samples("") {
        let answer = apply(&space, &object).await;
        answer
            .result
            .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    }
    for (file, object) in samples("warned") {
        let mut object = object;
        // The folder's objects are tried, not kept.
        object["metadata"]["name"] = format!(
            "{}-tried",
            object["metadata"]["name"].as_str().expect("a name")
        )
        .into();
        let answer = apply(&space, &object).await;
        answer
            .result
            .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        assert!(!answer.warnings.is_empty(), "{}", file.display());
    }
    let refused = samples("refused");
    assert!(!refused.is_empty());
    for (file, object) in refused {
        match apply(&space, &object).await.result {
            Err(Error::Api(status)) if status.is_invalid() => {
                assert!(status.message.starts_with(MUTATE), "{}", status.message);
            }
            other => panic!("{}: {other:?}", file.display()),
        }
    }
}
