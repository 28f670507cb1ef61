//! The canonical form of what the explorer holds: two values that behave alike have equal sketches.
//!
//! A sketch is made of the text that `Debug` or JSON writes, so it has every field, also those that are added later. Only what is
//! named here is changed: numbers that are compared and nothing else stand for their order, times for how long ago they were,
//! and maps have no order. A large number or a time in a field that is not named here makes it panic.

mod reader;
mod token;
mod word;

use std::fmt::{Debug, Write};

use ni_controller::world::Kind;

pub(crate) use token::{Hash, Ranks, Sketch};

pub(crate) use reader::FIRST_VERSION;
use reader::Reader;

impl Sketch {
    /// Of a value as `Debug` writes it.
    ///
    /// # Panics
    /// If a field holds a large number or a time and [`classes`](reader) do not say what it means.
    pub(crate) fn of<T: Debug>(value: &T) -> Self {
        let mut text = String::with_capacity(16 * 1024);
        // Writing to a text does not fail.
        let _ = write!(text, "{value:?}");
        Self::of_text(Kind::Machine, &text)
    }

    /// Of the JSON of an object of a kind.
    ///
    /// # Panics
    /// As [`Sketch::of`] does.
    pub(crate) fn of_text(kind: Kind, text: &str) -> Self {
        Reader::new(kind, text).read()
    }
}

#[cfg(test)]
mod tests;
