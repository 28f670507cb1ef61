// SPDX-License-Identifier: Apache-2.0

//! Container images of controller and webhook, made without a container tool or a registry.
//!
//! An image has one layer: a static binary, and the licence texts of what is in it. There is nothing to run beside it, nothing
//! to patch, and no CA roots: the only server that our programs call is the API server, whose CA comes with the service account.
//! Beside the archive there is the bill of what the program is made of.
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

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use cargo_lock::Lockfile;

pub use arch::Arch;
pub use origin::Origin;

use crate::repo;
use crate::shipped::licenses::THIRD_PARTY;
use crate::shipped::{Linked, audit, linked, sbom};
use archive::{Contents, archive};

/// What the images are made of; each is an image's name as well, and the name of what it runs.
pub const PROGRAMS: [&str; 2] = ["ni-controller", "ni-webhook"];

/// The version of what is built, and the tag that `deploy/base` asks for.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The profile that is shipped.
pub const SHIPPED: &str = "dist";

/// No program that is shipped has more bytes than this: the controller has 16.6 million, the webhook 14.2 million. Two million of
/// these are what unwinding takes, so that a review that panics is answered and the process lives.
pub const LARGEST: u64 = 17_000_000;

/// The licence texts of an image have no more bytes than this, all together.
const LARGEST_TEXTS: usize = 600_000;

/// The licence texts in an image, by name, and where they are in the repository. The Dockerfiles copy the same.
const TEXTS: [(&str, &str); 2] = [("LICENSE", "LICENSE"), ("THIRD-PARTY.txt", THIRD_PARTY)];

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
    /// What the program is made of, as `CycloneDX`.
    pub sbom: PathBuf,
    /// Bytes of its layer, uncompressed.
    pub size: u64,
}

/// An image's name in full.
pub fn name(program: &str, tag: &str) -> String {
    format!("{REGISTRY}/ironcore-ni/{program}:{tag}")
}

/// Builds the programs and writes an archive and an SBOM of each into `dir`.
///
/// # Errors
/// If they can't be built for the architecture, are not static, do not say what they are made of, or, where they are to be
/// shipped, too large.
pub async fn make(wanted: &Wanted, dir: &Path) -> Result<Vec<Made>> {
    fs::create_dir_all(dir).with_context(|| format!("making {}", dir.display()))?;
    let binaries = binary::build(wanted.arch, &wanted.profile).await?;
    let shared = Shared {
        wanted,
        licenses: license_texts()?,
        linked: linked(&PROGRAMS, &[wanted.arch])?,
        lock: audit::locked()?,
    };
    let pairs = PROGRAMS.iter().zip(binaries);
    pairs
        .map(|(program, path)| shared.make_one(program, &path, dir))
        .collect()
}

/// Names and texts of what an image holds beside its program.
fn license_texts() -> Result<Vec<(&'static str, Vec<u8>)>> {
    let read = |(name, file): (&'static str, &str)| {
        let text = fs::read(repo::root().join(file)).with_context(|| format!("reading {file}"))?;
        Ok((name, text))
    };
    let texts = TEXTS.into_iter().map(read).collect::<Result<Vec<_>>>()?;
    let size: usize = texts.iter().map(|(_, text)| text.len()).sum();
    ensure!(
        size <= LARGEST_TEXTS,
        "the licence texts have {size} bytes, more than {LARGEST_TEXTS}"
    );
    Ok(texts)
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
        licenses: &[],
        name,
        version: VERSION,
        arch: Arch::default(),
        origin: &origin,
    };
    binary::check(binary, contents.arch).with_context(|| name.to_owned())?;
    archive(&contents).map(|(bytes, _)| bytes)
}

/// What all images are made with.
struct Shared<'a> {
    wanted: &'a Wanted,
    licenses: Vec<(&'static str, Vec<u8>)>,
    linked: BTreeMap<String, Linked>,
    lock: Lockfile,
}

impl Shared<'_> {
    fn make_one(&self, program: &str, path: &Path, dir: &Path) -> Result<Made> {
        let wanted = self.wanted;
        let binary = fs::read(path).with_context(|| format!("reading {}", path.display()))?;
        self.check(program, &binary)
            .with_context(|| path.display().to_string())?;
        let name = name(program, &wanted.tag);
        let contents = Contents {
            program,
            binary: &binary,
            licenses: &self.licenses,
            name: &name,
            version: VERSION,
            arch: wanted.arch,
            origin: &wanted.origin,
        };
        let (bytes, size) = archive(&contents)?;
        let linked = &self.linked[program];
        let bill = sbom::json(program, linked, &self.lock, &wanted.origin)?;
        let (tag, arch) = (&wanted.tag, wanted.arch);
        let file = |ending| dir.join(format!("{program}-{tag}-{arch}.{ending}"));
        let (archive, sbom) = (file("tar"), file("cdx.json"));
        for (path, bytes) in [(&archive, bytes), (&sbom, bill)] {
            fs::write(path, bytes).with_context(|| format!("writing {}", path.display()))?;
        }
        Ok(Made {
            name,
            archive,
            sbom,
            size,
        })
    }

    fn check(&self, program: &str, binary: &[u8]) -> Result<()> {
        binary::check(binary, self.wanted.arch)?;
        let linked = self.linked.get(program);
        let linked = linked.with_context(|| format!("cargo does not know {program}"))?;
        audit::check(binary, program, linked, &self.lock)?;
        let size = binary.len();
        ensure!(
            self.wanted.profile != SHIPPED || size as u64 <= LARGEST,
            "{program} has {size} bytes, more than {LARGEST}"
        );
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_norway::Value;

    use super::*;

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
