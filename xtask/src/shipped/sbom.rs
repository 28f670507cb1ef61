// SPDX-License-Identifier: Apache-2.0

//! A program's bill of materials (SBOM), as `CycloneDX`: the same bytes for the same Cargo.lock and time.

use anyhow::{Context, Result, ensure};
use cargo_lock::Lockfile;
use cyclonedx_bom::models::component::Classification;
use cyclonedx_bom::models::dependency::{Dependencies, Dependency};
use cyclonedx_bom::models::hash::{Hash, HashAlgorithm, HashValue, Hashes};
use cyclonedx_bom::models::license::{LicenseChoice, Licenses};
use cyclonedx_bom::models::tool::{Tool, Tools};
use cyclonedx_bom::prelude::*;
use k8s_openapi::jiff::Timestamp;
use spdx::Expression;

use super::manifests::{Manifest, Manifests};
use super::{Linked, Package};
use crate::image::{Origin, VERSION};

/// The newest that the library knows.
const SPEC: SpecVersion = SpecVersion::V1_5;

/// The bill of a program, as JSON.
///
/// # Errors
/// If a package is unknown, or the rules of `CycloneDX` do not hold.
pub fn json(program: &str, linked: &Linked, lock: &Lockfile, origin: &Origin) -> Result<Vec<u8>> {
    let bom = bom(program, linked, lock, &Manifests::read()?, origin)?;
    let validity = bom.validate_version(SPEC);
    ensure!(
        validity.passed(),
        "{program}'s SBOM is not valid: {validity:?}"
    );
    let mut json = Vec::new();
    bom.output_as_json_v1_5(&mut json)
        .context("writing an SBOM")?;
    Ok(json)
}

fn bom(
    program: &str,
    linked: &Linked,
    lock: &Lockfile,
    manifests: &Manifests,
    origin: &Origin,
) -> Result<Bom> {
    let all = linked.packages.keys().map(|package| {
        component(package, manifests.get(package)?, checksum(package, lock))
            .with_context(|| package.to_string())
    });
    let all = all.collect::<Result<Vec<_>>>()?;
    let is_root = |component: &Component| component.name.to_string() == program;
    let (roots, others): (Vec<_>, Vec<_>) = all.into_iter().partition(is_root);
    let mut root = roots
        .into_iter()
        .next()
        .context("the program is not among its packages")?;
    root.component_type = Classification::Application;
    let created = Timestamp::from_second(origin.epoch.try_into()?)?.to_string();
    let dependencies = linked.packages.iter().map(|(package, used)| Dependency {
        dependency_ref: reference(package),
        dependencies: used.iter().map(reference).collect(),
    });
    Ok(Bom {
        // Left out, as it would differ each time.
        serial_number: None,
        metadata: Some(Metadata {
            timestamp: Some(DateTime::try_from(created)?),
            tools: Some(Tools::List(vec![Tool::new(
                "ironcore-ni",
                "cargo xtask image",
                VERSION,
            )])),
            component: Some(root),
            ..Metadata::default()
        }),
        components: Some(Components(others)),
        dependencies: Some(Dependencies(dependencies.collect())),
        ..Bom::default()
    })
}

fn component(
    package: &Package,
    manifest: &Manifest,
    checksum: Option<String>,
) -> Result<Component> {
    let Package { name, version } = package;
    let mut component = Component::new(
        Classification::Library,
        name,
        version,
        Some(reference(package)),
    );
    // Ours are in no registry.
    if manifest.source.is_some() {
        component.purl = Some(Purl::new("cargo", name, version)?);
    }
    if let Some(license) = &manifest.license {
        // Old packages have a slash for `OR`, which validators refuse.
        let canonical = Expression::canonicalize(license)?;
        let license = canonical.as_deref().unwrap_or(license);
        component.licenses = Some(Licenses(vec![LicenseChoice::expression(license)]));
    }
    component.hashes = checksum.map(|checksum| {
        let (alg, content) = (HashAlgorithm::SHA_256, HashValue(checksum));
        Hashes(vec![Hash { alg, content }])
    });
    Ok(component)
}

/// Of the package's archive, as its registry has it.
fn checksum(package: &Package, lock: &Lockfile) -> Option<String> {
    let mut all = lock.packages.iter();
    let locked = all.find(|locked| {
        locked.name.as_str() == package.name && locked.version.to_string() == package.version
    });
    Some(locked?.checksum.as_ref()?.to_string())
}

fn reference(package: &Package) -> String {
    format!("{}@{}", package.name, package.version)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::image::{Arch, PROGRAMS};
    use crate::shipped::audit::locked;
    use crate::shipped::linked;

    #[test]
    fn a_bill_names_what_is_linked_in_and_nothing_else_and_reads_back() {
        let lock = locked().expect("Cargo.lock");
        let origin = Origin {
            epoch: 1_700_000_000,
            ..Origin::default()
        };
        for (program, linked) in linked(&PROGRAMS, &[Arch::default()]).expect("packages") {
            let json = super::json(&program, &linked, &lock, &origin).expect("a bill");
            assert_eq!(
                json,
                super::json(&program, &linked, &lock, &origin).expect("a bill")
            );
            let bom = Bom::parse_from_json(json.as_slice()).expect("CycloneDX");
            assert!(bom.validate_version(SPEC).passed());
            let metadata = bom.metadata.expect("metadata");
            let root = metadata.component.expect("the program");
            assert_eq!(root.name.to_string(), program);
            let timestamp = metadata.timestamp.expect("a time").to_string();
            assert_eq!(timestamp, "2023-11-14T22:13:20Z");
            let components = bom.components.expect("components").0;
            let named: BTreeSet<Package> = components
                .iter()
                .chain([&root])
                .map(|part| {
                    let version = part.version.as_ref().expect("a version");
                    Package::new(part.name.as_ref(), version.as_ref())
                })
                .collect();
            let expected: BTreeSet<Package> = linked.packages.keys().cloned().collect();
            assert_eq!(named, expected, "{program}");
            // From a registry, or ours.
            for part in &components {
                assert_eq!(part.purl.is_some(), part.hashes.is_some(), "{part:?}");
                assert!(part.licenses.is_some(), "{part:?}");
            }
        }
    }
}
