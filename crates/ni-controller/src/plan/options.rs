// SPDX-License-Identifier: Apache-2.0

//! What operators decide, by flags.

use std::time::Duration;

/// What operators decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// `--replace-interfaces`: which interfaces may be deleted and recreated.
    pub replace: Replace,
    /// `--network-interface-status`: who writes the status of interfaces.
    pub status: StatusOwner,
    /// `--duplicate-addresses`: whether two interfaces of a network may have one address.
    pub duplicate_addresses: DuplicateAddresses,
    /// `--prefix-allocation`: who allocates prefixes.
    pub prefixes: Allocator,
    /// `--address-reuse-delay`: how long a freed block rests.
    pub reuse_delay: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            replace: Replace::Unattached,
            status: StatusOwner::Controller,
            duplicate_addresses: DuplicateAddresses::Refuse,
            prefixes: Allocator::Controller,
            reuse_delay: Duration::ZERO,
        }
    }
}

/// Which interfaces may be replaced when they differ in what can't change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Replace {
    /// Those without a `providerID`, which are not attached yet.
    Unattached,
    /// All interfaces.
    Always,
}

/// Who writes the status of interfaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum StatusOwner {
    /// This controller.
    Controller,
    /// A network plugin: this controller does not write it.
    External,
}

/// Who allocates prefixes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Allocator {
    /// This controller.
    Controller,
    /// Another allocator: this controller does not write prefix, parentRef, status and finalizer of Prefixes.
    External,
}

/// Whether two interfaces of a network may have one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum DuplicateAddresses {
    /// The oldest interface has the address, the others are in state Error.
    Refuse,
    /// Not checked, as in IronCore.
    Allow,
}
