// SPDX-License-Identifier: Apache-2.0

//! An image as a docker-archive: the same bytes for the same contents. Pure.

use anyhow::Result;
use k8s_openapi::jiff::Timestamp;
use ring::digest::{SHA256, digest};
use serde_json::{Map, Value, json};
use tar::{Builder, EntryType, Header};

use super::{Arch, Origin};

/// Nobody's user and group, as `deploy/base` sets them too.
const USER: &str = "65532:65532";

/// Where an image has the licence texts of what is in it.
pub(super) const LICENSES: &str = "licenses";

/// What an image is made of.
pub(super) struct Contents<'a> {
    /// The program's name; it is in the root folder.
    pub program: &'a str,
    pub binary: &'a [u8],
    /// Names and texts of licences, in the folder [`LICENSES`].
    pub licenses: &'a [(&'a str, Vec<u8>)],
    /// The image's name in full, with tag.
    pub name: &'a str,
    pub version: &'a str,
    pub arch: Arch,
    pub origin: &'a Origin,
}

/// The archive, and how many bytes of it are the image's layer.
///
/// # Errors
/// If the time is out of range. Writing to memory does not fail.
pub(super) fn archive(contents: &Contents) -> Result<(Vec<u8>, u64)> {
    let epoch = contents.origin.epoch;
    let layer = layer(contents)?;
    let size = layer.len() as u64;
    let layer_hash = sha256(&layer);
    let config = config(contents, &layer_hash)?.to_string();
    let (config_name, layer_name) = (
        format!("{}.json", sha256(config.as_bytes())),
        format!("{layer_hash}.tar"),
    );
    let manifest = json!([{
        "Config": config_name,
        "RepoTags": [contents.name],
        "Layers": [layer_name],
    }])
    .to_string();
    let files: [(&str, u32, &[u8]); 3] = [
        ("manifest.json", 0o444, manifest.as_bytes()),
        (&config_name, 0o444, config.as_bytes()),
        (&layer_name, 0o444, &layer),
    ];
    Ok((tar(&files, epoch)?, size))
}

/// The program, and the licences.
fn layer(contents: &Contents) -> Result<Vec<u8>> {
    let in_folder = |name: &str| format!("{LICENSES}/{name}");
    let licenses = contents.licenses.iter();
    let licenses: Vec<_> = licenses
        .map(|(name, text)| (in_folder(name), text.as_slice()))
        .collect();
    let mut files = vec![(contents.program, 0o555, contents.binary)];
    files.extend(
        licenses
            .iter()
            .map(|(name, text)| (name.as_str(), 0o444, *text)),
    );
    tar(&files, contents.origin.epoch)
}

/// The image's configuration, as the OCI image specification has it.
fn config(contents: &Contents, layer_hash: &str) -> Result<Value> {
    let created = Timestamp::from_second(contents.origin.epoch.try_into()?)?.to_string();
    Ok(json!({
        "architecture": contents.arch.to_string(),
        "os": "linux",
        "created": created,
        "config": {
            "User": USER,
            "Entrypoint": [format!("/{}", contents.program)],
            // So that `kubectl exec` finds the program by its name.
            "Env": ["PATH=/"],
            "WorkingDir": "/",
            "Labels": labels(contents),
        },
        "rootfs": { "type": "layers", "diff_ids": [format!("sha256:{layer_hash}")] },
        "history": [{ "created": created, "created_by": "cargo xtask image" }],
    }))
}

/// <https://github.com/opencontainers/image-spec/blob/main/annotations.md>
fn labels(contents: &Contents) -> Map<String, Value> {
    let Origin {
        revision, source, ..
    } = contents.origin;
    let labels = [
        ("title", Some(contents.program)),
        ("version", Some(contents.version)),
        ("licenses", Some(env!("CARGO_PKG_LICENSE"))),
        ("revision", revision.as_deref()),
        ("source", source.as_deref()),
    ];
    let labels = labels.into_iter().filter_map(|(name, value)| {
        let name = format!("org.opencontainers.image.{name}");
        Some((name, value?.into()))
    });
    labels.collect()
}

/// Files of nobody in particular, all of one time.
fn tar(files: &[(&str, u32, &[u8])], epoch: u64) -> Result<Vec<u8>> {
    let mut builder = Builder::new(Vec::new());
    for (name, mode, content) in files {
        let mut header = Header::new_ustar();
        header.set_entry_type(EntryType::Regular);
        header.set_mode(*mode);
        header.set_uid(0);
        header.set_gid(0);
        header.set_mtime(epoch);
        header.set_size(content.len() as u64);
        builder.append_data(&mut header, name, *content)?;
    }
    Ok(builder.into_inner()?)
}

fn sha256(bytes: &[u8]) -> String {
    use std::fmt::Write;
    digest(&SHA256, bytes)
        .as_ref()
        .iter()
        .fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::io::Read;

    use super::*;

    const EPOCH: u64 = 1_700_000_000;

    fn made() -> Vec<u8> {
        let origin = Origin {
            revision: Some("abc".to_owned()),
            source: Some("https://example.org/a".to_owned()),
            epoch: EPOCH,
        };
        let contents = Contents {
            program: "p",
            binary: b"binary",
            licenses: &[("TEXT", b"You may.".to_vec())],
            name: "example.org/a/p:1",
            version: "1",
            arch: Arch::Arm64,
            origin: &origin,
        };
        archive(&contents).expect("an archive").0
    }

    /// Name, mode and content of each file; all are of user 0 and of the time that was asked for.
    fn files(archive: &[u8]) -> BTreeMap<String, (u32, Vec<u8>)> {
        let mut archive = tar::Archive::new(archive);
        let entries = archive.entries().expect("entries");
        let read = entries.map(|entry| {
            let mut entry = entry.expect("an entry");
            let header = entry.header();
            let numbers = (header.uid(), header.gid(), header.mtime());
            let numbers = (numbers.0.ok(), numbers.1.ok(), numbers.2.ok());
            assert_eq!(numbers, (Some(0), Some(0), Some(EPOCH)));
            let name = entry.path().expect("a path").display().to_string();
            let mode = entry.header().mode().expect("a mode");
            let mut content = Vec::new();
            entry.read_to_end(&mut content).expect("its content");
            (name, (mode, content))
        });
        read.collect()
    }

    fn json_of(files: &BTreeMap<String, (u32, Vec<u8>)>, name: &str) -> Value {
        serde_json::from_slice(&files[name].1).expect("JSON")
    }

    #[test]
    fn an_image_has_the_program_with_its_licences_and_nothing_else() {
        let files = files(&made());
        let manifest = &json_of(&files, "manifest.json")[0];
        assert_eq!(manifest["RepoTags"], json!(["example.org/a/p:1"]));
        let layer = &files[manifest["Layers"][0].as_str().expect("a layer")].1;
        let program = ("p".to_owned(), (0o555, b"binary".to_vec()));
        let license = ("licenses/TEXT".to_owned(), (0o444, b"You may.".to_vec()));
        assert_eq!(self::files(layer), BTreeMap::from([program, license]));
    }

    #[test]
    fn an_image_says_what_it_is_and_runs_as_nobody() {
        let files = files(&made());
        let manifest = &json_of(&files, "manifest.json")[0];
        let config = json_of(&files, manifest["Config"].as_str().expect("a name"));
        let layer = &files[manifest["Layers"][0].as_str().expect("a layer")].1;
        let diff = format!("sha256:{}", sha256(layer));
        assert_eq!(config["rootfs"]["diff_ids"], json!([diff]));
        assert_eq!(config["architecture"], "arm64");
        assert_eq!(config["created"], "2023-11-14T22:13:20Z");
        assert_eq!(config["config"]["User"], "65532:65532");
        assert_eq!(config["config"]["Entrypoint"], json!(["/p"]));
        let label =
            |name: &str| &config["config"]["Labels"][&format!("org.opencontainers.image.{name}")];
        for (name, value) in [
            ("title", "p"),
            ("version", "1"),
            ("revision", "abc"),
            ("source", "https://example.org/a"),
            ("licenses", "Apache-2.0"),
        ] {
            assert_eq!(label(name), value, "{name}");
        }
    }

    #[test]
    fn the_same_contents_make_the_same_bytes() {
        assert_eq!(made(), made());
    }
}
