// SPDX-License-Identifier: Apache-2.0

//! Where programs come from that are not installed.

use std::convert::Infallible;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::OnceLock;

use anyhow::{Context, Result};

use super::release::Release;

/// The variable that names it.
pub(crate) const VARIABLE: &str = "BINARIES_FROM";

/// Named on the command line: one for the whole process, as the variable is.
static CHOSEN: OnceLock<Source> = OnceLock::new();

/// Where programs come from that are not installed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The release hosts of Kubernetes and etcd.
    Official,
    /// A server that has the files of both below this URL.
    Mirror(String),
    /// A folder that has them, or the programs themselves.
    Folder(PathBuf),
    /// Go alone.
    Go,
}

/// Where to begin the path of a release's file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    Url(String),
    Folder(PathBuf),
}

impl Source {
    /// The one that was named on the command line, else by the variable, else the official one.
    ///
    /// # Errors
    /// Where the variable's value is no text.
    pub fn chosen() -> Result<Self> {
        if let Some(chosen) = CHOSEN.get() {
            return Ok(chosen.clone());
        }
        let Some(value) = std::env::var_os(VARIABLE) else {
            return Ok(Self::Official);
        };
        let value = value
            .to_str()
            .with_context(|| format!("{VARIABLE} is no text"))?;
        let Ok(source) = value.parse();
        Ok(source)
    }

    /// The one for all processes that are started from now on; none where the variable tells them already.
    pub(crate) fn for_others() -> Option<String> {
        CHOSEN.get().map(ToString::to_string)
    }

    /// The folder, if it is one.
    pub(super) fn folder(&self) -> Option<&Path> {
        match self {
            Self::Folder(folder) => Some(folder),
            Self::Official | Self::Mirror(_) | Self::Go => None,
        }
    }

    /// Where the files of a release are; none where Go builds all.
    pub(super) fn origin(&self, release: Release) -> Option<Origin> {
        match self {
            Self::Official => Some(Origin::Url(release.host().to_owned())),
            Self::Mirror(url) => Some(Origin::Url(url.clone())),
            Self::Folder(folder) => Some(Origin::Folder(folder.clone())),
            Self::Go => None,
        }
    }
}

impl FromStr for Source {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(match text {
            "" => Self::Official,
            "go" => Self::Go,
            _ if text.starts_with("http://") || text.starts_with("https://") => {
                Self::Mirror(text.trim_end_matches('/').to_owned())
            }
            // Processes that are told of it have other working directories.
            _ => Self::Folder(std::path::absolute(text).unwrap_or_else(|_| text.into())),
        })
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Official => Ok(()),
            Self::Mirror(url) => f.write_str(url),
            Self::Folder(folder) => write!(f, "{}", folder.display()),
            Self::Go => f.write_str("go"),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url(url) => f.write_str(url),
            Self::Folder(folder) => write!(f, "{}", folder.display()),
        }
    }
}

/// The option, for each command that starts a control plane.
#[derive(Default, clap::Args)]
pub struct BinariesFrom {
    /// Where to take Kubernetes' programs and etcd from if none are installed: a mirror of the release hosts (URL or folder), a
    /// folder that has the programs, or `go` to build them [default: the release hosts; what they don't give is built]
    #[arg(long, env = VARIABLE, value_name = "DIR|URL|go", hide_env_values = true)]
    binaries_from: Option<Source>,
}

impl BinariesFrom {
    /// Makes it the source of the whole process.
    pub fn choose(&self) {
        if let Some(source) = &self.binaries_from {
            // Chosen once, before anything else: nothing can have been set.
            let _ = CHOSEN.set(source.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_a_mirror_a_folder_or_go() {
        let source = |text: &str| text.parse::<Source>().unwrap();
        assert_eq!(source("go"), Source::Go);
        let mirror = source("https://mirror.example/a/");
        assert_eq!(
            mirror,
            Source::Mirror("https://mirror.example/a".to_owned())
        );
        assert_eq!(source("/srv/a"), Source::Folder("/srv/a".into()));
        assert!(source("a/b").folder().is_some_and(Path::is_absolute));
    }

    #[test]
    fn what_others_are_told_means_the_same() {
        for text in ["", "go", "https://mirror.example/a", "/srv/a"] {
            let source: Source = text.parse().unwrap();
            assert_eq!(source.to_string().parse(), Ok(source));
        }
    }

    #[test]
    fn only_the_official_source_has_a_host_per_release() {
        let releases = [Release::Kubernetes, Release::Etcd];
        let of = |source: &Source| releases.map(|release| source.origin(release));
        let [kubernetes, etcd] = of(&Source::Official);
        assert_ne!(kubernetes, etcd);
        let [kubernetes, etcd] = of(&Source::Mirror("http://m".to_owned()));
        assert_eq!(kubernetes, etcd);
        assert_eq!(of(&Source::Go), [None, None]);
    }
}
