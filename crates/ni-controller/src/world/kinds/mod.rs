// SPDX-License-Identifier: Apache-2.0

//! The kinds that the world holds: a line each here, and a file each beside this one.

mod interface;
mod machine;
mod network;
mod prefix;
mod virtual_ip;

pub use interface::Interface;
pub use machine::{Declared, Machine, Template};
pub use network::Network;
pub use prefix::{AddressOf, Entry, NO_ROOM, Prefix, READY, Record, Rest};
pub use virtual_ip::VirtualIp;

use k8s_openapi::jiff::Timestamp;

use super::decode::{Slot, decode};
use super::links::Links;
use super::meta::Meta;
use super::object::{Object, Stored};
use super::store::Store;

/// Has all that is alike for each kind written by the compiler. (`$d` is a dollar sign for the inner macros.)
macro_rules! kinds {
    (($d:tt) $($variant:ident is $kind:literal, of $type:ident, in $store:ident;)+) => {
        /// A kind that the world holds.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Kind {
            $(#[doc = concat!("The kind ", $kind, ".")] $variant,)+
        }

        impl Kind {
            /// All of them.
            pub const ALL: [Self; [$($kind),+].len()] = [$(Self::$variant),+];

            /// Its entry in the table of kinds.
            pub const fn entry(self) -> &'static ironcore_api::Kind {
                match self {
                    $(Self::$variant => const { ironcore_api::Kind::named($kind) },)+
                }
            }
        }

        /// An object of any kind.
        #[derive(Clone, Debug)]
        pub enum AnyObject {
            $(#[doc = concat!("One of the kind ", $kind, ".")] $variant(Slot<$type>),)+
        }

        /// The objects of a namespace, with the indexes that planning needs.
        #[derive(Clone, Debug, Default)]
        pub struct Namespace {
            $(#[doc = concat!("Those of the kind ", $kind, ".")] pub $store: Store<$type>,)+
            /// What refers to what.
            pub(in crate::world) links: Links,
            /// The newest creationTimestamp of all objects that were here since the namespace was last empty.
            pub(in crate::world) newest: Option<Timestamp>,
        }

        $(impl Stored for $type {
            const KIND: Kind = Kind::$variant;
            fn store(namespace: &Namespace) -> &Store<Self> {
                &namespace.$store
            }
            fn parts(namespace: &mut Namespace) -> (&mut Store<Self>, &mut Links) {
                (&mut namespace.$store, &mut namespace.links)
            }
            fn into_any(slot: Slot<Self>) -> AnyObject {
                AnyObject::$variant(slot)
            }
        })+

        /// An expression in which `T` is the type of objects of a kind that is known at run time.
        macro_rules! for_kind {
            ($d kind:expr, $d T:ident => $d body:expr) => {
                match $d kind {
                    $($crate::world::Kind::$variant => {
                        type $d T = $crate::world::$type;
                        $d body
                    })+
                }
            };
        }

        /// An expression in which `slot` is an object of a type that is known at run time.
        macro_rules! for_object {
            ($d object:expr, $d slot:ident => $d body:expr) => {
                match $d object {
                    $($crate::world::AnyObject::$variant($d slot) => $d body,)+
                }
            };
        }

        pub(crate) use {for_kind, for_object};
    };
}

kinds! { ($)
    Machine is "Machine", of Machine, in machines;
    NetworkInterface is "NetworkInterface", of Interface, in interfaces;
    Network is "Network", of Network, in networks;
    VirtualIp is "VirtualIP", of VirtualIp, in virtual_ips;
    Prefix is "Prefix", of Prefix, in prefixes;
}

impl Kind {
    /// The kind's name as the API spells it.
    pub const fn as_str(self) -> &'static str {
        self.entry().kind
    }

    /// The resource's name in paths.
    pub const fn plural(self) -> &'static str {
        self.entry().plural
    }

    /// The API group.
    pub const fn group(self) -> &'static str {
        self.entry().group
    }

    /// Group and version, as in `apiVersion`.
    pub fn api_version(self) -> String {
        self.entry().api_version()
    }
}

impl AnyObject {
    /// Decodes an object of a kind. Fails only if not even the metadata decodes.
    ///
    /// # Errors
    /// Says what is wrong with the metadata.
    pub fn decode(kind: Kind, json: &str) -> Result<Self, serde_json::Error> {
        for_kind!(kind, T => decode::<T>(json).map(|received| T::into_any(received.slot)))
    }

    /// Its kind.
    pub fn kind(&self) -> Kind {
        fn of<T: Object>(_: &Slot<T>) -> Kind {
            T::KIND
        }
        for_object!(self, slot => of(slot))
    }

    /// Its metadata.
    pub fn meta(&self) -> &Meta {
        for_object!(self, slot => slot.meta())
    }
}
