//! How much a field holds (docs/limits.md lists it): CEL prices a rule by what it may have to read.

/// Interfaces of a machine, in its spec and its status.
pub(super) const MACHINE_INTERFACES: usize = 256;
/// Volumes of a machine, in its spec and its status.
pub(super) const VOLUMES: usize = 256;
/// Tolerations of a machine.
pub(super) const TOLERATIONS: usize = 256;
/// EFI variables of a machine.
pub(super) const EFI_VARS: usize = 256;
/// Conditions of a status.
pub(super) const CONDITIONS: usize = 64;
/// Addresses of an interface, and their families: one of each.
pub(super) const IPS: usize = 2;
/// Prefixes routed to an interface.
pub(super) const INTERFACE_PREFIXES: usize = 256;
/// Peerings of a network.
pub(super) const PEERINGS: usize = 64;
/// Prefixes of a peering.
pub(super) const PEERING_PREFIXES: usize = 24;
/// Incoming peerings of a network.
pub(super) const INCOMING_PEERINGS: usize = 192;
/// Blocks handed out of a prefix.
pub(super) const USED: usize = 65_536;
/// Finalizers in a template's metadata.
pub(super) const FINALIZERS: usize = 64;
/// Entries of a selector's list or map, attributes of an interface.
pub(super) const ENTRIES: usize = 64;

/// The longest name of an object: a DNS subdomain. Names that must be labels get it as well, because
/// too long a text keeps all rules from running.
pub(super) const NAME: usize = 253;
/// A UID.
pub(super) const UID: usize = 64;
/// An address or a prefix; the longest is of 49 characters.
pub(super) const ADDRESS: usize = 64;
/// A value out of a few.
pub(super) const WORD: usize = 32;
/// A quantity.
pub(super) const QUANTITY: usize = 64;
/// A value of a label.
pub(super) const LABEL_VALUE: usize = 63;
/// A key of a label: prefix, slash, name.
pub(super) const LABEL_KEY: usize = 317;
/// An identifier of an outside system.
pub(super) const HANDLE: usize = 2048;
/// A value of an attribute.
pub(super) const ATTRIBUTE: usize = 1024;
/// An image of a disk.
pub(super) const IMAGE: usize = 4096;
/// A text for people, or one that is not read.
pub(super) const TEXT: usize = 32_768;
