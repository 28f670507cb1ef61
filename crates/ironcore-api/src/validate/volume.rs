//! Volumes of a machine.

use std::collections::HashSet;

use super::draft::{List, Volume, VolumeStatus, given};
use super::faults::Faults;
use super::list::unique;
use super::stored::{ONCE, keeps};
use crate::bound;
use crate::field::{Fault, FieldPath};
use crate::reference::Named;

const ONE_OF: &str = "give one of volumeRef, emptyDisk, localDisk, ephemeral";

/// Adds what is wrong across the volumes of the list at `at`.
pub(super) fn list(at: &FieldPath<'_>, volumes: &[Volume<'_>], faults: &mut Faults) {
    unique(
        at,
        "name",
        volumes.iter().map(|volume| given(volume.name.as_deref())),
        faults,
    );
    unique(
        at,
        "device",
        volumes.iter().map(|volume| given(volume.device.as_deref())),
        faults,
    );
    for (index, volume) in volumes.iter().enumerate() {
        source(&at.index(index), volume, faults);
    }
}

fn source(at: &FieldPath<'_>, volume: &Volume<'_>, faults: &mut Faults) {
    let sources = [
        ("volumeRef", volume.volumeRef.named().is_some()),
        ("emptyDisk", volume.emptyDisk.is_some()),
        ("localDisk", volume.localDisk.is_some()),
        ("ephemeral", volume.ephemeral.is_some()),
    ];
    let mut there = sources.iter().filter(|(_, is_there)| *is_there);
    if there.next().is_none() {
        faults.push(Fault::required(at, &format!("has no source: {ONE_OF}")));
    }
    for (field, _) in there {
        let detail = format!("has more than one source: {ONE_OF}");
        faults.push(Fault::forbidden(&at.field(field), detail));
    }
}

type Volumes<'a> = List<Volume<'a>, { bound::VOLUMES }>;

/// Images of local disks stay, once set: a volume is known by its name. Of volumes that are now too many, not all are
/// read, so none is missed.
pub(super) fn images(
    at: &FieldPath<'_>,
    new: &Volumes<'_>,
    old: &Volumes<'_>,
    faults: &mut Faults,
) {
    if new.is_too_long() {
        return;
    }
    for old in old.read() {
        if let Some(image) = image(old) {
            stays(at, image, old.name.as_deref(), new.entries(), faults);
        }
    }
}

/// A volume that is added may not have the name of one that `status` still has: the machine pool would take the one for
/// the other.
pub(super) fn names(
    at: &FieldPath<'_>,
    new: &Volumes<'_>,
    old: &Volumes<'_>,
    status: &[VolumeStatus<'_>],
    faults: &mut Faults,
) {
    let status: HashSet<_> = status
        .iter()
        .filter_map(|v| given(v.name.as_deref()))
        .collect();
    if status.is_empty() {
        return;
    }
    let before: HashSet<_> = old
        .read()
        .iter()
        .filter_map(|v| v.name.as_deref())
        .collect();
    for (index, volume) in new.entries().iter().enumerate() {
        if let Some(volume_name) = volume.name.as_deref()
            && status.contains(volume_name)
            && !before.contains(volume_name)
        {
            let detail = "status.volumes still has a volume of this name";
            let entry = at.index(index);
            faults.push(Fault::duplicate_of(
                &entry.field("name"),
                volume_name,
                detail,
            ));
        }
    }
}

/// The volume of this name has the image. Of several, which are refused for that, one has.
fn stays(
    at: &FieldPath<'_>,
    image: &str,
    name: Option<&str>,
    new: &[Volume<'_>],
    faults: &mut Faults,
) {
    let namesakes = || {
        let all = new.iter().enumerate();
        all.filter(|(_, new)| new.name.as_deref() == name)
    };
    let Some((index, first)) = namesakes().next() else {
        let name = name.unwrap_or_default();
        let detail = format!("a volume with a localDisk.image may not be removed: {name}");
        faults.push(Fault::forbidden(at, detail));
        return;
    };
    if !namesakes().any(|(_, new)| self::image(new) == Some(image)) {
        let entry = at.index(index);
        let disk = entry.field("localDisk");
        let new = self::image(first);
        keeps(&disk.field("image"), ONCE, new, Some(image), faults);
    }
}

fn image<'v>(volume: &'v Volume<'_>) -> Option<&'v str> {
    given(volume.localDisk.as_ref()?.image.as_deref())
}
