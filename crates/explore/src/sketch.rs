// SPDX-License-Identifier: Apache-2.0

//! The canonical form of what the explorer holds: two values that behave alike have equal sketches.
//!
//! A sketch is made of the text that `Debug` or JSON writes, so it has every field, also those that are added later. Only what is
//! named here is changed: numbers that are compared and nothing else stand for their order, times for how long ago they were,
//! and maps have no order. A large number or a time in a field that is not named here makes it panic.

mod fields;
mod reader;
mod token;
mod word;

use std::fmt::{Debug, Write};
use std::rc::Rc;

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

/// A value with its sketch, shared by the states that have it in common.
#[derive(Clone, Debug)]
pub(crate) struct Sketched<T>(Rc<(T, Sketch)>);

impl<T: Debug> Sketched<T> {
    pub(crate) fn new(value: T) -> Self {
        let sketch = Sketch::of(&value);
        Self(Rc::new((value, sketch)))
    }

    pub(crate) fn get(&self) -> &T {
        &self.0.0
    }

    pub(crate) fn sketch(&self) -> &Sketch {
        &self.0.1
    }

    /// Whether both are the very same.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

#[cfg(test)]
mod tests;
