// SPDX-License-Identifier: Apache-2.0

//! The blocks of code of a page of Markdown.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// A page, line by line.
pub(crate) struct Page {
    lines: Vec<String>,
}

/// What stands between two fences.
pub(crate) struct Block {
    pub language: String,
    pub lines: Vec<String>,
}

impl Page {
    pub(crate) fn read(file: &Path) -> Self {
        let text = fs::read_to_string(file).expect("a page");
        let lines = text.lines().map(str::to_owned).collect();
        Self { lines }
    }

    /// The lines of the fences, by twos.
    fn fences(&self) -> Vec<[usize; 2]> {
        let lines = self.lines.iter().enumerate();
        let fences = lines.filter(|(_, line)| line.starts_with("```"));
        let fences: Vec<usize> = fences.map(|(at, _)| at).collect();
        fences
            .chunks_exact(2)
            .map(|pair| [pair[0], pair[1]])
            .collect()
    }

    /// All blocks, in order.
    pub(crate) fn blocks(&self) -> Vec<Block> {
        let fences = self.fences().into_iter();
        let blocks = fences.map(|[from, to]| Block {
            language: self.lines[from].trim_start_matches('`').to_owned(),
            lines: self.lines[from + 1..to].to_vec(),
        });
        blocks.collect()
    }

    /// Writes the page, with these blocks instead of those that it has.
    pub(crate) fn write(mut self, file: &Path, blocks: &BTreeMap<usize, String>) {
        let fences = self.fences();
        for (at, text) in blocks.iter().rev() {
            let [from, to] = fences[*at];
            let lines = text.trim_end().lines().map(str::to_owned);
            self.lines.splice(from + 1..to, lines);
        }
        fs::write(file, self.lines.join("\n") + "\n").expect("a page");
    }
}
