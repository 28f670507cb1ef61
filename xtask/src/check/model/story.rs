// SPDX-License-Identifier: Apache-2.0

//! What led to a difference, for people.

use std::collections::VecDeque;
use std::fmt::Write;

use super::At;

/// The last requests, each with what it was about.
#[derive(Debug, Default)]
pub(super) struct Story {
    lines: VecDeque<(At, String, String)>,
}

/// How many requests are remembered.
const REMEMBERED: usize = 2_000;
/// How many requests about one object are told.
const TOLD: usize = 8;

impl Story {
    pub(super) fn add(&mut self, kind: At, name: &str, line: String) {
        self.lines.push_back((kind, name.to_owned(), line));
        if self.lines.len() > REMEMBERED {
            self.lines.pop_front();
        }
    }

    /// What was asked of an object last, or of all objects of its kind where it has no name.
    pub(super) fn of(&self, kind: At, name: &str) -> String {
        let lines = self.lines.iter().rev();
        let about =
            lines.filter(|(of, named, _)| *of == kind && (name.is_empty() || named == name));
        Self::told(about)
    }

    /// What was asked last, of whatever.
    pub(super) fn last(&self) -> String {
        Self::told(self.lines.iter().rev())
    }

    fn told<'a>(latest_first: impl Iterator<Item = &'a (At, String, String)>) -> String {
        let mut told: Vec<_> = latest_first.take(TOLD).collect();
        told.reverse();
        told.iter().fold(String::new(), |mut story, (_, _, line)| {
            // Writing to a text can't fail.
            let _ = writeln!(story, "  {line}");
            story
        })
    }
}
