// SPDX-License-Identifier: Apache-2.0

//! How much a field holds (docs/limits.md lists it): CEL prices a rule by what it may have to read.

/// Interfaces of a machine, in its spec and its status.
pub(crate) const MACHINE_INTERFACES: u64 = 128;
/// Volumes of a machine, in its spec and its status.
pub(crate) const VOLUMES: u64 = 256;
/// Tolerations of a machine.
pub(crate) const TOLERATIONS: u64 = 256;
/// EFI variables of a machine.
pub(crate) const EFI_VARS: u64 = 256;
/// Conditions of a status.
pub(crate) const CONDITIONS: u64 = 64;
/// Addresses of an interface, and their families: one of each.
pub(crate) const IPS: u64 = 2;
/// Prefixes routed to an interface.
pub(crate) const INTERFACE_PREFIXES: u64 = 256;
/// Peerings of a network.
pub(crate) const PEERINGS: u64 = 64;
/// Prefixes of a peering.
pub(crate) const PEERING_PREFIXES: u64 = 24;
/// Incoming peerings of a network.
pub(crate) const INCOMING_PEERINGS: u64 = 192;
/// Blocks handed out of a prefix.
pub(crate) const USED: u64 = 65_536;
/// Blocks of a prefix that are being granted, and those that rest.
pub(crate) const PENDING: u64 = crate::ipam::MOST_PENDING as u64;
/// Finalizers in a template's metadata.
pub(crate) const FINALIZERS: u64 = 64;
/// Entries of a selector's list or map, attributes of an interface.
pub(crate) const ENTRIES: u64 = 64;

/// The longest name of an object: a DNS subdomain. Names that must be labels get it as well, because
/// too long a text keeps all rules from running.
pub(crate) const NAME: u64 = 253;
/// A UID.
pub(crate) const UID: u64 = 64;
/// An address or a prefix; the longest is of 49 characters.
pub(crate) const ADDRESS: u64 = 64;
/// A value out of a few.
pub(crate) const WORD: u64 = 32;
/// A quantity.
pub(crate) const QUANTITY: u64 = 64;
/// A value of a label.
pub(crate) const LABEL_VALUE: u64 = 63;
/// A key of a label: prefix, slash, name.
pub(crate) const LABEL_KEY: u64 = 317;
/// An identifier of an outside system.
pub(crate) const HANDLE: u64 = 2048;
/// A value of an attribute: agents keep labels there, as JSON.
pub(crate) const ATTRIBUTE: u64 = 16_384;
/// What a machine's template says of an interface's `prefixes` and `virtualIP`, as JSON, in bytes: the interface bears it in an
/// annotation ([`LAST_APPLIED`](crate::ownership::LAST_APPLIED)), and all annotations of an object share 256 KiB.
pub(crate) const APPLIED: usize = 65_536;
/// An image of a disk.
pub(crate) const IMAGE: u64 = 4096;
/// A text for people, or one that is not read.
pub(crate) const TEXT: u64 = 32_768;
