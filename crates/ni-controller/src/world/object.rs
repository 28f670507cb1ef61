// SPDX-License-Identifier: Apache-2.0

//! What every kind says of its objects, as the world keeps them: trimmed to what planners read, with defaults filled in.

use std::fmt::Debug;

use serde::de::DeserializeOwned;

use super::contests::Bid;
use super::decode::Slot;
use super::digest::Digest;
use super::kinds::{AnyObject, Kind, Namespace};
use super::links::Links;
use super::meta::{Meta, RawMeta, Str};
use super::namespace::Key;
use super::pools::Pools;
use super::share::Shared;
use super::store::Store;

/// Where objects of a kind are kept: written by the table of kinds.
pub trait Stored: Sized + 'static {
    /// The kind.
    const KIND: Kind;
    /// The store of this kind.
    fn store(namespace: &Namespace) -> &Store<Self>;
    /// The store of this kind and the links among all kinds, to change.
    fn parts(namespace: &mut Namespace) -> (&mut Store<Self>, &mut Links);
    /// An object of this kind as one of any kind.
    fn into_any(slot: Slot<Self>) -> AnyObject;
}

/// Takes the kind and name of an object that has to be planned for.
pub(super) type Affect<'a> = &'a mut dyn FnMut(Kind, &str);

/// An object of a kind: how it is decoded, what it takes, and what it means to others.
pub trait Object: Stored + Clone + Debug + PartialEq + Send + Sync {
    /// Whether plans read versions of such an object when they decide about it, and how far the watch has come.
    const READS_VERSIONS: bool = false;
    /// The fields beside metadata, as they are decoded.
    type Body: DeserializeOwned;
    /// The trimmed object.
    fn assemble(meta: Meta, raw: RawMeta<'_>, body: Self::Body) -> Self;
    /// Its metadata.
    fn meta(&self) -> &Meta;
    /// Its metadata, to change.
    fn meta_mut(&mut self) -> &mut Meta;
    /// Kind, name and UID of the object whose child it is without an owner reference.
    fn retained_by(&self) -> Option<(Kind, Str, Str)> {
        None
    }
    /// A digest of all but the version and the last writer; `None` where versions are compared whole.
    fn digest(&self) -> Option<Digest>;
    /// Whether other objects' plans read the same in both; they are of one version.
    fn reads_as(&self, other: &Self) -> bool {
        self == other
    }
    /// Whether the plans of those that merely name the object read the same in both; they are of one version.
    fn stands_as(&self, other: &Self) -> bool {
        self.reads_as(other)
    }
    /// Whether both ask for the same, and as urgently.
    fn bids_as(&self, _: &Self) -> bool {
        true
    }
    /// Whether nobody has written its status yet.
    fn is_unreported(&self) -> bool {
        false
    }
    /// Whether its status says that it waits for room.
    fn lacks_room(&self) -> bool {
        false
    }
    /// Replaces texts that many objects have by shared copies, and those that the version that is known has, by these.
    fn share(&mut self, known: Option<&Self>, shared: &mut Shared);
    /// Memory that it takes, in bytes, estimated.
    fn bytes(&self) -> usize;
    /// Adds the object to the indexes.
    fn link(&self, _: &mut Links) {}
    /// Takes the object from the indexes.
    fn unlink(&self, _: &mut Links) {}
    /// Whether both, two versions of one object, are in the indexes alike.
    fn links_as(&self, _: &Self) -> bool {
        false
    }
    /// Takes in that an object came, changed or went, for what joins namespaces.
    fn note_elsewhere(_: Option<&Self>, _: Option<&Self>, _: &mut Pools) {}
    /// The object of another namespace whose plan depends on this one.
    fn reader_elsewhere(&self, _: &Pools) -> Option<Key> {
        None
    }
    /// Names the few objects whose plan depends on all of this one, itself aside.
    fn readers(&self, namespace: &Namespace, affect: Affect<'_>);
    /// What it asks for, that others may ask for too.
    fn bids(&self, _: &Namespace) -> Vec<Bid> {
        Vec::new()
    }
    /// Names the few objects whose plan depends on what differs between two versions of one object, itself aside.
    fn readers_of_change(old: &Self, new: &Self, namespace: &Namespace, affect: Affect<'_>) {
        old.readers(namespace, affect);
        new.readers(namespace, affect);
    }
    /// Names the objects whose plan depends on one of this name, of which only the metadata decodes: beside those that
    /// [`Object::readers_of_name`] names.
    fn readers_of_undecodable(_: &Namespace, _: &str, _: Affect<'_>) {}
    /// Names the objects that name this one, or have to do with those that do: they may be many. Their plans depend on whether it
    /// is there, and how it stands.
    fn readers_of_name(namespace: &Namespace, name: &str, affect: Affect<'_>);
}
