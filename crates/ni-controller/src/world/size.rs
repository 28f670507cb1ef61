// SPDX-License-Identifier: Apache-2.0

//! What the world takes: counts, and an estimate of bytes.

use super::decode::Slot;
use super::meta::{Meta, Pairs, Str};
use super::object::Object;

/// How many objects there are, and what they take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// Objects.
    pub objects: usize,
    /// Those among them that do not decode.
    pub skipped: usize,
    /// Those among them that wait for room.
    pub waiting: usize,
    /// Bytes, estimated: fields and the texts behind them, without indexes and the allocator's own.
    pub bytes: usize,
}

impl Size {
    /// Takes in an object.
    pub(super) fn add<T: Object>(&mut self, slot: &Slot<T>) {
        self.objects += 1;
        match slot {
            Slot::Good(object) => {
                self.bytes += object.bytes();
                self.waiting += usize::from(object.lacks_room());
            }
            Slot::Bad(_) => self.skipped += 1,
        }
    }

    /// Takes out an object that was taken in.
    pub(super) fn remove<T: Object>(&mut self, slot: &Slot<T>) {
        self.objects -= 1;
        match slot {
            Slot::Good(object) => {
                self.bytes -= object.bytes();
                self.waiting -= usize::from(object.lacks_room());
            }
            Slot::Bad(_) => self.skipped -= 1,
        }
    }
}

impl Meta {
    /// An estimate of the memory that it takes.
    pub(super) fn bytes(&self) -> usize {
        let owner = self.owner.as_ref().map_or(0, |owner| {
            size_of_val(&**owner) + owner.name.len() + owner.uid.len()
        });
        size_of_val(self) + self.name.len() + self.uid.len() + owner
    }
}

impl Pairs {
    /// An estimate of the memory that they take.
    pub(super) fn bytes(&self) -> usize {
        let pairs = self.iter();
        let bytes = pairs.map(|(key, value)| 2 * size_of::<Str>() + key.len() + value.len());
        bytes.sum()
    }
}
