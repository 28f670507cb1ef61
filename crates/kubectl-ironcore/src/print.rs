// SPDX-License-Identifier: Apache-2.0

//! Answers as text: tables and trees.

mod check;
mod left;
mod paint;
mod table;
mod tree;
mod who;
mod why;

pub use check::check;
pub use left::left;
pub use tree::tree;
pub use who::who;
pub use why::why;

/// What is printed on.
#[derive(Clone, Copy, Debug, Default)]
pub struct Page {
    /// How many characters a line has room for; without one, as many as there are.
    pub width: Option<usize>,
}

impl Page {
    /// The terminal, if there is one.
    pub fn of_terminal() -> Self {
        let width = terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
        Self { width }
    }

    /// Breaks a text into lines, of which each begins with so many further characters.
    pub(crate) fn wrap(self, text: &str, indent: usize) -> String {
        let Some(width) = self.width else {
            return text.to_owned();
        };
        let lines = textwrap::wrap(text, width.saturating_sub(indent).max(20));
        lines.join("\n")
    }

    /// A paragraph whose lines begin with so many spaces.
    pub(crate) fn paragraph(self, text: &str, indent: usize) -> String {
        let margin = " ".repeat(indent);
        textwrap::indent(&self.wrap(text, indent), &margin)
    }
}
