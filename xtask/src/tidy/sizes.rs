// SPDX-License-Identifier: Apache-2.0

//! How long the source files are.

use std::fmt;
use std::path::{Path, PathBuf};

/// No source file has more lines than this.
const LONGEST: usize = 400;

/// Lines per source file.
#[derive(Debug, Default)]
pub struct Sizes(Vec<(usize, PathBuf)>);

/// Tables of cases may be long.
pub(super) fn counts(path: &Path) -> bool {
    let in_tests = path.components().any(|part| part.as_os_str() == "tests");
    path.extension().is_some_and(|e| e == "rs") && !in_tests && !path.ends_with("tests.rs")
}

impl Sizes {
    /// Counts a file; what is wrong with its size.
    pub(super) fn add(&mut self, path: &Path, text: &str) -> Option<String> {
        let (text, _) = text
            .split_once("\n#[cfg(test)]\nmod tests {")
            .unwrap_or((text, ""));
        let lines = text
            .lines()
            .skip_while(|line| line.is_empty() || line.starts_with("// SPDX-"))
            .count();
        self.0.push((lines, path.to_owned()));
        (lines > LONGEST)
            .then(|| format!("{lines} lines without tests; more than {LONGEST} are too many"))
    }
}

impl fmt::Display for Sizes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut sorted: Vec<_> = self.0.iter().collect();
        sorted.sort();
        let (Some((median, _)), Some((max, path))) = (sorted.get(sorted.len() / 2), sorted.last())
        else {
            return write!(f, "no source files");
        };
        let files = sorted.len();
        write!(
            f,
            "{files} source files, lines without tests: median {median}, max {max} ({})",
            path.display()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_do_not_count() {
        let cases = "// a case\n".repeat(500);
        let text = format!("fn f() {{}}\n\n#[cfg(test)]\nmod tests {{\n{cases}");
        assert_eq!(Sizes::default().add(Path::new("a.rs"), &text), None);
        assert!(!counts(Path::new("tests/tests/a.rs")));
    }

    #[test]
    fn long_files_are_too_long() {
        let text = "// a line\n".repeat(LONGEST + 1);
        assert!(Sizes::default().add(Path::new("a.rs"), &text).is_some());
        let tested_elsewhere = format!("#[cfg(test)]\nmod tests;\n{text}");
        assert!(
            Sizes::default()
                .add(Path::new("a.rs"), &tested_elsewhere)
                .is_some()
        );
    }
}
