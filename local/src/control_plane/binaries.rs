// SPDX-License-Identifier: Apache-2.0

//! Where the servers' binaries come from: what the user has, else the cache, else a release, else a build.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::obtain::obtain;
use super::programs::CONTROL_PLANE;
use super::source::{Source, VARIABLE};
use super::version::{ETCD, KUBERNETES, OLDEST_ETCD, OLDEST_KUBERNETES, Version};
use crate::progress::say;
use crate::repo;

/// A folder that holds kube-apiserver, kube-controller-manager and etcd.
#[derive(Clone, Debug)]
pub struct Binaries {
    dir: PathBuf,
    from: &'static str,
    kubernetes: Version,
    etcd: Version,
}

/// The programs that belong together.
pub(super) const PROGRAMS: [&str; 3] = ["kube-apiserver", "kube-controller-manager", "etcd"];

impl Binaries {
    /// Looks at `CONTROL_PLANE_BIN`, `KUBEBUILDER_ASSETS`, `PATH`, the cache and a folder that is the [`Source`], in this
    /// order. When there is nothing that can be used, it takes them from the source or builds them with Go. Says on standard
    /// error what it chose.
    pub async fn find_or_obtain() -> Result<Self> {
        let found = match Self::find()? {
            Some(found) => found,
            None => tokio::task::spawn_blocking(Self::obtain).await??,
        };
        say(&format!("control plane: {found}"));
        Ok(found)
    }

    /// The folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    pub(super) fn program(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    fn find() -> Result<Option<Self>> {
        let places = places(&Source::chosen()?);
        Ok(places
            .into_iter()
            .find_map(|(from, dir)| Self::usable(from, &dir)))
    }

    fn obtain() -> Result<Self> {
        let dir = cache_dir();
        obtain(&dir, &CONTROL_PLANE)?;
        Self::check("new in the cache", &dir)
    }

    /// What is not usable is passed over with a word why, as the user may wonder.
    fn usable(from: &'static str, dir: &Path) -> Option<Self> {
        let have = PROGRAMS
            .iter()
            .filter(|name| dir.join(name).is_file())
            .count();
        if have == 0 {
            return None;
        }
        Self::check(from, dir)
            .inspect_err(|why| {
                let dir = dir.display();
                say(&format!(
                    "control plane: passing over {dir} ({from}): {why:#}"
                ));
            })
            .ok()
    }

    fn check(from: &'static str, dir: &Path) -> Result<Self> {
        for name in PROGRAMS {
            ensure!(dir.join(name).is_file(), "it has no {name}");
        }
        let kubernetes = version_of(dir, "kube-apiserver", OLDEST_KUBERNETES)?;
        let etcd = version_of(dir, "etcd", OLDEST_ETCD)?;
        Ok(Self {
            dir: dir.to_owned(),
            from,
            kubernetes,
            etcd,
        })
    }
}

impl fmt::Display for Binaries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            dir,
            from,
            kubernetes,
            etcd,
        } = self;
        write!(
            f,
            "Kubernetes {kubernetes}, etcd {etcd} in {} ({from})",
            dir.display()
        )
    }
}

fn places(source: &Source) -> Vec<(&'static str, PathBuf)> {
    let variable = |name: &'static str| Some((name, PathBuf::from(std::env::var_os(name)?)));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let in_path = std::env::split_paths(&path).find(|dir| dir.join("kube-apiserver").is_file());
    [
        variable("CONTROL_PLANE_BIN"),
        variable("KUBEBUILDER_ASSETS"),
        in_path.map(|dir| ("PATH", dir)),
        Some(("cache", cache_dir())),
        source.folder().map(|dir| (VARIABLE, dir.to_owned())),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Where what is downloaded or built is kept.
pub fn cache_dir() -> PathBuf {
    repo::user_cache().join(format!("control-plane-{}-{}", *KUBERNETES, *ETCD))
}

fn version_of(dir: &Path, program: &str, oldest: Version) -> Result<Version> {
    let output = Command::new(dir.join(program)).arg("--version").output();
    let output = output.with_context(|| format!("its {program} cannot be run"))?;
    let version = Version::in_text(&String::from_utf8_lossy(&output.stdout));
    let version = version.with_context(|| format!("its {program} does not tell its version"))?;
    ensure!(
        version >= oldest,
        "its {program} is {version}, at least {oldest} is needed"
    );
    Ok(version)
}
