// SPDX-License-Identifier: Apache-2.0

//! `cargo xtask image`.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use xtask::image::{Arch, Origin, SHIPPED, VERSION, Wanted, make, megabytes};
use xtask::repo;

use super::dockerfiles;

/// Make the container images of controller and webhook, without a container tool or a registry
#[derive(clap::Args)]
pub(crate) struct Image {
    /// The images' tag
    #[arg(long, default_value = VERSION)]
    tag: String,
    /// Where the archives go [default: target/images]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Cargo's profile; others than the default are for tests, and make large images
    #[arg(long, default_value = SHIPPED)]
    profile: String,
    /// Where the images run [default: on machines like this one]
    #[arg(long, value_enum)]
    arch: Option<Arch>,
    /// Where the sources are published, for a label [default: git's remote origin]
    #[arg(long, value_name = "URL")]
    source: Option<String>,
    /// Build the Dockerfiles too, by buildah, as root, and check what they make
    #[arg(long)]
    with_buildah: bool,
}

impl Image {
    pub(crate) async fn run(self) -> Result<ExitCode> {
        let origin = Origin::of_checkout();
        let wanted = Wanted {
            tag: self.tag,
            profile: self.profile,
            arch: self.arch.unwrap_or_default(),
            origin: Origin {
                source: self.source.or(origin.source),
                ..origin
            },
        };
        let out = self
            .out
            .unwrap_or_else(|| repo::root().join("target/images"));
        let images = make(&wanted, &out).await?;
        for image in &images {
            let (name, size) = (&image.name, megabytes(image.size));
            println!("{name} ({size} MB): {}", image.archive.display());
            println!("  made of: {}", image.sbom.display());
        }
        if self.with_buildah {
            dockerfiles::check(&wanted.origin).await?;
        }
        println!(
            "to load one: `ctr --namespace k8s.io images import FILE`, or `docker load --input FILE`"
        );
        Ok(ExitCode::SUCCESS)
    }
}
