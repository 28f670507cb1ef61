//! The Dockerfiles, built and looked at: for those who build images as they always do.
//!
//! buildah builds them, on a stand-in for the image that they begin with, made of Debian's packages and the Rust that is
//! installed: no registry is asked. What is proven are the files' own steps, not the published image.

mod buildah;
mod expect;
mod needs;
mod stand_in;

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::{Arch, LARGEST, Origin, PROGRAMS, VERSION, binary};
use buildah::Buildah;
pub use needs::{check as can_check, install};

/// What a Dockerfile made.
#[derive(Debug)]
pub struct Built {
    /// The program.
    pub program: &'static str,
    /// The bytes of its binary.
    pub binary: Vec<u8>,
}

/// Builds both Dockerfiles, and fails unless the images hold the program alone, static, no larger than [`LARGEST`], to be
/// run as nobody, with labels that say what it is, and the program runs. Layers are kept in `dir`, for the next time.
///
/// # Errors
/// If one of that does not hold, or nothing can be built.
pub fn check(origin: &Origin, dir: &Path) -> Result<Vec<Built>> {
    needs::check(dir)?;
    let buildah = Buildah::new(dir)?;
    stand_in::make(&buildah, &dir.join("stand-in"))?;
    let all = PROGRAMS.iter();
    all.map(|program| check_one(&buildah, program, origin).with_context(|| file(program)))
        .collect()
}

/// The Dockerfile of a program.
fn file(program: &str) -> String {
    format!("Dockerfile.{}", program.trim_start_matches("ni-"))
}

fn check_one(buildah: &Buildah, program: &'static str, origin: &Origin) -> Result<Built> {
    let image = format!("localhost/{program}:{VERSION}");
    let revision = origin.revision.clone().unwrap_or_default();
    let arguments = [
        format!("SOURCE_DATE_EPOCH={}", origin.epoch),
        format!("REVISION={revision}"),
        format!("SOURCE={}", origin.source.clone().unwrap_or_default()),
    ];
    buildah.build(&file(program), &image, &arguments)?;
    let faults = expect::faults(&buildah.config(&image)?, program, &revision);
    ensure!(faults.is_empty(), "{}", faults.join("; "));
    buildah.mounted(&image, |root| look_at(root, program, origin.epoch))
}

/// The image's only file.
fn look_at(root: &Path, program: &'static str, epoch: u64) -> Result<Built> {
    use std::os::unix::fs::MetadataExt;
    let names = std::fs::read_dir(root)?.map(|entry| Ok(entry?.file_name()));
    let names = names.collect::<Result<Vec<_>>>()?;
    ensure!(names == [program], "the image holds {names:?}");
    let path = root.join(program);
    let metadata = path.metadata()?;
    let (mode, owner, time) = (metadata.mode() & 0o7777, metadata.uid(), metadata.mtime());
    ensure!(
        (mode, owner) == (0o555, 0) && u64::try_from(time) == Ok(epoch),
        "{program} has mode {mode:o}, owner {owner} and time {time}"
    );
    let size = metadata.len();
    ensure!(
        size <= LARGEST,
        "{program} has {size} bytes, more than {LARGEST}"
    );
    let binary = std::fs::read(&path)?;
    binary::check(&binary, Arch::default())?;
    let mut command = Command::new("chroot");
    command.args(["--userspec=65532:65532"]).arg(root);
    let output = command
        .arg(format!("/{program}"))
        .arg("--version")
        .output()?;
    let said = String::from_utf8_lossy(&output.stdout);
    ensure!(
        said.trim() == format!("{program} {VERSION}"),
        "{program} --version says {said:?} ({})",
        output.status
    );
    Ok(Built { program, binary })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repo;

    fn text(program: &str) -> String {
        std::fs::read_to_string(repo::root().join(file(program))).expect("a Dockerfile")
    }

    #[test]
    fn both_dockerfiles_are_the_same_but_for_the_programs_name() {
        // Both programs are built in either, for their dependencies: these lines are left alone.
        let renamed = |text: &str, from, to| {
            let lines = text.lines().map(|line| {
                let both = PROGRAMS.iter().all(|name| line.contains(name));
                let manifest = line.contains("crates/ni-");
                if both || manifest {
                    line.to_owned()
                } else {
                    line.replace(&file(from), &file(to)).replace(from, to)
                }
            });
            lines.collect::<Vec<_>>().join("\n")
        };
        let [controller, webhook] = PROGRAMS;
        let (from, to) = (text(controller), text(webhook));
        assert_eq!(renamed(&from, controller, webhook), to.trim_end());
        assert_ne!(from, to);
    }

    #[test]
    fn every_member_of_the_workspace_is_in_the_first_layer() {
        let manifest =
            std::fs::read_to_string(repo::root().join("Cargo.toml")).expect("a manifest");
        let (_, rest) = manifest.split_once("members = [").expect("members");
        let (members, _) = rest.split_once(']').expect("their end");
        let members: Vec<&str> = members
            .split(", ")
            .map(|member| member.trim_matches('"'))
            .collect();
        assert!(members.len() > 3, "{members:?}");
        for program in PROGRAMS {
            for member in &members {
                let copy = format!("COPY {member}/Cargo.toml {member}/");
                assert!(
                    text(program).lines().any(|line| line == copy),
                    "{program}: {copy}"
                );
            }
        }
    }

    #[test]
    fn a_dockerfile_begins_with_our_rust_and_says_our_version() {
        for program in PROGRAMS {
            let text = text(program);
            let lines = |wanted: &str| text.lines().any(|line| line == wanted);
            assert!(
                lines(&format!("ARG RUST={}", stand_in::short_name())),
                "{program}"
            );
            assert!(lines(&format!("ARG VERSION={VERSION}")), "{program}");
        }
    }
}
