// SPDX-License-Identifier: Apache-2.0

//! buildah, with a storage of its own.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::process::Tied;
use crate::repo;

/// What buildah knows and keeps below one folder. Dropped, it leaves images there, and neither containers nor mounts.
pub(super) struct Buildah {
    dir: PathBuf,
}

impl Buildah {
    /// Takes away what a run that was interrupted left.
    pub(super) fn new(dir: &Path) -> Result<Self> {
        std::fs::create_dir_all(dir).with_context(|| format!("making {}", dir.display()))?;
        let buildah = Self {
            dir: dir.canonicalize()?,
        };
        buildah.clean();
        Ok(buildah)
    }

    /// Whether there is an image of this name.
    pub(super) fn has(&self, image: &str) -> Result<bool> {
        let images = self.said(&["images", "--json"])?;
        let images: Value = serde_json::from_str(&images).context("buildah's images")?;
        let all = images.as_array().into_iter().flatten();
        let mut names = all.flat_map(|one| one["names"].as_array().into_iter().flatten());
        Ok(names.any(|name| name == image))
    }

    /// Makes an image of one layer, a folder.
    pub(super) fn import(&self, root: &Path, image: &str) -> Result<()> {
        let container = self.said(&["from", "scratch"])?;
        let root = root.to_str().context("a folder with a name in UTF-8")?;
        self.run(&["add", "--quiet", &container, root, "/"])?;
        self.run(&["commit", "--quiet", "--rm", &container, image])
    }

    /// Builds a Dockerfile in the repository's root. Layers of former builds are used, nothing is pulled.
    pub(super) fn build(&self, file: &str, image: &str, arguments: &[String]) -> Result<()> {
        // A label that a build argument fills in counts as unchanged whatever the argument is (buildah 1.28), so of the last
        // stage no layers are used. They go with the image.
        if self.has(image)? {
            self.run(&["rmi", "--force", image])?;
        }
        let mut args = vec!["build", "--layers", "--isolation=chroot", "--network=host"];
        args.extend(["--pull-never", "--file", file, "--tag", image]);
        for argument in arguments {
            args.extend(["--build-arg", argument]);
        }
        args.push(".");
        self.run(&args)
    }

    /// An image's configuration, as the OCI image specification has it.
    pub(super) fn config(&self, image: &str) -> Result<Value> {
        let all = self.said(&["inspect", "--type=image", image])?;
        let mut all: Value = serde_json::from_str(&all).context("what buildah says of an image")?;
        Ok(all["OCIv1"]["config"].take())
    }

    /// Calls `look` with the folder in which an image's files are.
    pub(super) fn mounted<T>(
        &self,
        image: &str,
        look: impl FnOnce(&Path) -> Result<T>,
    ) -> Result<T> {
        let container = self.said(&["from", "--pull-never", image])?;
        let seen = self
            .said(&["mount", &container])
            .and_then(|root| look(Path::new(&root)));
        self.run(&["rm", &container])?;
        seen
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new("buildah");
        command
            .current_dir(repo::root())
            .args(["--storage-driver=overlay", "--root"]);
        command
            .arg(self.dir.join("root"))
            .arg("--runroot")
            .arg(self.dir.join("run"));
        command.args(args);
        command
    }

    /// Runs it; what it prints is shown.
    fn run(&self, args: &[&str]) -> Result<()> {
        let mut command = self.command(args);
        // Our standard output is for results.
        command.stdout(std::io::stderr());
        run("buildah", command)
    }

    fn said(&self, args: &[&str]) -> Result<String> {
        let output = self
            .command(args)
            .stderr(Stdio::inherit())
            .output()
            .context("buildah")?;
        let status = output.status;
        ensure!(
            status.success(),
            "`buildah {}` failed ({status})",
            args.join(" ")
        );
        Ok(String::from_utf8(output.stdout)?.trim().to_owned())
    }

    /// Failed builds leave containers, and every one leaves its storage mounted onto itself.
    fn clean(&self) {
        let quiet = |mut command: Command| {
            // What is not there can't be taken away, and nothing depends on it.
            let _ = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
        };
        quiet(self.command(&["rm", "--all"]));
        let mut unmount = Command::new("umount");
        unmount.arg(self.dir.join("root/overlay"));
        quiet(unmount);
    }
}

impl Drop for Buildah {
    fn drop(&mut self) {
        self.clean();
    }
}

/// Runs a command to its end, or ours.
pub(super) fn run(name: &str, command: Command) -> Result<()> {
    let words = command
        .get_args()
        .map(|arg| arg.to_string_lossy().into_owned());
    let words = words.collect::<Vec<_>>().join(" ");
    let status = Tied::spawn(name, command)?.wait_blocking()?;
    ensure!(status.success(), "`{name} {words}` failed ({status})");
    Ok(())
}
