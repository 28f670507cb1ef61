// SPDX-License-Identifier: Apache-2.0

//! Taking a program from a release. It appears under its name only when it is complete and has the right checksum.

use std::fs::{self, File, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use flate2::read::GzDecoder;
use ring::digest::{self, Digest, SHA256};
use rustls::crypto::ring::default_provider;
use ureq::Agent;
use ureq::tls::{RootCerts, TlsConfig, TlsProvider};

use super::checksum::Checksum;
use super::release::Published;
use super::source::Origin;
use crate::progress::{Progress, say};

/// How long a host may take to be found and to accept a connection: many machines reach neither.
const REACHED_WITHIN: Duration = Duration::from_secs(4);
/// How long a server may stay silent.
const SILENT_FOR: Duration = Duration::from_secs(20);
/// Lists of sums are smaller.
const LARGEST_LIST: u64 = 1 << 20;

/// Why there is no program.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// Whatever is the cause, there may be another way.
    #[error("{0}")]
    Unavailable(String),
    /// What must not be passed over.
    #[error(transparent)]
    Fatal(#[from] anyhow::Error),
}

/// Takes the program that `file` has, as `to`.
pub(super) fn download(origin: &Origin, file: &Published, to: &Path) -> Result<(), Failure> {
    let checksum = match Checksum::pinned(file) {
        Some(pinned) => pinned,
        None => published(origin, file)?,
    };
    let part = to.with_extension("part");
    let taken = take(origin, file, &checksum, &part, to);
    // Whatever is left beside the programs would be kept with them.
    let _ = fs::remove_file(&part);
    taken
}

fn take(
    origin: &Origin,
    file: &Published,
    checksum: &Checksum,
    part: &Path,
    to: &Path,
) -> Result<(), Failure> {
    let found = fetch(origin, file, part)?;
    let place = origin.place(&file.path);
    if let Some(fault) = checksum.fault(&place, found.as_ref()) {
        return Err(Failure::Fatal(anyhow!(fault)));
    }
    say(&format!("{place}: {checksum}"));
    Ok(unpack(part, file.inside.as_deref(), to)
        .with_context(|| format!("unpacking {}", part.display()))?)
}

fn published(origin: &Origin, file: &Published) -> Result<Checksum, Failure> {
    let place = origin.place(&file.checksums);
    let mut text = String::new();
    let (body, _) = open(origin, &file.checksums)?;
    body.take(LARGEST_LIST)
        .read_to_string(&mut text)
        .map_err(|why| unavailable(&place, &why))?;
    Checksum::published(&text, file, &place)
        .ok_or_else(|| Failure::Unavailable(format!("{place} has no SHA-256 of {}", file.name())))
}

/// Writes the file to `part`; its checksum.
fn fetch(origin: &Origin, file: &Published, part: &Path) -> Result<Digest, Failure> {
    const MEGABYTE: u64 = 1_000_000;
    let (mut body, size) = open(origin, &file.path)?;
    let mut out = File::create(part).with_context(|| format!("creating {}", part.display()))?;
    let mut progress = Progress::start(file.name(), size.unwrap_or_default() / MEGABYTE);
    let mut digest = digest::Context::new(&SHA256);
    let mut buffer = vec![0; 1 << 16];
    let mut done = 0;
    loop {
        let read = body
            .read(&mut buffer)
            .map_err(|why| unavailable(&origin.place(&file.path), &why))?;
        if read == 0 {
            break;
        }
        digest.update(&buffer[..read]);
        out.write_all(&buffer[..read])
            .with_context(|| format!("writing {}", part.display()))?;
        done += read as u64;
        progress.reach(done / MEGABYTE, "MB");
    }
    Ok(digest.finish())
}

/// Leaves the program, which may be run, as `to`.
fn unpack(part: &Path, inside: Option<&str>, to: &Path) -> anyhow::Result<()> {
    let Some(inside) = inside else {
        fs::set_permissions(part, Permissions::from_mode(0o755))?;
        return Ok(fs::rename(part, to)?);
    };
    let mut archive = tar::Archive::new(GzDecoder::new(File::open(part)?));
    for entry in archive.entries()? {
        let mut entry = entry?;
        if entry.path()? == Path::new(inside) {
            let program = to.with_extension("program");
            io::copy(&mut entry, &mut File::create(&program)?)?;
            fs::set_permissions(&program, Permissions::from_mode(0o755))?;
            return Ok(fs::rename(program, to)?);
        }
    }
    bail!("it has no {inside}")
}

/// A file's content, and its size if that is known.
fn open(origin: &Origin, path: &str) -> Result<(Box<dyn Read>, Option<u64>), Failure> {
    match origin {
        Origin::Url(url) => {
            let place = format!("{url}/{path}");
            // No redirection leads away from TLS.
            let request = AGENT
                .get(&place)
                .config()
                .https_only(url.starts_with("https:"));
            let answer = request.build().call();
            let body = answer.map_err(|why| unavailable(&place, &why))?.into_body();
            let size = body.content_length();
            Ok((Box::new(body.into_reader()), size))
        }
        Origin::Folder(folder) => {
            let place = folder.join(path);
            let file = File::open(&place).map_err(|why| unavailable(&origin.place(path), &why))?;
            let size = file.metadata().map(|about| about.len()).ok();
            Ok((Box::new(file), size))
        }
    }
}

impl Origin {
    /// A file's, for the user.
    fn place(&self, path: &str) -> String {
        format!("{self}/{path}")
    }
}

fn unavailable(place: &str, why: &dyn std::error::Error) -> Failure {
    Failure::Unavailable(format!("{place}: {why}"))
}

/// By whatever the machine trusts, and its proxy.
static AGENT: LazyLock<Agent> = LazyLock::new(|| {
    let tls = TlsConfig::builder()
        .provider(TlsProvider::Rustls)
        .root_certs(RootCerts::PlatformVerifier)
        .unversioned_rustls_crypto_provider(Arc::new(default_provider()))
        .build();
    Agent::config_builder()
        .tls_config(tls)
        .timeout_resolve(Some(REACHED_WITHIN))
        .timeout_connect(Some(REACHED_WITHIN))
        .timeout_recv_response(Some(SILENT_FOR))
        .timeout_per_read(Some(SILENT_FOR))
        .build()
        .new_agent()
});

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::io::Cursor;
    use std::net::TcpListener;
    use std::process::Command;

    use anyhow::Result;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use tar::{Builder, Header};

    use super::super::release::Release;
    use super::super::testing::{Folder, Mirror, sum};
    use super::*;

    const PROGRAM: &str = "#!/bin/sh\necho told\n";

    fn archive() -> Published {
        Published {
            release: Release::Etcd,
            path: "v1/etcd.tar.gz".to_owned(),
            checksums: "v1/SHA256SUMS".to_owned(),
            inside: Some("etcd/etcd".to_owned()),
        }
    }

    fn packed(name: &str) -> Result<Vec<u8>> {
        let mut archive = Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
        for (name, text) in [("etcd/README.md", "read me"), (name, PROGRAM)] {
            let mut header = Header::new_gnu();
            header.set_size(text.len() as u64);
            header.set_mode(0o600);
            archive.append_data(&mut header, name, Cursor::new(text))?;
        }
        Ok(archive.into_inner()?.finish()?)
    }

    async fn downloaded(files: BTreeMap<String, Vec<u8>>, to: &Path) -> Result<(), Failure> {
        let mirror = Mirror::start(files).await;
        let (origin, to) = (Origin::Url(mirror.url()), to.to_owned());
        let download = move || download(&origin, &archive(), &to);
        tokio::task::spawn_blocking(download)
            .await
            .expect("no panic")
    }

    fn files(packed: Vec<u8>, list: String) -> BTreeMap<String, Vec<u8>> {
        let list = ("/v1/SHA256SUMS".to_owned(), list.into_bytes());
        BTreeMap::from([("/v1/etcd.tar.gz".to_owned(), packed), list])
    }

    #[tokio::test]
    async fn a_program_is_taken_out_of_an_archive_and_can_be_run() -> Result<()> {
        let folder = Folder::new("archive");
        let packed = packed("etcd/etcd")?;
        let list = format!("{}  other\n{}  etcd.tar.gz\n", sum("x"), sum(&packed));
        let program = folder.path().join("etcd");
        downloaded(files(packed, list), &program).await?;
        let output = Command::new("sh").arg(&program).output()?;
        assert_eq!(output.stdout, b"told\n");
        assert_eq!(fs::metadata(&program)?.permissions().mode() & 0o111, 0o111);
        assert_eq!(
            fs::read_dir(folder.path())?.count(),
            1,
            "nothing else is left"
        );
        Ok(())
    }

    #[tokio::test]
    async fn a_file_with_another_checksum_is_refused_and_removed() -> Result<()> {
        let folder = Folder::new("wrong");
        let packed = packed("etcd/etcd")?;
        let list = format!("{}  etcd.tar.gz\n", sum("another"));
        let program = folder.path().join("etcd");
        let Err(Failure::Fatal(why)) = downloaded(files(packed.clone(), list), &program).await
        else {
            bail!("it was not refused");
        };
        let why = why.to_string();
        for part in ["etcd.tar.gz is refused", &sum(packed), &sum("another")] {
            assert!(why.contains(part), "{why}");
        }
        assert_eq!(fs::read_dir(folder.path())?.count(), 0);
        Ok(())
    }

    #[tokio::test]
    async fn without_a_checksum_nothing_is_taken() -> Result<()> {
        let folder = Folder::new("unknown");
        let program = folder.path().join("etcd");
        let list = format!("{}  other\n", sum("x"));
        let result = downloaded(files(packed("etcd/etcd")?, list), &program).await;
        assert!(matches!(result, Err(Failure::Unavailable(why)) if why.contains("no SHA-256")));
        assert_eq!(fs::read_dir(folder.path())?.count(), 0);
        Ok(())
    }

    #[tokio::test]
    async fn an_archive_without_the_program_is_an_error() -> Result<()> {
        let folder = Folder::new("empty");
        let packed = packed("etcd/etcdctl")?;
        let list = sum(&packed);
        let program = folder.path().join("etcd");
        let result = downloaded(files(packed, list), &program).await;
        assert!(
            matches!(result, Err(Failure::Fatal(why)) if format!("{why:#}").contains("no etcd/etcd"))
        );
        assert!(!program.exists());
        Ok(())
    }

    #[tokio::test]
    async fn a_server_that_can_not_be_reached_is_given_up_at_once() -> Result<()> {
        let folder = Folder::new("unreachable");
        let mirror = Mirror::start(BTreeMap::new()).await;
        let origin = Origin::Url(mirror.url());
        drop(mirror);
        tokio::task::yield_now().await;
        let to = folder.path().join("etcd");
        let result =
            tokio::task::spawn_blocking(move || download(&origin, &archive(), &to)).await?;
        assert!(matches!(result, Err(Failure::Unavailable(_))));
        Ok(())
    }

    #[test]
    fn a_file_that_breaks_off_is_unavailable_and_removed() -> Result<()> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let origin = Origin::Url(format!("http://{}", listener.local_addr()?));
        let server = std::thread::spawn(move || -> io::Result<()> {
            // The list of sums, and the file itself, of which the end never comes.
            for (size, body) in [(64, sum("all")), (1000, "some".to_owned())] {
                let (mut stream, _) = listener.accept()?;
                let _ = stream.read(&mut [0; 4096])?;
                write!(
                    stream,
                    "HTTP/1.1 200 OK\r\nContent-Length: {size}\r\nConnection: close\r\n\r\n{body}"
                )?;
            }
            Ok(())
        });
        let folder = Folder::new("broken");
        let result = download(&origin, &archive(), &folder.path().join("etcd"));
        assert!(matches!(result, Err(Failure::Unavailable(_))), "{result:?}");
        assert_eq!(fs::read_dir(folder.path())?.count(), 0);
        server.join().expect("no panic")?;
        Ok(())
    }

    #[test]
    fn a_folder_serves_as_a_mirror() -> Result<()> {
        let (folder, to) = (Folder::new("mirror"), Folder::new("cache"));
        fs::create_dir(folder.path().join("v1"))?;
        let packed = packed("etcd/etcd")?;
        let list = format!("{}  etcd.tar.gz\n", sum(&packed));
        fs::write(folder.path().join("v1/SHA256SUMS"), list)?;
        let origin = Origin::Folder(folder.path().to_owned());
        let program = to.path().join("etcd");
        let missing = download(&origin, &archive(), &program);
        assert!(matches!(missing, Err(Failure::Unavailable(_))));
        fs::write(folder.path().join("v1/etcd.tar.gz"), packed)?;
        download(&origin, &archive(), &program)?;
        assert_eq!(fs::read_to_string(program)?, PROGRAM);
        Ok(())
    }
}
