// SPDX-License-Identifier: Apache-2.0

//! What an image's configuration must say. Pure.

use serde_json::{Value, json};

use crate::image::VERSION;

/// What is not as it must be, in words.
pub(super) fn faults(config: &Value, program: &str, revision: &str) -> Vec<String> {
    let label = |name: &str| format!("/Labels/org.opencontainers.image.{name}");
    let expected = [
        ("/User".to_owned(), json!("65532:65532")),
        ("/Entrypoint".to_owned(), json!([format!("/{program}")])),
        ("/Env".to_owned(), json!(["PATH=/"])),
        ("/Cmd".to_owned(), Value::Null),
        (label("title"), json!(program)),
        (label("version"), json!(VERSION)),
        (label("revision"), json!(revision)),
        (label("licenses"), json!(env!("CARGO_PKG_LICENSE"))),
    ];
    let found = expected.into_iter().filter_map(|(pointer, wanted)| {
        let found = config.pointer(&pointer).unwrap_or(&Value::Null);
        (*found != wanted).then(|| format!("{pointer} is {found}, not {wanted}"))
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> Value {
        json!({
            "User": "65532:65532",
            "Entrypoint": ["/p"],
            "Env": ["PATH=/"],
            "Labels": {
                "org.opencontainers.image.title": "p",
                "org.opencontainers.image.version": VERSION,
                "org.opencontainers.image.revision": "abc",
                "org.opencontainers.image.licenses": "Apache-2.0",
            },
        })
    }

    #[test]
    fn everything_that_differs_is_told() {
        assert_eq!(faults(&good(), "p", "abc"), Vec::<String>::new());
        let told = |pointer: &str, value: Value| {
            let mut config = good();
            let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
            config.pointer_mut(parent).expect("its parent")[name] = value;
            faults(&config, "p", "abc").join("; ")
        };
        for (pointer, value, fault) in [
            (
                "/User",
                json!("0:0"),
                r#"/User is "0:0", not "65532:65532""#,
            ),
            ("/Cmd", json!(["sh"]), r#"/Cmd is ["sh"], not null"#),
            (
                "/Entrypoint",
                json!(["/q"]),
                r#"/Entrypoint is ["/q"], not ["/p"]"#,
            ),
        ] {
            assert_eq!(told(pointer, value), fault);
        }
        assert!(
            told("/Labels/org.opencontainers.image.title", Value::Null).contains("title is null")
        );
    }
}
