// SPDX-License-Identifier: Apache-2.0

//! Colours. They are removed where the output does not support them.

use std::fmt::Display;

use anstyle::{AnsiColor, Style};

use crate::view::{Health, Standing};

fn paint(style: Style, text: impl Display) -> String {
    format!("{style}{text}{style:#}")
}

/// A text that stands out.
pub(super) fn strong(text: impl Display) -> String {
    paint(Style::new().bold(), text)
}

/// A text that is less important.
pub(super) fn faint(text: impl Display) -> String {
    paint(Style::new().dimmed(), text)
}

/// A text in the colour that stands for this health.
pub(super) fn health(of: Health, text: impl Display) -> String {
    let color = match of {
        Health::Well => AnsiColor::Green,
        Health::Waits | Health::Deleting => AnsiColor::Yellow,
        Health::Fails | Health::Missing => AnsiColor::Red,
    };
    paint(Style::new().fg_color(Some(color.into())), text)
}

/// State, reason and what it has, in a few words, each after a space.
pub(super) fn standing(of: &Standing) -> String {
    let reason = of.reason.as_ref().filter(|reason| **reason != of.state);
    let words = std::iter::once(&of.state).chain(reason);
    let words = words.filter(|word| !word.is_empty());
    let words = words.map(|word| format!(" {}", health(of.health, word)));
    let has = of.has.iter().map(|has| format!(" {has}"));
    words.chain(has).collect()
}
