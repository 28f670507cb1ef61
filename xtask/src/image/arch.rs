// SPDX-License-Identifier: Apache-2.0

//! Architectures that images are made for.

use std::fmt;

/// An architecture, by the name that images have for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Arch {
    /// 64-bit x86.
    Amd64,
    /// 64-bit Arm.
    Arm64,
}

impl Default for Arch {
    /// This machine's.
    fn default() -> Self {
        if cfg!(target_arch = "aarch64") {
            Self::Arm64
        } else {
            Self::Amd64
        }
    }
}

impl Arch {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Amd64, Self::Arm64];

    /// What rustc calls it. With glibc, which resolves names as everything else in the cluster does.
    pub(crate) fn target(self) -> &'static str {
        match self {
            Self::Amd64 => "x86_64-unknown-linux-gnu",
            Self::Arm64 => "aarch64-unknown-linux-gnu",
        }
    }

    /// The C compiler that links for it from another one, by the name that Debian and Fedora give it.
    pub(super) fn cross_compiler(self) -> &'static str {
        match self {
            Self::Amd64 => "x86_64-linux-gnu-gcc",
            Self::Arm64 => "aarch64-linux-gnu-gcc",
        }
    }

    /// Whether programs for it run here.
    pub(super) fn is_native(self) -> bool {
        cfg!(target_os = "linux") && self == Self::default()
    }

    /// The machine in an ELF header.
    pub(super) fn elf_machine(self) -> u16 {
        match self {
            Self::Amd64 => elf::abi::EM_X86_64,
            Self::Arm64 => elf::abi::EM_AARCH64,
        }
    }
}

impl fmt::Display for Arch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Amd64 => "amd64",
            Self::Arm64 => "arm64",
        })
    }
}
