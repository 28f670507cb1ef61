// SPDX-License-Identifier: Apache-2.0

//! What holds in every file.

use std::path::Path;

/// Hosts that only a machine's own settings may name, in halves: this file is checked as well.
const REGISTRIES: [(&str, &str); 8] = [
    ("index.crates", ".io"),
    ("static.crates", ".io"),
    ("proxy.golang", ".org"),
    ("sum.golang", ".org"),
    ("registry.k8s", ".io"),
    ("registry.npmjs", ".org"),
    ("ghcr", ".io"),
    ("docker", ".io/"),
];

/// Line and message of each fault.
pub(super) fn of_all(path: &Path, text: &str) -> impl Iterator<Item = (usize, String)> {
    let source = path.extension().is_some_and(|e| e == "rs");
    let lines = text.lines().enumerate();
    lines.flat_map(move |(index, line)| {
        let found = [registry(line), source.then(|| to_do(line)).flatten()];
        found
            .into_iter()
            .flatten()
            .map(move |message| (index + 1, message))
    })
}

fn registry(line: &str) -> Option<String> {
    let hosts = REGISTRIES.iter().map(|(name, end)| format!("{name}{end}"));
    let host = hosts.into_iter().find(|host| line.contains(host))?;
    Some(format!(
        "names the registry {host}: leave that to the machine's settings"
    ))
}

/// A to-do needs a reason in parentheses.
fn to_do(line: &str) -> Option<String> {
    let mark = concat!("TO", "DO");
    let (_, rest) = line.split_once(mark)?;
    let reasoned = rest
        .strip_prefix('(')
        .is_some_and(|rest| !rest.trim_start().starts_with(')'));
    (!reasoned).then(|| format!("a {mark} without reason: write {mark}(why not now)"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn to_dos_need_reasons() {
        let mark = concat!("TO", "DO");
        assert!(to_do(&format!("// {mark}: later")).is_some());
        assert!(to_do(&format!("// {mark}() later")).is_some());
        assert!(to_do(&format!("// {mark}(kube#1916): per-object back-off")).is_none());
        assert!(to_do("// nothing").is_none());
    }

    #[test]
    fn registries_are_not_named() {
        assert!(registry(concat!("curl https://proxy.gol", "ang.org/x")).is_some());
        assert!(registry("golang.org/x/net v0.1.0").is_none());
    }
}
