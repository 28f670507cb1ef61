// SPDX-License-Identifier: Apache-2.0

//! Code in documents that is said to stand in a file does.
//!
//! `<!-- excerpt: FILE#NAME -->` stands before the fence; in the file, `ANCHOR: NAME` and `ANCHOR_END: NAME` are comments
//! around the code, as mdBook has it.

use std::path::Path;

/// Line and message of each excerpt that is not what its file has; `read` gives the text of a file of the repository.
pub(super) fn of(
    path: &Path,
    text: &str,
    read: impl Fn(&str) -> Option<String>,
) -> Vec<(usize, String)> {
    if path.extension().is_none_or(|extension| extension != "md") {
        return Vec::new();
    }
    let lines: Vec<&str> = text.lines().collect();
    let faults = lines.iter().enumerate().filter_map(|(at, line)| {
        let source = line.strip_prefix("<!-- excerpt: ")?.strip_suffix(" -->")?;
        let fault = fault(source, shown(&lines[at + 1..]).as_deref(), &read)?;
        Some((at + 1, fault))
    });
    faults.collect()
}

fn fault(
    source: &str,
    shown: Option<&[&str]>,
    read: impl Fn(&str) -> Option<String>,
) -> Option<String> {
    let Some(shown) = shown else {
        return Some("an excerpt is to be followed by a fence, ``` to ```".to_owned());
    };
    let Some((file, name)) = source.split_once('#') else {
        return Some(format!("`{source}` does not say file#name"));
    };
    let Some(text) = read(file) else {
        return Some(format!("there is no {file}"));
    };
    match anchored(&text, name) {
        None => Some(format!("{file} has no `ANCHOR: {name}` with its end")),
        Some(code) if code == shown => None,
        Some(code) => Some(format!(
            "is not what {file} has at `{name}`:\n{}",
            code.join("\n")
        )),
    }
}

/// The lines of the fence that follows at once.
fn shown<'a>(lines: &[&'a str]) -> Option<Vec<&'a str>> {
    let (first, rest) = lines.split_first()?;
    let end = rest.iter().position(|line| *line == "```")?;
    first.starts_with("```").then(|| rest[..end].to_vec())
}

/// The lines between the comments, without empty ones at either end.
fn anchored<'a>(text: &'a str, name: &str) -> Option<Vec<&'a str>> {
    let lines: Vec<&str> = text.lines().collect();
    let find = |mark: &str| {
        lines
            .iter()
            .position(|line| line.ends_with(&format!(" {mark}: {name}")))
    };
    let code = lines.get(find("ANCHOR")? + 1..find("ANCHOR_END")?)?;
    let full = |line: &&str| !line.trim().is_empty();
    let (first, last) = (code.iter().position(full)?, code.iter().rposition(full)?);
    Some(code[first..=last].to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str =
        "x\n// ANCHOR: a\nfn a() {}\n\nfn b() {}\n\n// ANCHOR_END: a\n// ANCHOR: open\ny\n";

    fn faults(document: &str) -> Vec<(usize, String)> {
        let read = |file: &str| (file == "f.rs").then(|| FILE.to_owned());
        of(Path::new("docs/a.md"), document, read)
    }

    #[test]
    fn what_stands_in_the_file_is_right() {
        let document = "t\n<!-- excerpt: f.rs#a -->\n```rust\nfn a() {}\n\nfn b() {}\n```\nt";
        assert_eq!(faults(document), []);
    }

    #[test]
    fn what_does_not_is_told_where_it_begins() {
        let cases = [
            (
                "f.rs#a",
                "```\nfn a() {}\n```",
                "is not what f.rs has at `a`",
            ),
            (
                "f.rs#a",
                "fn a() {}",
                "an excerpt is to be followed by a fence",
            ),
            (
                "f.rs#a",
                "```\nfn a() {}",
                "an excerpt is to be followed by a fence",
            ),
            ("f.rs#none", "```\n```", "f.rs has no `ANCHOR: none`"),
            ("f.rs#open", "```\ny\n```", "f.rs has no `ANCHOR: open`"),
            ("g.rs#a", "```\n```", "there is no g.rs"),
            ("f.rs", "```\n```", "`f.rs` does not say file#name"),
        ];
        for (source, fence, expected) in cases {
            let faults = faults(&format!("t\n<!-- excerpt: {source} -->\n{fence}\n"));
            assert_eq!(faults.len(), 1, "{source}");
            assert_eq!(faults[0].0, 2, "{source}");
            assert!(faults[0].1.starts_with(expected), "{}", faults[0].1);
        }
    }
}
