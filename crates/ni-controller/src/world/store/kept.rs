// SPDX-License-Identifier: Apache-2.0

//! An object that is kept, with its digest.

use crate::world::decode::Slot;
use crate::world::meta::Meta;
use crate::world::object::Object;
use crate::world::share::Shared;

/// An object with its digest. Most versions that come differ from the known one in nothing that planners read. Among many objects the
/// known one lies in memory that was not used for a while; its digest tells the same without reading that.
#[derive(Clone, Debug)]
pub(in crate::world) struct Kept<T> {
    slot: Slot<T>,
    /// Of all but the version and the last writer; `None` where objects are compared whole.
    digest: Option<u64>,
}

impl<T: Object> Kept<T> {
    /// An object as it came.
    pub(super) fn new(slot: Slot<T>) -> Self {
        let digest = slot.good().and_then(Object::digest);
        Self { slot, digest }
    }

    /// The object.
    pub(super) fn slot(&self) -> &Slot<T> {
        &self.slot
    }

    /// The object alone.
    pub(super) fn into_slot(self) -> Slot<T> {
        self.slot
    }

    /// Its metadata.
    pub(super) fn meta(&self) -> &Meta {
        self.slot.meta()
    }

    /// Whether it does not decode.
    pub(super) fn is_undecodable(&self) -> bool {
        self.slot.good().is_none()
    }

    /// Whether both are the same but for the version and the last writer.
    pub(super) fn is_same(&self, other: &mut Self) -> bool {
        let Some((own, others)) = self.digest.zip(other.digest) else {
            return self.slot.is_same(&mut other.slot);
        };
        let same = own == others;
        debug_assert_eq!(same, self.slot.is_same(&mut other.slot), "digests lie");
        same
    }

    /// Takes over the version and the last writer of `newer`, which is the same otherwise.
    pub(super) fn renew(&mut self, newer: &Meta, shared: &mut Shared) {
        let meta = self.slot.meta_mut();
        meta.version = newer.version;
        let known = std::mem::replace(&mut meta.last_writer, newer.last_writer.clone());
        if let Some(writer) = &mut meta.last_writer {
            shared.share(writer, known.as_ref());
        }
    }

    /// Shares texts with the version that is known, and with other objects.
    pub(super) fn share(&mut self, known: Option<&Self>, shared: &mut Shared) {
        self.slot.share(known.map(Self::slot), shared);
    }
}
