// SPDX-License-Identifier: Apache-2.0

//! What holds in the folders that decide: no I/O, no clock, no chance.

use std::path::Path;

/// Folders of decisions, below a crate's `src`; each is a file of that name as well.
const PURE: [(&str, &str); 29] = [
    ("api-model", "direct"),
    ("api-model", "garbage"),
    ("api-model", "history"),
    ("api-model", "limits"),
    ("api-model", "merge"),
    ("api-model", "meta"),
    ("api-model", "request"),
    ("api-model", "schema"),
    ("api-model", "watch"),
    ("api-model", "write"),
    ("ironcore-api", "validate"),
    ("ironcore-api", "default"),
    ("ironcore-api", "plan"),
    ("kubectl-ironcore", "around"),
    ("kubectl-ironcore", "check"),
    ("kubectl-ironcore", "left"),
    ("kubectl-ironcore", "tree"),
    ("kubectl-ironcore", "view"),
    ("kubectl-ironcore", "who"),
    ("kubectl-ironcore", "why"),
    ("ni-controller", "plan"),
    ("ni-controller", "world"),
    ("ni-controller", "core"),
    ("ni-controller", "lease/elector"),
    ("ni-controller", "lease/history"),
    ("ni-controller", "restored"),
    ("ni-webhook", "certificate/self_signed/plan"),
    ("ni-webhook", "serve/eviction"),
    ("ni-webhook", "serve/turns"),
];

/// Whole words, or paths, that bring one of them in.
const FORBIDDEN: [&str; 9] = [
    "async",
    "await",
    "tokio",
    "rand",
    "kube::Client",
    "kube::Api",
    "Instant::now",
    "SystemTime::now",
    "Timestamp::now",
];

/// Line and message of each fault.
pub(super) fn of(path: &Path, text: &str) -> impl Iterator<Item = (usize, String)> {
    let lines = text.lines().filter(|_| is_pure(path)).enumerate();
    lines.flat_map(|(index, line)| {
        let code = line.split("//").next().unwrap_or_default();
        let words = FORBIDDEN
            .iter()
            .filter(|word| has_word(code, word))
            .copied();
        let words = words.chain(imported_client(code));
        words.map(move |word| {
            (
                index + 1,
                format!("`{word}` in code that only decides: hand in what it needs"),
            )
        })
    })
}

fn is_pure(path: &Path) -> bool {
    if path.extension().is_none_or(|extension| extension != "rs") {
        return false;
    }
    let path = path.to_string_lossy();
    PURE.iter().any(|(krate, module)| {
        let rest = path.strip_prefix(&format!("crates/{krate}/src/{module}"));
        rest.is_some_and(|rest| rest.starts_with('/') || rest == ".rs")
    })
}

/// `use kube::{Api, …}` as well as `kube::Api`.
fn imported_client(code: &str) -> Option<&'static str> {
    let import = code.trim_start().strip_prefix("use kube::")?;
    ["Api", "Client"]
        .into_iter()
        .find(|name| has_word(import, name))
}

fn has_word(code: &str, word: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(word).any(|(at, _)| {
        let (before, after) = (&code[..at], &code[at + word.len()..]);
        !before.ends_with(part) && !after.starts_with(part)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_decides_is_pure() {
        let cases = [
            ("crates/ni-controller/src/plan/machine.rs", true),
            ("crates/ni-controller/src/plan.rs", true),
            ("crates/ni-controller/src/planner.rs", false),
            ("crates/ni-controller/src/apply.rs", false),
            ("crates/ironcore-api/src/validate/mod.rs", true),
            ("crates/ironcore-api/src/validate/cases.yaml", false),
        ];
        for (path, pure) in cases {
            assert_eq!(is_pure(Path::new(path)), pure, "{path}");
        }
    }

    #[test]
    fn lines_that_reach_outside_are_found() {
        let faults = |line| of(Path::new("crates/ni-controller/src/plan/a.rs"), line).count();
        let cases = [
            ("pub async fn f() {}", 1),
            ("let now = Timestamp::now();", 1),
            ("use kube::{Api, ResourceExt};", 1),
            ("use kube::api::ObjectMeta;", 0),
            ("use kube::ResourceExt; // no Api, nothing async", 0),
            ("let operand = 1;", 0),
        ];
        for (line, count) in cases {
            assert_eq!(faults(line), count, "{line}");
        }
    }
}
