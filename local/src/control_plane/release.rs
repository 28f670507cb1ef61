// SPDX-License-Identifier: Apache-2.0

//! Which files a release has, and where: the official hosts' layout, which mirrors have as well.

use super::version::{ETCD, KUBERNETES};

/// Whose release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Release {
    Kubernetes,
    Etcd,
}

/// A kind of machine, in Go's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Platform {
    arch: &'static str,
}

impl Platform {
    /// None where no servers are published.
    pub(super) fn of_this_machine() -> Option<Self> {
        Self::of(std::env::consts::OS, std::env::consts::ARCH)
    }

    pub(super) fn of(system: &str, arch: &str) -> Option<Self> {
        let arch = match (system, arch) {
            ("linux", "x86_64") => "amd64",
            ("linux", "aarch64") => "arm64",
            ("linux", "s390x") => "s390x",
            _ => return None,
        };
        Some(Self { arch })
    }
}

/// A file of a release.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Published {
    pub(super) release: Release,
    /// Below the host.
    pub(super) path: String,
    /// The file beside it that has its checksum, and maybe those of others.
    pub(super) checksums: String,
    /// The program's place in the file, if that is a `.tar.gz`.
    pub(super) inside: Option<String>,
}

impl Published {
    /// Its name.
    pub(super) fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }
}

impl Release {
    /// The host that publishes it.
    pub(super) fn host(self) -> &'static str {
        match self {
            Self::Kubernetes => "https://dl.k8s.io",
            Self::Etcd => "https://github.com",
        }
    }

    /// The file that has a program, of the pinned version.
    pub(super) fn file(self, program: &str, platform: Platform) -> Published {
        let arch = platform.arch;
        match self {
            Self::Kubernetes => {
                let version = *KUBERNETES;
                let path = format!("release/v{version}/bin/linux/{arch}/{program}");
                Published {
                    release: self,
                    checksums: format!("{path}.sha256"),
                    path,
                    inside: None,
                }
            }
            Self::Etcd => {
                let version = *ETCD;
                let folder = format!("etcd-io/etcd/releases/download/v{version}");
                let name = format!("etcd-v{version}-linux-{arch}");
                Published {
                    release: self,
                    path: format!("{folder}/{name}.tar.gz"),
                    checksums: format!("{folder}/SHA256SUMS"),
                    inside: Some(format!("{name}/{program}")),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_are_published_for_linux_only() {
        assert_eq!(
            Platform::of("linux", "aarch64"),
            Some(Platform { arch: "arm64" })
        );
        assert_eq!(Platform::of("linux", "riscv64"), None);
        assert_eq!(Platform::of("macos", "aarch64"), None);
    }

    #[test]
    fn kubernetes_publishes_programs_and_etcd_an_archive() {
        let platform = Platform { arch: "amd64" };
        let (kubernetes, etcd) = (*KUBERNETES, *ETCD);
        let file = Release::Kubernetes.file("kubelet", platform);
        assert_eq!(
            file.checksums,
            format!("release/v{kubernetes}/bin/linux/amd64/kubelet.sha256")
        );
        assert_eq!((file.name(), &file.inside), ("kubelet", &None));
        let file = Release::Etcd.file("etcd", platform);
        assert_eq!(file.name(), format!("etcd-v{etcd}-linux-amd64.tar.gz"));
        let inside = format!("etcd-v{etcd}-linux-amd64/etcd");
        assert_eq!(file.inside, Some(inside));
    }
}
