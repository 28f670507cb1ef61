//! Container images of controller and webhook, made without a container tool or a registry.
//!
//! An image has one layer with one file, a static binary. There is nothing to run beside it, nothing to patch, and no CA
//! roots: the only server that our programs call is the API server, whose CA comes with the service account.
//!
//! ```no_run
//! # async fn f() -> anyhow::Result<()> {
//! use xtask::image::{Wanted, make};
//!
//! // Built in a minute, and large; `Wanted::default()` is what is shipped.
//! let wanted = Wanted { profile: "dev".to_owned(), ..Wanted::default() };
//! for image in make(&wanted, std::path::Path::new("/tmp/images")).await? {
//!     println!("{} in {}", image.name, image.archive.display());
//! }
//! # Ok(()) }
//! ```

mod arch;
mod archive;
mod binary;
pub mod dockerfile;
mod origin;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

pub use arch::Arch;
pub use origin::Origin;

use archive::{Contents, archive};

/// What the images are made of; each is an image's name as well, and the name of what it runs.
pub const PROGRAMS: [&str; 2] = ["ni-controller", "ni-webhook"];

/// The version of what is built, and the tag that `deploy/base` asks for.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The profile that is shipped.
pub const SHIPPED: &str = "dist";

/// No image that is shipped has more bytes than this: the controller has 16.6 million, the webhook 14.2 million. Two million of
/// these are what unwinding takes, so that a review that panics is answered and the process lives.
pub const LARGEST: u64 = 17_000_000;

/// What containerd puts in front of a name without a host, so what it must find in an archive.
const REGISTRY: &str = "docker.io";

/// Which images.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Behind the colon of their names.
    pub tag: String,
    /// Cargo's; those that are not [`SHIPPED`] are for tests, and may be of any size.
    pub profile: String,
    /// Where they run.
    pub arch: Arch,
    /// What was built, for the labels.
    pub origin: Origin,
}

impl Default for Wanted {
    /// What is shipped, from this checkout, for machines like this one.
    fn default() -> Self {
        Self {
            tag: VERSION.to_owned(),
            profile: SHIPPED.to_owned(),
            arch: Arch::default(),
            origin: Origin::of_checkout(),
        }
    }
}

/// An image that was made.
#[derive(Debug)]
pub struct Made {
    /// In full, as containerd and the kubelet know it.
    pub name: String,
    /// A docker-archive: `ctr --namespace k8s.io images import` and `docker load` take it.
    pub archive: PathBuf,
    /// Bytes of its layer, uncompressed.
    pub size: u64,
}

/// An image's name in full.
pub fn name(program: &str, tag: &str) -> String {
    format!("{REGISTRY}/ironcore-ni/{program}:{tag}")
}

/// Builds the programs and writes an archive of each into `dir`.
///
/// # Errors
/// If they can't be built for the architecture, are not static, or, where they are to be shipped, too large.
pub async fn make(wanted: &Wanted, dir: &Path) -> Result<Vec<Made>> {
    fs::create_dir_all(dir).with_context(|| format!("making {}", dir.display()))?;
    let binaries = binary::build(wanted.arch, &wanted.profile).await?;
    let pairs = PROGRAMS.iter().zip(binaries);
    pairs
        .map(|(program, path)| make_one(wanted, program, &path, dir))
        .collect()
}

/// Bytes in words: millions, with one digit behind the point.
pub fn megabytes(bytes: u64) -> String {
    let tenths = bytes / 100_000;
    format!("{}.{}", tenths / 10, tenths % 10)
}

/// A docker-archive of an image that is not shipped: one static binary for this machine, run as nobody.
pub(crate) fn of_binary(program: &str, binary: &[u8], name: &str) -> Result<Vec<u8>> {
    let origin = Origin {
        revision: None,
        source: None,
        epoch: 0,
    };
    let contents = Contents {
        program,
        binary,
        name,
        version: VERSION,
        arch: Arch::default(),
        origin: &origin,
    };
    binary::check(binary, contents.arch).with_context(|| name.to_owned())?;
    archive(&contents).map(|(bytes, _)| bytes)
}

fn make_one(wanted: &Wanted, program: &str, path: &Path, dir: &Path) -> Result<Made> {
    let binary = fs::read(path).with_context(|| format!("reading {}", path.display()))?;
    binary::check(&binary, wanted.arch).with_context(|| format!("{}", path.display()))?;
    let name = name(program, &wanted.tag);
    let contents = Contents {
        program,
        binary: &binary,
        name: &name,
        version: VERSION,
        arch: wanted.arch,
        origin: &wanted.origin,
    };
    let (bytes, size) = archive(&contents)?;
    ensure!(
        wanted.profile != SHIPPED || size <= LARGEST,
        "{name} has {size} bytes, more than {LARGEST}"
    );
    let (tag, arch) = (&wanted.tag, wanted.arch);
    let archive = dir.join(format!("{program}-{tag}-{arch}.tar"));
    fs::write(&archive, bytes).with_context(|| format!("writing {}", archive.display()))?;
    Ok(Made {
        name,
        archive,
        size,
    })
}

#[cfg(test)]
mod tests {
    use serde_norway::Value;

    use super::*;
    use crate::repo;

    /// What a kustomization makes of images' names.
    fn asked(folder: &str) -> Vec<String> {
        let path = repo::root().join(folder).join("kustomization.yaml");
        let text = fs::read_to_string(&path).expect("a kustomization");
        let value: Value = serde_norway::from_str(&text).expect("YAML");
        let images = value["images"].as_sequence().expect("images").iter();
        let name = |image: &Value| {
            let text = |key| image[key].as_str().expect("a text");
            format!("{REGISTRY}/{}:{}", text("name"), text("newTag"))
        };
        images.map(name).collect()
    }

    #[test]
    fn what_is_deployed_are_the_images_of_this_version() {
        let made = PROGRAMS.map(|program| name(program, VERSION));
        assert_eq!(asked("deploy/base"), made);
        assert_eq!(asked("deploy/uninstall"), made[..1]);
    }

    /// Programs that end at a panic would end all that is under way with it, and tests would not show it.
    #[test]
    fn what_is_shipped_unwinds_as_tests_do() {
        let path = repo::root().join("Cargo.toml");
        let manifest = fs::read_to_string(path).expect("the workspace");
        assert!(manifest.contains(&format!("[profile.{SHIPPED}]")));
        let aborts = manifest
            .lines()
            .find(|line| line.trim_start().starts_with("panic"));
        assert_eq!(aborts, None);
    }

    #[test]
    fn the_chart_is_of_this_version() {
        let path = repo::root().join("deploy/helm/ironcore-ni/Chart.yaml");
        let chart: Value =
            serde_norway::from_str(&fs::read_to_string(path).expect("a chart")).expect("YAML");
        for key in ["version", "appVersion"] {
            assert_eq!(chart[key], VERSION, "{key}");
        }
    }
}
